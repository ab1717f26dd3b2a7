"""Every query of every run, small enough to travel inside a page and to be unpacked where it is looked at.

The page carries a table of all queries and their figures, which it sorts and filters, and what happened at each query
in blocks of `BLOCK` queries. A passage's text stands once, however many queries found it, in blocks of `POOL` passages
in the order in which they were first found, so that one query's passages are in few blocks.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rag.evaluation.dataset import Dataset
from rag.evaluation.measures import lower_is_better
from rag.evaluation.report import heat
from rag.evaluation.stored import Run

__all__ = ["BLOCK", "POOL", "Drill", "drill"]

BLOCK = 128
POOL = 512
_SNIPPET = 200
"""Characters of an answer that the table of all queries shows."""
_DOCUMENT = 1200
"""Characters that are shown of a right document that no step found."""
_NOT_SORTED_BY = ("abstained", "unanswerable")

Blobs = dict[str, Any]


class Drill:
    """The parts of a page's data, by the name that the page asks for them.

    Args:
        runs: of one data set, on the same queries.
        dataset: where the right documents are read that no run shows.
    """

    def __init__(self, runs: Sequence[Run], dataset: Dataset | None) -> None:
        self._pool: dict[tuple[Any, ...], int] = {}
        self._passages: list[list[Any]] = []
        self._ids = list(runs[0].result.ids)
        self._places = {name: place for place, name in enumerate(self._ids)}
        self._wanted: list[set[str]] = [set() for _ in self._ids]
        """The right documents of each query that some run does not show."""
        self._heads: list[dict[str, Any]] = [{} for _ in self._ids]
        self._runs = runs
        self._dataset = dataset

    def blobs(self) -> Blobs:
        """All parts: `index`, `run0.0` ..., `pool.0` ..., `right.0` ..."""
        found: Blobs = {}
        columns = []
        for number, run in enumerate(self._runs):
            details: list[Any] = [None] * len(self._ids)
            short: list[Any] = [None] * len(self._ids)
            for record in run.records():
                place = self._places.get(record["id"])
                if place is not None:
                    details[place] = self._detail(place, record)
                    short[place] = _short(record)
            columns.append(short if any(short) else None)
            if any(details):
                found |= {f"run{number}.{block}": part for block, part in enumerate(_blocks(details, BLOCK))}
        found |= {f"pool.{block}": part for block, part in enumerate(_blocks(self._passages, POOL))}
        found |= {f"right.{block}": part for block, part in enumerate(self._right())}
        return {"index": self._index(columns), **found}

    def _index(self, short: Sequence[Any]) -> dict[str, Any]:
        names = dict.fromkeys(name for run in self._runs for name in run.result.table if name not in _NOT_SORTED_BY)
        return {
            "block": BLOCK,
            "pool": POOL,
            "runs": [run.name for run in self._runs],
            "figures": list(names),
            "lower": [name for name in names if lower_is_better(name)],
            "ids": self._ids,
            "questions": [head.get("question", name) for name, head in zip(self._ids, self._heads, strict=True)],
            "answers": [head.get("answers") for head in self._heads],
            "values": [
                {name: [_number(value) for value in column] for name, column in run.result.table.items()}
                for run in self._runs
            ],
            "short": short,
        }

    def _detail(self, place: int, record: Mapping[str, Any]) -> dict[str, Any]:
        self._heads[place] = {"question": record["question"], "answers": record["answers"]}
        answer = record["answer"] or {}
        passages = answer.get("passages", [])
        ranks = {source: rank for rank, source in enumerate(record["ranking"], 1)}
        shown = {passage["source"] for passage in passages}
        lost = record.get("lost", {})
        shortened = dict(record.get("shortened", ()))
        right = [[document, ranks.get(document), lost.get(document)] for document in record["relevant"]]
        self._wanted[place] |= {document for document in record["relevant"] if document not in shown}
        return {
            "text": answer.get("text", ""),
            "abstained": answer.get("abstained", False),
            "confidence": answer.get("confidence"),
            "route": answer.get("route"),
            "error": record["error"],
            "passages": [
                [self._kept(passage, shortened.get(number, _unknown(passage))), passage.get("score")]
                for number, passage in enumerate(passages, 1)
            ],
            "quotes": [
                [one.get("number"), one["source"], one["start"], one["end"], one.get("supported")]
                for one in answer.get("citations", [])
            ],
            "right": right,
            "evidence": [[one["source"], one["start"], one["end"]] for one in record.get("references", [])],
            "steps": [_step(span) for span in answer.get("trace", [])],
            "usage": answer.get("usage"),
            "ms": record.get("latency_ms"),
            **heat.shown(record),
        }

    def _kept(self, passage: Mapping[str, Any], pieces: Sequence[Sequence[int]] | None) -> int:
        """The passage's place in the pool.

        Args:
            passage: as the run recorded it.
            pieces: where its text comes from, if it was shortened inside.
        """
        # What a step shortens for a question keeps its id and its place.
        key = (*(passage.get(field) for field in ("id", "start", "end", "text")), json.dumps(pieces))
        if key not in self._pool:
            self._pool[key] = len(self._passages)
            fields = ("source", "start", "end", "page", "title", "text")
            told = [passage.get(field) for field in fields]
            self._passages.append(told if pieces is None else [*told, pieces])
        return self._pool[key]

    def _right(self) -> Iterator[dict[str, list[str]]]:
        """Title and text of the right documents that no run shows, by block of queries."""
        wanted = set().union(*self._wanted) if self._wanted else set()
        texts: dict[str, list[str]] = {}
        if wanted and self._dataset is not None:
            for document in self._dataset.documents():
                if (name := document.metadata["source"]) in wanted:
                    text = document.page_content
                    cut = text[:_DOCUMENT] + " …" if len(text) > _DOCUMENT else text
                    texts[name] = [document.metadata.get("title") or "", cut]
        for part in _blocks(self._wanted, BLOCK):
            yield {name: texts[name] for names in part for name in sorted(names) if name in texts}


def drill(runs: Sequence[Run], dataset: Dataset | None) -> Blobs:
    """The parts of the page's data; `index` is there even where no run has its folder."""
    return Drill(runs, dataset).blobs()


def _unknown(passage: Mapping[str, Any]) -> list[Any] | None:
    """No pieces of a text that is not as long as its place: runs of former releases do not tell any."""
    start, end = passage.get("start"), passage.get("end")
    known = start is None or end is None or len(passage["text"]) == end - start
    return None if known else []


def _short(record: Mapping[str, Any]) -> list[Any]:
    """The answer's beginning and how it ended: 0 answered, 1 abstained, 2 failed, 3 without a generator."""
    if record["error"] is not None:
        return [str(record["error"])[:_SNIPPET], 2]
    answer = record["answer"]
    if not answer["text"] and not any(span["name"].startswith("generate") for span in answer.get("trace", [])):
        return ["", 3]
    return [answer["text"][:_SNIPPET], 1 if answer["abstained"] else 0]


def _step(span: Mapping[str, Any]) -> list[Any]:
    counts = (len(span["passages_in"]), len(span["passages_out"]))
    return [span["name"], round(span["ms"], 2), *counts, span.get("context_tokens_in"), span.get("context_tokens_out")]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _blocks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    listed = list(rows)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]

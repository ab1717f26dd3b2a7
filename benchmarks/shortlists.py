"""Which fusion is better behind the cross-encoder: nDCG@10 of twenty passages by ranks and by scores, re-ranked.

    python benchmarks/shortlists.py FOLDER_OF_TASKS [TASK ...] --data FILE ... [--limit 60] [--work .rag/shortlists]
        [--at-least 8]

Documents are cut as the preset `default` cuts them, `bm25` and `dense` give 50 passages each, and the first twenty of
either fusion are re-ranked: `weight` times the cross-encoder's probability, the rest what the fusion says, stretched to
0 to 1, as `rerank` does it. `--data` are the files that `rag train cross` was given: of tasks with answers only
questions are asked that nothing was learnt from or calibrated on. Rankings and judgements are kept in `--work`.
`--at-least N` tells beside it what is lost where judging ends as soon as no other passage could come first.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from common import Task, ndcg, read_task, report
from held_out import parts
from langchain_core.cross_encoders import BaseCrossEncoder
from langchain_core.documents import Document
from multi_vector import RETRIEVER
from numpy.typing import NDArray

from rag import Pipeline, skills
from rag.config import component
from rag.evaluation.statistics import paired
from rag.index import Index
from rag.index.context import headings_context
from rag.kinds import Retriever, default_encoder
from rag.registry import KINDS, find
from rag.training.splits import fraction

DEEP, SHOWN = 50, 20
METHODS = {"ranks": "rrf", "scores": "weighted"}
WEIGHTS = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
"""Of the cross-encoder; 0 is the fusion alone."""
CHOSEN = 0.5
"""What `default` has."""
Lists = Mapping[str, list[tuple[str, str, float]]]
"""Of each retriever passage id, document and score."""


def fusions(of: tuple[Retriever, ...]) -> dict[str, Any]:
    """Both, over two retrievers."""
    fusion = type(component({"use": "fusion", "of": ["bm25"]}, RETRIEVER, shared=_shared(Index(path="unused"))))
    return {name: fusion(of=of, method=method, top_k=SHOWN) for name, method in METHODS.items()}


def _shared(index: Index) -> dict[str, Any]:
    return {"index": index, "encoder": default_encoder()}


def _retrievers(index: Index) -> tuple[Retriever, ...]:
    return tuple(component({"use": n, "top_k": DEEP}, RETRIEVER, shared=_shared(index)) for n in ("bm25", "dense"))


def collected(task: Task, known: set[str], limit: int, work: Path) -> dict[str, dict[str, Any]]:
    """For each question what both retrievers find, and the cross-encoder's judgement of all that is shown."""
    file = work / f"{task.name}.json"
    if file.exists():
        stored: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        return stored
    asked = sorted(
        (name for name, text in task.queries.items() if text not in known), key=lambda name: fraction(f"asked {name}")
    )[:limit]
    relevance = skills.load("relevance")
    rows: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline.preset("default", index=folder)
        pipeline.add_documents(
            Document(row["text"], metadata={"source": name, **({"title": row["title"]} if row.get("title") else {})})
            for name, row in task.corpus.items()
        )
        assert pipeline.store is not None
        both = _retrievers(pipeline.store)
        for name in asked:
            text = task.queries[name]
            lists = [retriever.invoke(text) for retriever in both]
            shown = {p.id: p for fusion in fusions(both).values() for p in fusion.fuse(lists)}
            passages = list(shown.values())
            judged = relevance.score(
                [(text, p.page_content) for p in passages], [headings_context(p.metadata) for p in passages]
            )
            rows[name] = {
                "judged": dict(zip(shown, map(float, judged), strict=True)),
                **{
                    label: [(p.id, p.metadata["source"], p.metadata["score"]) for p in found]
                    for label, found in zip(("bm25", "dense"), lists, strict=True)
                },
            }
    work.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows), encoding="utf-8")
    return rows


def scored(task: Task, rows: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, float], NDArray[np.float64]]:
    """nDCG@10 of every question by fusion and weight."""
    found: dict[tuple[str, float], list[float]] = {}
    for method, fusion in fusions(_retrievers(Index(path="unused"))).items():
        for name, row in rows.items():
            passages = fusion.fuse([[_passage(*one) for one in row[label]] for label in ("bm25", "dense")])
            first = np.array([passage.metadata["score"] for passage in passages])
            first = (first - first.min()) / (np.ptp(first) or 1)
            judged = np.array([row["judged"][passage.id] for passage in passages])
            for weight in WEIGHTS:
                order = np.argsort(-(weight * judged + (1 - weight) * first), kind="stable")
                documents = list(dict.fromkeys(passages[place].metadata["source"] for place in order))
                found.setdefault((method, weight), []).append(ndcg(documents, task.qrels[name]))
    return {key: np.array(values) for key, values in found.items()}


class Stored(BaseCrossEncoder):
    """Judgements of passages that are named by their ids."""

    def __init__(self, judged: Mapping[str, float]) -> None:
        self.judged = judged

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        return [self.judged[name] for _, name in text_pairs]


def read_on(task: Task, rows: Mapping[str, Mapping[str, Any]], at_least: int) -> dict[str, NDArray[np.float64]]:
    """nDCG@10 of every question over the fusion of scores where judging ends early, and how many it judged."""
    fusion = fusions(_retrievers(Index(path="unused")))["scores"]
    rerank = find(next(kind for kind in KINDS if kind.name == "compressor"), "rerank")
    found, read = [], []
    for name, row in rows.items():
        passages = fusion.fuse([[_passage(*one) for one in row[label]] for label in ("bm25", "dense")])
        kept = rerank(model=Stored(row["judged"]), weight=CHOSEN, at_least=at_least).compress_documents(passages, "")
        found.append(ndcg(list(dict.fromkeys(p.metadata["source"] for p in kept)), task.qrels[name]))
        read.append(sum("rerank_score" in passage.metadata for passage in kept))
    return {"ndcg": np.array(found), "read": np.array(read, np.float64)}


def _passage(name: str, source: str, score: float) -> Document:
    return Document(name, id=name, metadata={"source": source, "score": score})


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="+")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--work", type=Path, default=Path(".rag/shortlists"))
    parser.add_argument("--at-least", type=int, help="of rerank")
    given = parser.parse_args()
    known = set().union(*parts(given.data))
    tables, early = {}, {}
    for name in given.tasks:
        task = read_task(given.folder / name)
        collection = collected(task, known if task.answers else set(), given.limit, given.work)
        tables[name] = scored(task, collection)
        early[name] = read_on(task, collection, given.at_least) if given.at_least else {}
    rows: list[dict[str, Any]] = []
    groups = {name: [name] for name in tables}
    groups |= {"qa-*, hop-*": [name for name in tables if not name.startswith("ir-")]}
    groups |= {"ir-*": [name for name in tables if name.startswith("ir-")]}
    for group, names in groups.items():
        if not names:
            continue
        every = {key: np.concatenate([tables[name][key] for name in names]) for key in tables[names[0]]}
        gain = paired(every["ranks", CHOSEN], every["scores", CHOSEN])
        for method in METHODS:
            values = {
                f"{weight:g}": np.mean([tables[name][method, weight].mean() for name in names]) for weight in WEIGHTS
            }
            told = f"{gain.difference:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})" if method == "scores" else ""
            rows.append({"tasks": group, "questions": len(every[method, CHOSEN]), "fusion": method}
                        | {key: float(value) for key, value in values.items()} | {"gain at .5": told})  # fmt: skip
        if given.at_least:
            some = {key: np.concatenate([early[name][key] for name in names]) for key in ("ndcg", "read")}
            lost = paired(every["scores", CHOSEN], some["ndcg"])
            rows.append({"tasks": group, "questions": len(some["ndcg"]), "fusion": f"scores, at least {given.at_least}"}
                        | {f"{CHOSEN:g}": float(np.mean([early[name]["ndcg"].mean() for name in names]))}
                        | {"beside all": f"{lost.difference:+.4f} ({lost.low:+.4f} to {lost.high:+.4f})"}
                        | {"read": float(some["read"].mean())})  # fmt: skip
    report("shortlists", rows)


if __name__ == "__main__":
    main()

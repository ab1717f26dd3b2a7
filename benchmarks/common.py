"""What every measurement shares: reading BEIR folders, nDCG, medians, and a table that is also a JSON file."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Task:
    """A retrieval task in BEIR layout."""

    name: str
    corpus: Mapping[str, Mapping[str, str]]
    """Document id to `title` and `text`."""
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]
    """Query id to relevant document ids and their gains."""
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Query id to right answers, where the task has them."""


def read_task(folder: Path) -> Task:
    """A folder with `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`."""
    corpus = {row["_id"]: row for row in _jsonl(folder / "corpus.jsonl")}
    qrels: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, gain = line.split("\t")
        if int(gain) > 0:
            qrels.setdefault(query, {})[document] = int(gain)
    asked = [row for row in _jsonl(folder / "queries.jsonl") if row["_id"] in qrels]
    answers = {row["_id"]: row["answers"] for row in asked if row.get("answers")}
    return Task(folder.name, corpus, {row["_id"]: row["text"] for row in asked}, qrels, answers)


def _jsonl(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def ndcg(ranking: Sequence[str], gains: Mapping[str, int], k: int = 10) -> float:
    """nDCG@k with the gain itself in the numerator (trec_eval's form)."""
    ideal = sorted(gains.values(), reverse=True)[:k]
    discount = 1 / np.log2(np.arange(2, k + 2))
    reached = np.array([gains.get(document, 0) for document in ranking[:k]], dtype=float)
    return float((reached * discount[: len(reached)]).sum() / (np.array(ideal) * discount[: len(ideal)]).sum())


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what the call gave."""
    started = perf_counter()
    result = call()
    return perf_counter() - started, result


def report(name: str, rows: Sequence[Mapping[str, Any]], **facts: Any) -> None:
    """Prints a table and writes `results/NAME.json`."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [[_cell(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(len(column), *(len(row[i]) for row in cells)) for i, column in enumerate(columns)]
    print("  ".join(column.ljust(width) for column, width in zip(columns, widths, strict=True)))
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    for key, value in facts.items():
        print(f"{key}: {_cell(value)}")
    RESULTS.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    content = {"benchmark": name, "machine": machine, "rows": list(rows), **facts}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)

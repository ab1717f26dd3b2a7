"""Questions that are taken apart by rule: F1 of the preset `default` by type of question, with and without.

    python benchmarks/comparisons.py FOLDER_OF_TASKS [TASK ...] --data FILE ... [--types FILE ...] [--limit N]
        [--kind descriptions]

`--data` are the files that `rag train cross` was given; `--types` further ones in whose records `question` and `type`
(or `hops`) stand. By `--kind` it is questions that compare two things (`comparisons`), or such with a thing in them
that they only describe (`descriptions`, behind which comparing stays). Every question is asked over the whole corpus of
its task without that, and where it is `recognised` by the preset as well: any other is answered the same by both.
`held out` are questions that nothing was learnt from or calibrated on; `learnt` are the others. Of the recognised ones
`decided` were answered from what the parts came to, and `right` of those. How long an answer takes is measured by
`answers.py`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from answers import interval
from common import Task, read_task, report
from held_out import parts
from retrieval import text_of

from rag import Answer, Document, Pipeline
from rag.bridging.descriptions import ways
from rag.comparison.question import comparison
from rag.config import load
from rag.evaluation.answers import score

TASKS = ["hop-hotpotqa", "hop-2wiki", "hop-musique"]
SEARCH = {"use": "fusion", "of": [{"use": "bm25", "top_k": 50}, {"use": "dense", "top_k": 50}], "top_k": 20}
STEPS: list[dict[str, Any]] = [
    {"agent": {"use": "condense"}},
    {"retrieve": SEARCH},
    {"compress": {"use": "rerank", "weight": 0.5}},
    {"compress": {"use": "deduplicate"}},
    {"compress": {"use": "budget", "max_tokens": 1600}},
]
LAST: dict[str, list[dict[str, Any]]] = {
    "comparisons": [{"generate": {"use": "reader", "compare": "never"}}],
    "descriptions": [{"agent": {"use": "compare", "retrieve": SEARCH}}, {"generate": {"use": "reader"}}],
}
"""`default` without comparing, or without asking for what is described."""
RIGHT = 0.5
"""F1 from which an answer counts as right."""


@dataclass(frozen=True)
class Asked:
    """One question and what became of it."""

    type: str
    held_out: bool
    before: float
    after: float
    recognised: bool
    decided: bool


def types_of(files: Iterable[Path]) -> Mapping[str, str]:
    """The type of each question: as its record says, else by the number of its hops."""
    found: dict[str, str] = {}
    for file in files:
        if file.name.endswith(".jsonl.gz"):
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                for row in map(json.loads, lines):
                    if isinstance(row.get("question"), str) and (row.get("type") or row.get("hops")):
                        found[row["question"]] = row.get("type") or f"{row['hops']} hops"
    return found


def recognised(question: str, kind: str) -> bool:
    """Whether a question is taken apart."""
    compared = comparison(question) is not None
    return compared if kind == "comparisons" else not compared and bool(ways(question))


def answered(pipeline: Pipeline, question: str, answers: Sequence[str], kind: str) -> tuple[float, bool]:
    """F1, and whether the parts decided."""
    said = pipeline.invoke(question)
    f1 = score(question, said.text, answers, abstained=said.abstained)["f1"]
    return f1, _concluded(said) if kind == "comparisons" else any("query" in span.detail for span in said.trace)


def _concluded(said: Answer) -> bool:
    """Whether a comparison was: two facts at least are cited behind a few words."""
    return len(said.citations) > 1 and not any(citation.quote in said.text for citation in said.citations)


def measured(task: Task, known: set[str], types: Mapping[str, str], limit: int, kind: str) -> list[Asked]:
    """Every question of a task, asked in both ways."""
    with tempfile.TemporaryDirectory() as index:
        shape = {"path": index, "segment": {"use": "recursive", "max_tokens": 200}}
        told = {"version": 1, "encoder": {"use": "minilm"}, "pipeline": [*STEPS, *LAST[kind]], "index": shape}
        plain = Pipeline.from_configuration(load(told))
        plain.add_documents(
            Document(text_of(dict(row)), metadata={"source": name}) for name, row in task.corpus.items()
        )
        preset = Pipeline.from_yaml("default", index=index)
        names = [name for name in task.queries if task.answers.get(name)]
        rows = []
        for place in np.linspace(0, len(names) - 1, min(limit, len(names))).astype(int):
            question, answers = task.queries[names[place]], task.answers[names[place]]
            before, _ = answered(plain, question, answers, kind)
            apart = recognised(question, kind)
            after, decided = answered(preset, question, answers, kind) if apart else (before, False)
            rows.append(Asked(types.get(question, ""), question not in known, before, after, apart, apart and decided))
    return rows


def row_of(task: str, kind: str, part: str, some: Sequence[Asked]) -> dict[str, Any]:
    """One line of the table."""
    more = np.array([one.after - one.before for one in some])
    decided = [one for one in some if one.decided]
    low, high = interval(more)
    return {
        "task": task,
        "type": kind,
        "part": part,
        "questions": len(some),
        "before": float(np.mean([one.before for one in some])),
        "after": float(np.mean([one.after for one in some])),
        "from": low,
        "to": high,
        "recognised": sum(one.recognised for one in some),
        "decided": len(decided),
        "right": sum(one.after >= RIGHT for one in decided),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*", default=TASKS)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--types", type=Path, nargs="+", default=[])
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--kind", choices=list(LAST), default="comparisons")
    given = parser.parse_args()
    known = set().union(*parts(given.data))
    types = types_of([*given.data, *given.types])
    rows: list[dict[str, Any]] = []
    for name in given.tasks:
        groups: defaultdict[tuple[str, str], list[Asked]] = defaultdict(list)
        for one in measured(read_task(given.folder / name), known, types, given.limit, given.kind):
            part = "held out" if one.held_out else "learnt"
            for kind in {one.type or "all", "all"}:
                groups[kind, part].append(one)
                groups[kind, "both"].append(one)
        rows += [row_of(name, kind, part, some) for (kind, part), some in sorted(groups.items())]
        for row in rows:
            if row["task"] == name:
                print(row, flush=True)
    report(given.kind, rows)


if __name__ == "__main__":
    main()

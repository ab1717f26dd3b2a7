"""What routing costs and brings: one search or two, asking for what is described or not, the router, the best.

    python benchmarks/adaptive.py FOLDER_OF_TASKS [TASK ...] [--data FILE ...] [--limit 60] [--half tune] [--svg FILE]

Every question is answered in each way by the preset `adaptive-rag`: passages read alone or together, with nothing
asked, with everything asked that `bridge` can, and with a second search in every case. Every strategy is read off
those answers, so the fixed ones are reproduced exactly. Steps are searches in sequence, as the agents tell them
(`steps` in the trace, and one for a plain search); searches are all of them. The oracle takes the cheapest of the best
answers. `--data` are the files that `rag train cross` was given: what the reader learnt from is left out. Indexes and
answers are kept in `--work`: a second run only counts. `benchmarks/hops.py` chooses the margin, on other questions;
`multi_from` and `sure_from` were chosen on `--half tune`.
"""

from __future__ import annotations

import argparse
import json
from collections import ChainMap
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import Task, read_task, report
from held_out import parts
from numpy.typing import NDArray
from retrieval import text_of

from rag import Document, Pipeline, skills
from rag.bridging.descriptions import ways
from rag.comparison.question import comparison
from rag.evaluation.answers import score
from rag.evaluation.plot import Panel, circle, document, text
from rag.schema import Answer
from rag.training.splits import fraction

TASKS = ["qa-new-wiki", "qa-squad2", "hop-hotpotqa", "hop-2wiki", "hop-musique"]
ITERATIVE, BRIDGE = "pipeline.1.route.multi.0.agent", "pipeline.5.agent"
SINGLE, MULTI = "pipeline.1.route.lean=1", "pipeline.1.route.lean=0"
ASKED, NEVER = f"{BRIDGE}.sure_from=1", f"{BRIDGE}.sure_from=0"
ONCE, ALWAYS = f"{ITERATIVE}.margin=0.999", f"{ITERATIVE}.margin=0"
WAYS = {
    "one, nothing asked": [SINGLE, NEVER],
    "one": [SINGLE, ASKED],
    "one together, nothing asked": [MULTI, ONCE, NEVER],
    "one together": [MULTI, ONCE, ASKED],
    "two together": [MULTI, ALWAYS, f"{ITERATIVE}.only_plain=false", ASKED],
}
"""Settings of the preset. `asked`: what the question describes."""
UNASKED = {"one": "one, nothing asked", "one together": "one together, nothing asked"}
"""What is the same where nothing is described."""
MARKS = ("f1", "right", "steps", "searches", "ahead", "direct")
SHOWN = MARKS[:4]
MARGIN, FROM, SURE = 0.04, 0.05, 0.4
"""The preset's."""
FROMS, SURES = (0.2, 0.5), (0.3, 0.5, 1.0)
"""Other values of `multi_from` and of `sure_from`, to compare."""
OTHERS = (("always one, nothing asked", "hop"), ("always two together", ""), ("always one", "hop"))
"""What the preset is compared with, and on which tasks."""
Numbers = NDArray[np.float64]
Marks = dict[str, Numbers]
"""By mark: a number a question."""


@dataclass(frozen=True)
class Found:
    """What the ways make of a task's questions."""

    ways: Mapping[str, Mapping[str, Numbers]]
    """By way and mark: a number a question."""
    chance: Numbers
    """How likely the router takes each for one over several passages."""
    plain: NDArray[np.bool_]
    """Which describe nothing and compare nothing."""


def answered(task: Task, work: Path, learnt: Set[str], limit: int, half: str) -> Found:
    """Every question in every way."""
    asked = [query for query, words in task.queries.items() if query in task.answers and words not in learnt][:limit]
    asked = [query for query in asked if half in ("both", "tune" if fraction(query) < 0.5 else "report")]
    kept = work / f"{task.name}.jsonl"
    rows = [json.loads(line) for line in kept.open(encoding="utf-8")] if kept.exists() else []
    known: dict[str, dict[str, list[float]]] = {row["query"]: row["marks"] for row in rows}
    pipelines: dict[str, Pipeline] = {}
    if missing := [query for query in asked if query not in known]:
        index = str(work / "index" / task.name)
        pipelines = {name: Pipeline.from_yaml("adaptive-rag", index=index, set=way) for name, way in WAYS.items()}
        pipelines["one"].add_documents(  # what is there already is not read again
            Document(text_of(dict(row)), metadata={"source": name}) for name, row in task.corpus.items()
        )
    with kept.open("a", encoding="utf-8") as lines:
        for query in missing:  # every way at once: passages that several of them read are read once
            asks = described(task.queries[query])
            marks = {name: marked(task, query, pipelines[name]) for name in WAYS if asks or name not in UNASKED}
            known[query] = {name: marks.get(name, marks[UNASKED.get(name, name)]) for name in WAYS}
            print(json.dumps({"query": query, "marks": known[query]}), file=lines, flush=True)
    found = {
        name: dict(zip(MARKS, np.array([known[query][name] for query in asked], np.float64).T, strict=True))
        for name in WAYS
    }
    questions = [task.queries[query] for query in asked]
    chances = skills.load("complexity").predict_proba(questions)[:, 2]
    plain = np.array([comparison(question) is None and not ways(question) for question in questions])
    return Found(found, chances.astype(np.float64), plain)


def described(question: str) -> bool:
    """Whether `bridge` asks for something."""
    return comparison(question) is None and bool(ways(question))


def marked(task: Task, query: str, pipeline: Pipeline) -> list[float]:
    """By `MARKS`. Every part that searches tells its steps and what it searched for; a plain search is one."""
    words = task.queries[query]
    answer: Answer = pipeline.invoke(words)
    mark = score(words, answer.text, task.answers[query], abstained=answer.abstained)
    told = ChainMap(*(dict(span.detail) for span in answer.trace if span.name.startswith("act")))
    steps = [int(span.detail["steps"]) for span in answer.trace if "steps" in span.detail]
    plain = "queries" not in told
    searches = plain + len(told.get("queries", ())) + len(told.get("searched", ())) + int(told.get("tried", 0))
    behind = [float(told.get(name, 1.0)) for name in ("ahead", "direct")]
    return [mark["f1"], mark["answer_equivalence"], plain + sum(steps), searches, *behind]


def strategies(found: Found) -> dict[str, dict[str, Numbers]]:
    """What each of them makes of every question."""
    single, once, multi = found.ways["one"], found.ways["one together"], found.ways["two together"]

    def either(where: NDArray[np.bool_], taken: Mapping[str, Numbers], left: Mapping[str, Numbers]) -> Marks:
        return {mark: np.where(where, taken[mark], left[mark]) for mark in MARKS}

    def preset(multi_from: float = FROM, margin: float = MARGIN, sure_from: float = SURE, plain: bool = True) -> Marks:
        """As the preset with these settings."""

        def sure(way: str) -> Marks:
            unasked = found.ways[f"{way}, nothing asked"]
            return either(unasked["direct"] >= sure_from, unasked, found.ways[way])

        second = (multi["ahead"] >= margin) & (found.plain if plain else True)
        return either(found.chance >= multi_from, either(second, multi, sure("one together")), sure("one"))

    choices = list(found.ways.values())
    best = np.argmax([way["f1"] - 1e-6 * way["steps"] for way in choices], axis=0)
    return {
        **{f"always {name}": dict(way) for name, way in found.ways.items()},
        "routed, one together": either(found.chance >= 0.5, once, single),
        "routed, two together": either(found.chance >= 0.5, multi, single),
        **{f"multi_from {line}": preset(multi_from=line) for line in FROMS},
        **{f"sure_from {line}": preset(sure_from=line) for line in SURES},
        "followed everywhere": preset(plain=False),
        "followed nowhere": preset(margin=2),
        "adaptive-rag": preset(),
        "oracle": {mark: np.choose(best, [way[mark] for way in choices]) for mark in MARKS},
    }


def between(tables: Sequence[tuple[Numbers, Numbers]], seed: int = 0) -> tuple[float, float, float]:
    """The mean over tasks of `a - b`, with its 95 % interval: questions are drawn anew within each task."""
    draws = np.random.default_rng(seed)
    gaps = [a - b for a, b in tables]
    drawn = np.mean([gap[draws.integers(len(gap), size=(2000, len(gap)))].mean(axis=1) for gap in gaps], axis=0)
    return float(np.mean([gap.mean() for gap in gaps])), *(float(x) for x in np.quantile(drawn, [0.025, 0.975]))


def compared(tables: Mapping[str, Mapping[str, Mapping[str, Numbers]]]) -> list[dict[str, object]]:
    """F1 of the preset beside the fixed strategies, with intervals."""
    rows: list[dict[str, object]] = []
    for other, names in OTHERS:
        some = [table for name, table in tables.items() if name.startswith(names)]
        if some:
            gap, low, high = between([(table["adaptive-rag"]["f1"], table[other]["f1"]) for table in some])
            told = f"adaptive-rag - {other}, {names or 'all'} tasks"
            ours, theirs = (
                float(np.mean([table[way]["steps"].mean() for table in some])) for way in ("adaptive-rag", other)
            )
            count = sum(len(table[other]["f1"]) for table in some)
            rows.append(
                {"task": told, "questions": count, "f1": gap, "low": low, "high": high, "share": float(ours / theirs)}
            )
    return rows


def drawn(rows: Sequence[Mapping[str, object]]) -> str:
    """F1 against steps: the fixed strategies, the preset, the best choice; its other settings stand too near to it."""
    told = [row for row in rows if not str(row["strategy"]).startswith(("multi_from", "sure_from", "followed"))]
    points = [(float(str(row["steps"])), float(str(row["f1"])), str(row["strategy"])) for row in told]
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    panel = Panel.over(xs, ys, "searches in sequence a question", "F1", width=640)
    body = list(panel.frame())
    for x, y, name in points:
        colour = "#3ca951" if name == "oracle" else "#4269d0" if name == "adaptive-rag" else "#ff725c"
        at = panel.x.place(x), panel.y.place(y)
        side = ("end", -7) if at[0] > panel.width / 2 else ("start", 7)
        body += [circle(*at, colour), text(at[0] + side[1], at[1] + 4, name, side[0])]
    return document(panel.width, panel.height, body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*", default=TASKS)
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="what the cross-encoder learnt from")
    parser.add_argument("--limit", type=int, default=60, help="questions of each task, the first")
    parser.add_argument("--half", choices=("both", "tune", "report"), default="both", help="by the hash of their ids")
    parser.add_argument("--work", type=Path, default=Path(".rag/adaptive"))
    parser.add_argument("--svg", type=Path, help="draw F1 against searches, the mean of the tasks, into this file")
    given = parser.parse_args()
    learnt, _ = parts(given.data) if given.data else (set(), set())
    given.work.mkdir(parents=True, exist_ok=True)
    tables = {}
    for name in given.tasks:
        found = answered(read_task(given.folder / name), given.work, learnt, given.limit, given.half)
        tables[name] = strategies(found)
    rows: list[dict[str, object]] = [
        {"task": task, "questions": len(table[name]["f1"]), "strategy": name}
        | {mark: float(table[name][mark].mean()) for mark in SHOWN}
        for task, table in tables.items()
        for name in table
    ]
    means = []
    for name in dict.fromkeys(str(row["strategy"]) for row in rows):
        some = [row for row in rows if row["strategy"] == name]
        mean = {mark: float(np.mean([float(str(row[mark])) for row in some])) for mark in SHOWN}
        means.append({"task": "mean of tasks", "questions": sum(int(str(r["questions"])) for r in some)}
                     | {"strategy": name} | mean)  # fmt: skip
    report("adaptive", [*rows, *means, *compared(tables)], limit=given.limit, half=given.half)
    if given.svg:
        given.svg.write_text(drawn(means), encoding="utf-8")


if __name__ == "__main__":
    main()

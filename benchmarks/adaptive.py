"""What routing costs and brings: one search or two, passages read alone or together, the router, the best.

    python benchmarks/adaptive.py FOLDER_OF_TASKS [TASK ...] [--data FILE ...] [--limit 60] [--half tune] [--svg FILE]

Every question is answered in each way by the preset `adaptive-rag`: one or two searches, passages read alone or
together. Every strategy is then read off those answers, so the fixed ones are reproduced exactly. Steps are searches in
sequence, searches all of them. The oracle takes the cheapest of the best answers. `--data` are the files that `rag
train cross` was given: what the reader learnt from is left out. Indexes and answers are kept in `--work`: a second run
only counts. `benchmarks/hops.py` chooses the margin, on other questions; `multi_from` was chosen on `--half tune`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import numpy as np
from common import Task, read_task, report
from held_out import parts
from numpy.typing import NDArray
from retrieval import text_of

from rag import Document, Pipeline, skills
from rag.evaluation.answers import score
from rag.evaluation.plot import Panel, circle, document, text
from rag.schema import Answer
from rag.training.splits import fraction

TASKS = ["qa-new-wiki", "qa-squad2", "hop-hotpotqa", "hop-2wiki", "hop-musique"]
MARGIN = "pipeline.1.route.multi.0.agent.margin=0"
READ = "pipeline.7.generate.together"
WAYS = {
    "one alone": ["pipeline.1.route.lean=1", f"{READ}=never"],
    "one together": ["pipeline.1.route.lean=1", f"{READ}=always"],
    "two alone": ["pipeline.1.route.lean=0", MARGIN, f"{READ}=never"],
    "two together": ["pipeline.1.route.lean=0", MARGIN, f"{READ}=always"],
}
"""Settings of the preset."""
MARKS = ("f1", "right", "steps", "searches", "ahead")
SHOWN = MARKS[:-1]
MARGIN_OURS, FROM_OURS = 0.04, 0.05
"""The preset's."""
MARGINS, FROMS = (0.02, 0.05), (0.1, 0.2, 0.5)
"""Others, to compare."""
Numbers = NDArray[np.float64]
Found = dict[str, dict[str, Numbers]]
"""By way and mark: a number a question."""


def answered(task: Task, work: Path, learnt: Set[str], limit: int, half: str) -> tuple[Found, Numbers]:
    """What every way makes of the questions, and how likely the router takes each for one over several passages."""
    asked = [query for query, words in task.queries.items() if query in task.answers and words not in learnt][:limit]
    asked = [query for query in asked if half in ("both", "tune" if fraction(query) < 0.5 else "report")]
    kept = work / f"{task.name}.jsonl"
    rows = [json.loads(line) for line in kept.open(encoding="utf-8")] if kept.exists() else []
    known: dict[str, dict[str, list[float]]] = {row["query"]: row["marks"] for row in rows}
    pipelines: dict[str, Pipeline] = {}
    if missing := [query for query in asked if query not in known]:
        index = str(work / "index" / task.name)
        pipelines = {name: Pipeline.from_yaml("adaptive-rag", index=index, set=way) for name, way in WAYS.items()}
        pipelines["one alone"].add_documents(  # what is there already is not read again
            Document(text_of(dict(row)), metadata={"source": name}) for name, row in task.corpus.items()
        )
    with kept.open("a", encoding="utf-8") as lines:
        for query in missing:  # every way at once: passages that several of them read are read once
            known[query] = {name: marked(task, query, pipeline) for name, pipeline in pipelines.items()}
            print(json.dumps({"query": query, "marks": known[query]}), file=lines, flush=True)
    found = {
        name: dict(zip(MARKS, np.array([known[query][name] for query in asked], np.float64).T, strict=True))
        for name in WAYS
    }
    chances = skills.load("complexity").predict_proba([task.queries[query] for query in asked])[:, 2]
    return found, chances.astype(np.float64)


def marked(task: Task, query: str, pipeline: Pipeline) -> list[float]:
    """By `MARKS`; a plain search is one, with nothing to tell of its first passage."""
    words = task.queries[query]
    answer: Answer = pipeline.invoke(words)
    mark = score(words, answer.text, task.answers[query], abstained=answer.abstained)
    told = next((span.detail for span in answer.trace if "steps" in span.detail), {})
    named = next((span.detail["searched"] for span in answer.trace if "searched" in span.detail), {})
    asked = next((span.detail for span in answer.trace if "tried" in span.detail), {"asked": (), "tried": 0})
    behind = len(asked["asked"]) if "query" in asked else min(2, asked["tried"])  # what `bridge` asks one after another
    steps = int(told.get("steps", 1)) + bool(named) + behind  # and what `compare` searches for
    searches = len(told.get("queries", [words])) + len(named) + asked["tried"]
    return [mark["f1"], mark["answer_equivalence"], steps, searches, float(told.get("ahead", 1.0))]


def strategies(found: Found, chance: Numbers) -> dict[str, dict[str, Numbers]]:
    """What each of them makes of every question."""
    single, once, multi = found["one alone"], found["one together"], found["two together"]

    def either(
        where: NDArray[np.bool_], taken: Mapping[str, Numbers], left: Mapping[str, Numbers]
    ) -> dict[str, Numbers]:
        return {mark: np.where(where, taken[mark], left[mark]) for mark in MARKS}

    def preset(multi_from: float, margin: float) -> dict[str, Numbers]:
        return either(chance >= multi_from, either(multi["ahead"] >= margin, multi, once), single)

    ways = [found[name] for name in WAYS]
    best = np.argmax([way["f1"] - 1e-6 * way["steps"] for way in ways], axis=0)
    return {
        "always one, alone": single,
        "always one, together": once,
        "always two, alone": found["two alone"],
        "always two, together": multi,
        "routed, one together": either(chance >= 0.5, once, single),
        "routed, two together": either(chance >= 0.5, multi, single),
        **{f"margin {margin}": preset(FROM_OURS, margin) for margin in MARGINS},
        **{f"multi_from {line}": preset(line, MARGIN_OURS) for line in FROMS},
        "adaptive-rag": preset(FROM_OURS, MARGIN_OURS),
        "oracle": {mark: np.choose(best, [way[mark] for way in ways]) for mark in MARKS},
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
    for other, names in (("always one, alone", "hop"), ("always two, together", ""), ("routed, one together", "hop")):
        some = [table for name, table in tables.items() if name.startswith(names)]
        if some:
            gap, low, high = between([(table["adaptive-rag"]["f1"], table[other]["f1"]) for table in some])
            told = f"adaptive-rag - {other}, {names or 'all'} tasks"
            rows.append({"task": told, "questions": sum(len(table[other]["f1"]) for table in some)}
                        | {"f1": gap, "low": low, "high": high})  # fmt: skip
    return rows


def drawn(rows: Sequence[Mapping[str, object]]) -> str:
    """F1 against steps: the fixed strategies, the router at several thresholds, the best choice."""
    points = [(float(str(row["steps"])), float(str(row["f1"])), str(row["strategy"])) for row in rows]
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    panel = Panel.over(xs, ys, "searches in sequence a question", "F1", width=640)
    body = list(panel.frame())
    for x, y, name in points:
        colour = "#3ca951" if name == "oracle" else "#4269d0" if name.startswith(("m", "adap")) else "#ff725c"
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
        tables[name] = strategies(
            *answered(read_task(given.folder / name), given.work, learnt, given.limit, given.half)
        )
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

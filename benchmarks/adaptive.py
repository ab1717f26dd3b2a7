"""What routing by complexity costs and brings: one search, several, the router, the best.

    python benchmarks/adaptive.py FOLDER_OF_TASKS [TASK ...] [--data FILE ...] [--limit 100] [--svg FILE]

Both branches of the preset `adaptive-rag` answer every question once; every strategy is then read off those answers, so
the fixed ones are reproduced exactly. Steps are searches in sequence. The best choice takes `multi` only where its
answer is better. `--data` are the files that `rag train cross` was given: what the reader learnt from is left out.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import numpy as np
from common import read_task, report
from held_out import parts
from numpy.typing import NDArray
from retrieval import text_of

from rag import Document, Pipeline, skills
from rag.evaluation.answers import score
from rag.evaluation.plot import Panel, circle, document, text
from rag.schema import Answer

TASKS = ["qa-new-wiki", "qa-squad2", "hop-hotpotqa", "hop-2wiki", "hop-musique"]


def answered(folder: Path, learnt: Set[str], limit: int) -> tuple[list[str], dict[str, NDArray[np.float64]]]:
    """Questions; for each branch, by `single f1`, `multi steps` and so on, a number a question."""
    task = read_task(folder)
    asked = [query for query, text in task.queries.items() if query in task.answers and text not in learnt][:limit]
    questions = [task.queries[query] for query in asked]
    found: dict[str, NDArray[np.float64]] = {}
    with tempfile.TemporaryDirectory() as index:
        for branch, lean in (("single", 1), ("multi", 0)):
            pipeline = Pipeline.from_yaml("adaptive-rag", index=index, set=[f"pipeline.1.route.lean={lean}"])
            if branch == "single":
                pipeline.add_documents(
                    Document(text_of(dict(row)), metadata={"source": name}) for name, row in task.corpus.items()
                )
            said = pipeline.batch(questions, {"max_concurrency": 1})
            marks = [
                score(text, one.text, task.answers[query], abstained=one.abstained)
                for text, query, one in zip(questions, asked, said, strict=True)
            ]
            found[f"{branch} f1"] = np.array([mark["f1"] for mark in marks])
            found[f"{branch} right"] = np.array([mark["answer_equivalence"] for mark in marks])
            found[f"{branch} steps"] = np.array([steps(one) for one in said], np.float64)
            found[f"{branch} ms"] = np.array([sum(span.ms for span in one.trace) for one in said])
    found["chance"] = np.asarray(skills.load("complexity").predict_proba(questions)[:, 2], np.float64)
    return questions, found


def steps(answer: Answer) -> int:
    """Searches in sequence."""
    return next((int(span.detail["steps"]) for span in answer.trace if "steps" in span.detail), 1)


def strategies(found: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.bool_]]:
    """Where each of them takes `multi`."""
    size = len(found["chance"])
    by = {f"multi_from {line}": found["chance"] >= line for line in (0.2, 0.35, 0.5, 0.65, 0.8)}
    better = found["multi f1"] > found["single f1"]
    return {"single": np.zeros(size, np.bool_), "multi": np.ones(size, np.bool_), **by, "oracle": better}


def taken(found: Mapping[str, NDArray[np.float64]], multi: NDArray[np.bool_]) -> dict[str, float]:
    names = ("f1", "right", "steps", "ms")
    return {name: float(np.where(multi, found[f"multi {name}"], found[f"single {name}"]).mean()) for name in names}


def drawn(rows: Sequence[Mapping[str, object]]) -> str:
    """F1 against steps: the fixed strategies, the router at several thresholds, the best choice."""
    points = [(float(str(row["steps"])), float(str(row["f1"])), str(row["strategy"])) for row in rows]
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    panel = Panel.over(xs, ys, "searches a question", "F1", width=560)
    body = list(panel.frame())
    for x, y, name in points:
        colour = "#3ca951" if name == "oracle" else "#4269d0" if name.startswith("multi_from") else "#ff725c"
        at = panel.x.place(x), panel.y.place(y)
        body += [circle(*at, colour), text(at[0] + 7, at[1] + 4, name)]
    return document(panel.width, panel.height, body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*", default=TASKS)
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="what the cross-encoder learnt from")
    parser.add_argument("--limit", type=int, default=100, help="questions of each task, the first")
    parser.add_argument("--svg", type=Path, help="draw F1 against searches, the mean of the tasks, into this file")
    given = parser.parse_args()
    learnt, _ = parts(given.data) if given.data else (set(), set())
    tables = {name: answered(given.folder / name, learnt, given.limit) for name in given.tasks}
    rows: list[dict[str, object]] = []
    for name, (questions, found) in tables.items():
        for strategy, multi in strategies(found).items():
            rows.append({"task": name, "questions": len(questions), "strategy": strategy, **taken(found, multi)})
    means = []
    for strategy in dict.fromkeys(str(row["strategy"]) for row in rows):
        some = [row for row in rows if row["strategy"] == strategy]
        mean = {key: float(np.mean([float(str(row[key])) for row in some])) for key in ("f1", "right", "steps", "ms")}
        means.append({"task": "mean of tasks", "questions": sum(int(str(r["questions"])) for r in some)}
                     | {"strategy": strategy} | mean)  # fmt: skip
    report("adaptive", [*rows, *means])
    if given.svg:
        given.svg.write_text(drawn(means), encoding="utf-8")


if __name__ == "__main__":
    main()

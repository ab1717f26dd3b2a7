"""Presets end to end, side by side: F1 of the answers over a whole task's corpus, on questions nothing was learnt from.

    python benchmarks/answers.py FOLDER_OF_TASKS [TASK ...] --config default precise --data FILE ... [--limit 120]
        [--in-turn]

`--data` are the files that `rag train cross` was given: what the reader learnt from or was calibrated on is left out.
Only questions with an answer are asked, all of them of one preset and then of the next; the difference to the first
preset comes with a 95 % interval by bootstrap over questions. With `--in-turn` each question is asked of all presets
before the next one, and presets that index alike share an index: the same answers in half of the time, because what
one preset has read another need not read again. Milliseconds say nothing then, and are left out.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from common import Task, read_task, report
from held_out import parts
from numpy.typing import NDArray
from retrieval import text_of

from rag import Document, Pipeline
from rag.evaluation.answers import score
from rag.passages.parts import context_tokens

TASKS = ["qa-new-wiki", "qa-squad2", "hop-hotpotqa", "hop-2wiki", "hop-musique"]
DRAWS = 5_000


def asked(task: Task, known: set[str], limit: int) -> list[str]:
    """Ids of new questions with an answer, spread evenly over the task."""
    new = [name for name, text in task.queries.items() if task.answers.get(name) and text not in known]
    return [new[place] for place in np.linspace(0, len(new) - 1, min(limit, len(new))).astype(int)]


Row = tuple[float, float, float, float]
"""F1, whether it abstained, tokens of the context that it was answered from, and milliseconds."""


def opened(task: Task, config: str, index: str) -> Pipeline:
    """A preset with a task's documents, warm."""
    pipeline = Pipeline.from_yaml(config, index=index)
    pipeline.add_documents(Document(text_of(dict(row)), metadata={"source": name}) for name, row in task.corpus.items())
    pipeline.invoke(next(iter(task.queries.values())))
    return pipeline


def answered(pipeline: Pipeline, task: Task, name: str) -> Row:
    """What one answer is worth, and what it cost."""
    start = time.perf_counter()
    said = pipeline.invoke(task.queries[name])
    ms = (time.perf_counter() - start) * 1e3
    marks = score(task.queries[name], said.text, task.answers[name], abstained=said.abstained)
    return marks["f1"], float(said.abstained), context_tokens(said.passages), ms


def one_by_one(task: Task, names: list[str], configs: list[str]) -> Iterator[list[Row]]:
    """The answers of each preset, which has an index of its own."""
    for config in configs:
        with tempfile.TemporaryDirectory() as index:
            pipeline = opened(task, config, index)
            yield [answered(pipeline, task, name) for name in names]


def in_turn(task: Task, names: list[str], configs: list[str]) -> Iterator[list[Row]]:
    """The same, each question asked of all presets."""
    with tempfile.TemporaryDirectory() as folder:
        alike: dict[str, str] = {}
        pipelines = []
        for config in configs:
            key = repr(Pipeline.from_yaml(config, index=folder).store)
            pipelines.append(opened(task, config, alike.setdefault(key, f"{folder}/{len(alike)}")))
        rows = [[answered(pipeline, task, name) for pipeline in pipelines] for name in names]
    yield from map(list, zip(*rows, strict=True))


def columns(rows: list[Row]) -> dict[str, NDArray[np.float64]]:
    """By question."""
    return dict(zip(("f1", "abstained", "tokens", "ms"), np.array(rows, np.float64).T, strict=True))


def interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    chance = np.random.default_rng(11)
    means = differences[chance.integers(len(differences), size=(DRAWS, len(differences)))].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*", default=TASKS)
    parser.add_argument("--config", nargs="+", default=["default"])
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--limit", type=int, default=120)
    parser.add_argument("--in-turn", action="store_true", help="faster, and without milliseconds")
    given = parser.parse_args()
    known = set().union(*parts(given.data))
    rows: list[dict[str, Any]] = []
    gains: dict[str, list[NDArray[np.float64]]] = {}
    for name in given.tasks:
        task = read_task(given.folder / name)
        names = asked(task, known, given.limit)
        first: NDArray[np.float64] | None = None
        ways = in_turn if given.in_turn else one_by_one
        for config, answers in zip(given.config, ways(task, names, given.config), strict=True):
            found = columns(answers)
            first = found["f1"] if first is None else first
            gains.setdefault(config, []).append(found["f1"] - first)
            low, high = interval(found["f1"] - first)
            rows.append(
                {"task": name, "questions": len(names), "config": config, "F1": float(found["f1"].mean())}
                | {"abstained": float(found["abstained"].mean()), "context tokens": float(found["tokens"].mean())}
                | ({} if given.in_turn else {"p50 ms": float(np.median(found["ms"]))})
                | {"more F1": float((found["f1"] - first).mean()), "from": low, "to": high}
            )
            print(rows[-1], flush=True)
    for config, some in gains.items():
        every = np.concatenate(some)
        low, high = interval(every)
        mean = float(np.mean([row["F1"] for row in rows if row["config"] == config]))
        rows.append({"task": "all", "questions": len(every), "config": config, "F1": mean}
                    | {"more F1": float(every.mean()), "from": low, "to": high})  # fmt: skip
    report("answers", rows)


if __name__ == "__main__":
    main()

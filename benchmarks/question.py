"""What a whole question costs by one configuration and by another: processor time, question by question.

    python benchmarks/question.py FOLDER_OF_TASKS [TASK ...] --config OLD NEW --data FILE ... [--limit 16] [--index DIR]

Each question is asked of all configurations before the next one, in any order, and nothing is remembered of what the
cross-encoder read. `--data` are the files that `rag train cross` was given: those questions are left out. Milliseconds
are medians, of the processor those of all cores together; `ratio` is the median over questions of the processor time to
that of the first configuration, `same` the share of questions with its very answer. Configurations index alike.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from answers import asked, opened
from common import read_task, report
from held_out import parts

from rag import Pipeline, skills
from rag.evaluation.answers import score

TASKS = ["qa-new-wiki", "qa-squad2", "hop-hotpotqa"]


def measured(pipeline: Pipeline, question: str) -> tuple[float, float, Any]:
    """Milliseconds of the processor and of the clock, and the answer, with nothing remembered."""
    skills.load("relevance").model._known.clear()
    start, busy = time.perf_counter(), time.process_time()
    answer = pipeline.invoke(question)
    return (time.process_time() - busy) * 1e3, (time.perf_counter() - start) * 1e3, answer


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*", default=TASKS)
    parser.add_argument("--config", nargs="+", default=["default"])
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--limit", type=int, default=16)
    parser.add_argument("--index", type=Path, help="keep the indexes here and use them again")
    given = parser.parse_args()
    known, chance = set().union(*parts(given.data)), np.random.default_rng(0)
    rows: list[dict[str, Any]] = []
    for name in given.tasks:
        task = read_task(given.folder / name)
        names = asked(task, known, given.limit)
        times = np.empty((2, len(given.config), len(names)))
        marks = np.empty((2, len(given.config), len(names)))
        with tempfile.TemporaryDirectory() as folder:
            pipelines = [opened(task, config, str((given.index or Path(folder)) / name)) for config in given.config]
            for place, query in enumerate(names):
                said: dict[int, Any] = {}
                for which in map(int, chance.permutation(len(pipelines))):
                    *times[:, which, place], said[which] = measured(pipelines[which], task.queries[query])
                for which, answer in said.items():
                    told = score(task.queries[query], answer.text, task.answers[query], abstained=answer.abstained)
                    marks[:, which, place] = told["f1"], answer.text == said[0].text
        for which, config in enumerate(given.config):
            rows.append({"task": name, "questions": len(names), "config": config}
                        | {"cpu ms": float(np.median(times[0, which])), "ms": float(np.median(times[1, which]))}
                        | {"ratio": float(np.median(times[0, which] / times[0, 0]))}
                        | {"F1": float(marks[0, which].mean()), "same": float(marks[1, which].mean())})  # fmt: skip
            print(rows[-1], flush=True)
    report("question", rows)


if __name__ == "__main__":
    main()

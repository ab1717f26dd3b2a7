"""`limits.latency_ms` on the default preset: how far answers go beyond it, what they give up, and what that costs.

    python benchmarks/limits.py FOLDER_OF_TASKS [TASK ...] [--limit 200] [--shares 0.8 0.5 0.3]

Each task (BEIR layout; `handbook` stands for `examples/handbook`, asked its own sentences) is asked without limits
first; the limits are shares of that median. Every run is a new pipeline, warmed up (`Pipeline.warm_up`) in a process of
its own, and every question counts, the first one (`first`, ms) too. `over` is by how much the 99th percentile exceeds
the limit; `spin` is the 95th percentile of what 2 ms of plain Python take beside it, for how quiet the machine is.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np
from common import read_task, report
from langchain_core.documents import Document
from retrieval import text_of

from rag.evaluation.answers import f1
from rag.pipeline import Pipeline
from rag.schema import Answer
from rag.segmenters.sentences import sentences

HANDBOOK = Path(__file__).parent.parent / "examples" / "handbook"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*", default=["handbook", "hop-hotpotqa"])
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.8, 0.5, 0.3])
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    for name in given.tasks:
        with tempfile.TemporaryDirectory() as index:
            asked, answers = prepared(given.folder, name, index, given.limit)
            free = apart(asked, answers, index, None)
            rows.append({"task": name, **free})
            limits = [share * float(str(free["p50"])) for share in given.shares]
            rows += [{"task": name, **apart(asked, answers, index, limit)} for limit in limits]
    report("limits", rows)


def prepared(folder: Path, name: str, index: str, most: int) -> tuple[list[str], list[Sequence[str]]]:
    """Indexes a task; its questions, as often as it takes, and their answers."""
    pipeline = Pipeline.preset("default", index=index)
    if name == "handbook":
        pipeline.index([HANDBOOK])
        assert pipeline.store is not None
        texts = [pipeline.store.text(source) for source in pipeline.store.sources()]
        said = [" ".join(text[start:end].split()) for text in texts for start, end in sentences(text)]
        chosen = [text for text in said if len(text.split()) > 5]
        random.Random(0).shuffle(chosen)
        return (chosen * most)[:most], [()] * most
    task = read_task(folder / name)
    pipeline.add_documents(Document(text_of(dict(row)), metadata={"source": key}) for key, row in task.corpus.items())
    asked = list(task.queries.items())[:most]
    return [text for _, text in asked], [task.answers.get(key, ()) for key, _ in asked]


def apart(asked: Sequence[str], answers: Sequence[Sequence[str]], index: str, limit: float | None) -> dict[str, object]:
    """`measured` in a process of its own: nothing is loaded or remembered."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measured, asked, answers, index, limit).result()


def measured(
    asked: Sequence[str], answers: Sequence[Sequence[str]], index: str, limit: float | None
) -> dict[str, object]:
    """A row."""
    options = [] if limit is None else [f"limits.latency_ms={limit}"]
    pipeline = Pipeline.preset("default", index=index, set=options)
    pipeline.warm_up()
    took, said, spins = [], [], []
    for question in asked:
        started = perf_counter()
        said.append(pipeline.invoke(question))
        took.append((perf_counter() - started) * 1e3)
        spins.append(spin())
    p50, p95, p99 = np.percentile(took, [50, 95, 99])
    scores = [max(f1(answer.text, one) for one in right) for answer, right in zip(said, answers, strict=True) if right]
    return {
        "limit": limit or "none",
        "questions": len(took),
        "first": took[0],
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "over": "" if limit is None else p99 / limit - 1,
        "f1": float(np.mean(scores)) if scores else "",
        "spin": float(np.percentile(spins, 95)),
        "left out": ", ".join(f"{name} {count / len(said):.0%}" for name, count in skipped(said).items()),
    }


def spin() -> float:
    """Milliseconds that a loop takes which takes two on an idle core of this kind."""
    started = perf_counter()
    for _ in range(60_000):
        pass
    return (perf_counter() - started) * 1e3


def skipped(answers: Sequence[Answer]) -> Counter[str]:
    """How often each step was left out."""
    return Counter(span.name for answer in answers for span in answer.trace if "skipped" in span.detail)


if __name__ == "__main__":
    main()

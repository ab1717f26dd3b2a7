"""What compression costs in time, and from how many tokens of context on it pays.

    python benchmarks/compression_costs.py HELD/TASK.jsonl ... [--questions 12] [--repeat 7] [--cpu]

Passages are cut to `TOKENS` tokens; HELD is what `held_out.py` writes. `passes` is a time over that of encoding the
same ten passages. `prune` is timed behind `rerank`, which has read the same passages, and by itself. Of each compressor
a line through its times for 2, 5 and 10 passages gives a fixed cost and one a token; a model that reads X tokens a
second is helped from the length on at which the tokens saved would have taken longer than compressing. Every time is
the least of several, which is what a quiet machine takes. `--cpu` measures the processor time of all threads instead,
which other processes hardly change.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from common import report
from held_out import stored
from langchain_core.documents import Document

from rag import skills
from rag.compressors.gradient import Gradient
from rag.compressors.prune import Prune
from rag.compressors.rerank import Rerank
from rag.compressors.semantic import Semantic
from rag.compressors.summary import Summary
from rag.encoders.tokenizer import default_tokenizer
from rag.kinds import default_encoder
from rag.passages.parts import part

TOKENS = 128
SIZES = (2, 5, 10)
SPEEDS = (100, 250, 500, 1000, 2000, 5000, 10000)
Asked = tuple[str, list[Document]]
SAVED = {"semantic": 0.2, "summary, nearest": 0.65, "prune": 0.65, "prune alone": 0.65}


def cut(passage: Document) -> Document:
    """The first tokens of a passage."""
    offsets = default_tokenizer().offsets(passage.page_content)
    return part(passage, 0, int(offsets[min(len(offsets), TOKENS) - 1][1]))


def asked(files: Sequence[Path], most: int) -> list[Asked]:
    """Questions with ten passages of `TOKENS` tokens."""
    found = []
    for question in (one for file in files for one in stored(file, "test")):
        long = [one for one in question.passages if default_tokenizer().count([one.page_content])[0] >= TOKENS]
        if len(long) >= max(SIZES):
            found.append((question.text, [cut(one) for one in long[: max(SIZES)]]))
    return found[:most]


def forgotten() -> None:
    """Empties the cross-encoder's memory of what it read last."""
    skills.load("relevance").model._known.clear()


def ways() -> dict[str, tuple[Callable[[Asked], Any], Callable[[Asked], Any]]]:
    """By name: what goes before and is not timed, and what is."""
    nothing: Callable[[Asked], Any] = lambda one: None  # noqa: E731
    fresh: Callable[[Asked], Any] = lambda one: forgotten()  # noqa: E731
    encoder, reader = default_encoder(), skills.load("reader")
    semantic, summary = Semantic(keep=0.8), Summary(by="nearest", keep=0.35)
    prune, rerank, gradient = Prune(keep=0, share=0.35), Rerank(), Gradient()

    def ranked(one: Asked) -> None:
        forgotten()
        rerank.compress_documents(one[1], one[0])

    return {
        "encoder pass": (nothing, lambda one: encoder.embed_documents([passage.page_content for passage in one[1]])),
        "semantic": (nothing, lambda one: semantic.compress_documents(one[1], one[0])),
        "summary, nearest": (nothing, lambda one: summary.compress_documents(one[1], one[0])),
        "gradient": (nothing, lambda one: gradient.compress_documents(one[1], one[0])),
        "rerank": (fresh, lambda one: rerank.compress_documents(one[1], one[0])),
        "prune": (ranked, lambda one: prune.compress_documents(one[1], one[0])),
        "prune alone": (fresh, lambda one: prune.compress_documents(one[1], one[0])),
        "reader": (fresh, lambda one: reader.read(one[0], [passage.page_content for passage in one[1]])),
    }


def measured(questions: Sequence[Asked], repeat: int, clock: Callable[[], float]) -> dict[str, dict[int, float]]:
    """Mean milliseconds of each way by how many passages, of every question the least of `repeat`; all interleaved."""
    chosen = ways()
    least = {(name, size, at): math.inf for name in chosen for size in SIZES for at in range(len(questions))}
    for name, size, at in list(least) * repeat:
        before, way = chosen[name]
        one = (questions[at][0], questions[at][1][:size])
        before(one)
        started = clock()
        way(one)
        least[name, size, at] = min(least[name, size, at], (clock() - started) * 1e3)
    return {
        name: {size: float(np.mean([least[name, size, at] for at in range(len(questions))])) for size in SIZES}
        for name in chosen
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--cpu", action="store_true", help="processor time instead of the clock's")
    given = parser.parse_args()
    questions = asked(given.files, given.questions)
    took = measured(questions, given.repeat, process_time if given.cpu else perf_counter)
    most = max(SIZES)
    lines = {name: np.polyfit([size * TOKENS for size in SIZES], list(of.values()), 1) for name, of in took.items()}
    rows: list[dict[str, Any]] = []
    for name, of in took.items():
        slope, fixed = lines[name]
        row: dict[str, Any] = {"way": name} | {f"{size} passages, ms": ms for size, ms in of.items()}
        row |= {"passes": of[most] / took["encoder pass"][most], "ms a token": float(slope), "fixed ms": float(fixed)}
        if name in SAVED:
            against = {f"{speed} tokens/s": 1e3 / speed for speed in SPEEDS} | {"reader": float(lines["reader"][0])}
            row |= {key: pays_from(SAVED[name] * each - slope, fixed) for key, each in against.items()}
        rows.append(row)
    report(
        "compression_costs",
        rows,
        questions=len(questions),
        tokens=TOKENS,
        repeat=given.repeat,
        clock="cpu" if given.cpu else "wall",
    )


def pays_from(gained: float, fixed: float) -> str:
    """From how many tokens on, by what each of them saves in ms less what compressing it takes."""
    return "never" if gained <= 0 else str(math.ceil(max(0.0, fixed) / gained))


if __name__ == "__main__":
    main()

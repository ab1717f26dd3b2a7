"""What a pipeline adds to its parts: the preset `default` against the same parts called one after the other by hand.

    python benchmarks/overhead.py [--rounds 5]

Vectors are kept from the first round on, so that neither side encodes; both sides give the same answers.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from functools import reduce
from pathlib import Path

import numpy as np
from common import report, timed

from rag.config import load
from rag.pipeline import Pipeline
from rag.schema import Answer, Turn
from rag.steps.base import Step

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "How much may a hotel night in Denmark cost?",
    "Which number do I call in an emergency abroad?",
    "What happens to an index when the process is killed while it is being written?",
    "How is a secret hidden in a dump?",
    "Who approves travel?",
    "Which segmenters are there?",
)


def by_hand(step: Step, turn: Turn) -> Turn:
    """What a step does, without the step."""
    if hasattr(step, "retriever"):
        return turn.with_passages(step.retriever.invoke(turn.question))
    if hasattr(step, "compressor"):
        return turn.with_passages(step.compressor.compress_documents(turn.passages, turn.question))
    part = step.agent if hasattr(step, "agent") else step.generator
    done: Turn = part.invoke(turn)
    return done


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = {"path": f"{folder}/index"}
        encoder = {"use": "cached", "of": {"use": "minilm"}, "path": f"{folder}/vectors.sqlite"}
        pipeline = Pipeline.from_configuration(
            load({"version": 1, "extends": "default", "index": index, "encoder": encoder})
        )
        pipeline.index([ROOT / "examples" / "handbook", ROOT / "docs"])

        def parts(question: str) -> Answer | None:
            return reduce(lambda turn, step: by_hand(step, turn), pipeline.steps, Turn(question)).answer

        times = []
        for turn in range(arguments.rounds + 1):
            for question in QUESTIONS * 20:
                whole, answer = timed(lambda q=question: pipeline.invoke(q))
                alone, same = timed(lambda q=question: parts(q))
                assert answer.text == same.text
                if turn:
                    times.append((whole * 1e3, alone * 1e3))
    sides = np.array(times)
    report(
        "overhead",
        [
            {"call": "pipeline.invoke", "p50 ms": float(np.median(sides[:, 0]))},
            {"call": "its parts by hand", "p50 ms": float(np.median(sides[:, 1]))},
            {"call": "difference", "p50 ms": float(np.median(sides[:, 0] - sides[:, 1]))},
        ],
        questions=len(times),
    )


if __name__ == "__main__":
    main()

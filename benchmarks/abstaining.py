"""Whether the reader tells questions that a passage answers from others: by the mean of two opinions, and as it ships.

    python benchmarks/abstaining.py --data FILE ... [--part test] [--limit 60]

`--data` are the files that `rag train cross` was given; only documents that it did not learn from are read. Each
question is asked of its own paragraph. Others have no answer there: those that people wrote for SQuAD 2.0 and CLAP NQ,
and answerable ones with a name or a number of the paragraph in place of another, a word's opposite, or denied. `tune`
is what the weights were fitted on, beside questions that were altered otherwise; `test` took no part.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from common import report
from langchain_core.documents import Document

from rag.generators import reader as generator
from rag.generators.belief import believed
from rag.generators.reader import Reader
from rag.schema import Turn
from rag.training.cross.examples import Asked
from rag.training.cross.figures import auc
from rag.training.cross.negatives import altered
from rag.training.cross.recipe import Cross
from rag.training.splits import fraction

KEPT = 0.95
"""Of the questions with an answer, those that are to be answered."""
LINE = 0.3
"""Confidence from which `reader` answers."""


@dataclass(frozen=True)
class Case:
    """A question beside one paragraph."""

    kind: str
    question: Asked
    answerable: bool


def cases(asked: Sequence[Asked], limit: int) -> Iterator[Case]:
    """Up to `limit` questions of each set, with an altered one beside each that can be, and as many unanswerable."""
    sources = dict.fromkeys(one.source for one in asked)
    alone = [one for one in asked if len(one.passages) == 1]
    for source in sources:
        mine = sorted((one for one in alone if one.source == source), key=lambda one: fraction(one.question))
        for one in [one for one in mine if not one.answerable][:limit]:
            yield Case("written", one, False)
        for one in [one for one in mine if one.answerable and one.answers][:limit]:
            yield Case("own", one, True)
            other = altered(one.question, one.passages[0].text, random.Random(one.question))
            if other:
                yield Case("altered", replace(one, question=other), False)


def confidences(case: Case) -> tuple[float, float]:
    """By the mean of the two opinions, and as it ships."""
    means: list[float] = []

    def noted(reader: float, quotes: float, lacks: Sequence[float]) -> float:
        means.append((reader + quotes) / 2)
        return believed(reader, quotes, lacks)

    generator.believed = noted
    (passage,) = case.question.passages
    metadata = {"source": passage.document, "title": passage.title, "start": 0}
    turn = Turn(case.question.question, passages=(Document(passage.text, id="0", metadata=metadata),))
    answer = Reader(compare="never").invoke(turn).answer
    assert answer is not None
    return means[-1], float(answer.confidence or 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--part", choices=("tune", "test"), default="test")
    parser.add_argument("--limit", type=int, default=60, help="questions of each set and kind")
    given = parser.parse_args()
    data = getattr(Cross().read(given.data), given.part)
    found = list(cases([one for one in data if isinstance(one, Asked)], given.limit))
    scores = np.array([confidences(case) for case in found])
    kinds = np.array([case.kind for case in found])
    sources = np.array([case.question.source for case in found])
    own = kinds == "own"
    rows = []
    for kind in ("written", "altered"):
        beside = np.isin(sources, sources[kinds == kind])
        for name, column in zip(("mean", "as it ships"), scores.T, strict=True):
            right, wrong = column[own & beside], column[kinds == kind]
            line = np.quantile(right, 1 - KEPT)
            labels = np.concatenate([np.ones(len(right)), np.zeros(len(wrong))])
            rows.append(
                {"without an answer": kind, "confidence": name, "with": len(right), "without": len(wrong)}
                | {"AUC": auc(np.concatenate([right, wrong]), labels)}
                | {f"answered at {KEPT}": float((wrong >= line).mean())}
                | {f"own from {LINE}": float((right >= LINE).mean()), f"from {LINE}": float((wrong >= LINE).mean())}
            )
    report("abstaining", rows)


if __name__ == "__main__":
    main()

"""Logits to probabilities: a logistic regression of few numbers for each judgement, fitted on held-out examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.evaluation.answers import f1
from rag.skills.cross import Judgement, Token
from rag.skills.reader import Candidate
from rag.skills.wording import BORNE, borne
from rag.training.cross.examples import Asked, Stated
from rag.training.cross.held import Faces, Reading, with_negatives

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NEUTRAL", "calibrate", "logistic"]

NEUTRAL: Mapping[str, list[float]] = {
    "rank": [0.0, 1.0],
    "keep": [0.0, 1.0],
    "support": [0.0, 1.0, *[0.0] * len(BORNE)],
    "span": [0.0, 1.0, 1.0, 0.0],
    "answerable": [0.0, 1.0, 0.0],
}
"""Shift and slopes that leave logits as they are."""
QUESTIONS = 400
"""Questions whose passages are read beside their hard negatives."""


def calibrate(faces: Faces, held: Sequence[Asked | Stated]) -> dict[str, list[float]]:
    """The shift and slopes of every judgement that the examples tell something of, `NEUTRAL` for the others."""
    found = dict(NEUTRAL)
    readings = with_negatives([example for example in held if isinstance(example, Asked)], QUESTIONS)
    if readings:
        found |= _of_questions(faces, readings)
    some = [example for example in held if isinstance(example, Stated) and example.skill == "support"]
    if some:
        worded = np.array([borne(*example.texts) for example in some])
        table = np.column_stack([faces.logits(some)[:, Judgement.SUPPORT], worded])
        found["support"] = logistic(table, np.array([example.label for example in some]))
    return found


def _of_questions(faces: Faces, readings: Sequence[Reading]) -> dict[str, list[float]]:
    """Of spans, of whether there is an answer, of rank and of keep."""
    found: dict[str, list[float]] = {}
    spans, right, best, answered = [], [], [], []
    for reading, candidates in zip(readings, faces.candidates(readings), strict=True):
        for chosen, any_right in _subsets(reading, candidates):
            best.append((max(one.margin for one in chosen), max(one.answerable for one in chosen)))
            answered.append(any_right)
        for one in candidates if reading.question.answers else ():
            text = reading.passages[one.passage].text[one.start : one.end]
            spans.append((one.margin, one.rank, one.answerable))
            right.append(
                one.passage < reading.gold and max(f1(text, answer) for answer in reading.question.answers) >= 0.5
            )
    if any(right) and not all(right):
        found["span"] = logistic(np.array(spans), np.array(right))
    if any(answered) and not all(answered):
        found["answerable"] = logistic(np.array(best), np.array(answered))
    ranks, tokens = faces.ranks(readings)
    labels = np.concatenate([[passage.relevant is True for passage in reading.passages] for reading in readings])
    known = np.concatenate([[passage.relevant is not None for passage in reading.passages] for reading in readings])
    found["rank"] = logistic(ranks[known, None], labels[known])
    logits = [(part[:, Token.KEEP], wanted) for part, wanted in tokens if wanted is not None]
    if logits:
        table = np.concatenate([part for part, _ in logits]), np.concatenate([wanted for _, wanted in logits])
        found["keep"] = logistic(table[0][:, None], table[1])
    return found


def _subsets(reading: Reading, candidates: Sequence[Candidate]) -> list[tuple[list[Candidate], bool]]:
    """What is read of a question: all of it, and only what does not answer."""
    others = [one for one in candidates if one.passage >= reading.gold]
    made = [(list(candidates), reading.question.answerable)] if candidates else []
    return [*made, (others, False)] if others and reading.question.answerable else made


def logistic(features: NDArray[np.float32], labels: NDArray[np.bool_ | np.float64], ridge: float = 1e-2) -> list[float]:
    """The likeliest shift and slopes, by Newton's method.

    Args:
        features: `[n, k]`.
        labels: `[n]`, 0 to 1.
        ridge: holds the slopes back where the labels are separable.
    """
    table = np.column_stack([np.ones(len(features)), np.asarray(features, np.float64)])
    wanted, weights = np.asarray(labels, np.float64), np.zeros(table.shape[1])
    hold = np.diag([0.0, *[ridge] * (table.shape[1] - 1)])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (chance - wanted) + hold @ weights
        curve = (table * (chance * (1 - chance))[:, None]).T @ table + hold + 1e-9 * np.eye(table.shape[1])
        step = np.linalg.solve(curve, slope)
        weights -= np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-8:
            break
    return [round(float(weight), 6) for weight in weights]

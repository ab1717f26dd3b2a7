"""Labels that a chat model's reasons soften: a teacher who reads the reasons says how likely each label is.

The student never sees a reason, for there is none where it is used; it learns from the teacher's probabilities beside
the labels. That is distillation from what is known only while one learns [1], in place of the second task by which an
encoder that is trained itself is taught to tell reasons [2]: ours is frozen, and its head a regression.

[1] Lopez-Paz, Bottou, Schölkopf, Vapnik: Unifying distillation and privileged information (2016), section 4.
[2] Hsieh et al.: Distilling step-by-step (2023); Wu et al.: Quartet Logic (QLFR, 2024), section on distillation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rag.training.ridge import Features, Ridge

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FEWEST", "FOLDS", "TAUGHT", "softened"]

FEWEST = 50
"""Reasons without which there is no teacher."""
FOLDS = 5
"""Parts; the teacher of one learns from the others, for of what it learnt it would repeat the label."""
TAUGHT = 0.5
"""How much the teacher's word weighs beside the label."""


def softened(
    features: Features,
    reasons: NDArray[np.float32],
    labels: NDArray[np.int64],
    classes: int,
    fit: Callable[[Features, NDArray[np.int64]], Ridge],
) -> NDArray[np.float32]:
    """What the student is to say, `[n, classes]`, each row adding up to 1.

    Args:
        features: of `n` questions.
        reasons: the encoder's vectors of their reasons, `[n, 384]`; NaN where a question has none: its label stands.
        labels: `[n]`.
        classes: how many there are, three or more.
        fit: trains a teacher.
    """
    wanted: NDArray[np.float32] = np.eye(classes, dtype=np.float32)[labels]
    there = np.flatnonzero(~np.isnan(reasons).any(axis=1))
    if len(there) < FEWEST:
        return wanted
    seen = replace(features, vectors=np.concatenate([features.vectors, np.nan_to_num(reasons)], axis=1))
    folds = np.empty(len(there), np.int64)
    for label in range(classes):  # every label in every part, as evenly as can be
        mine = np.flatnonzero(labels[there] == label)
        folds[mine] = np.arange(len(mine)) % FOLDS
    for fold in range(FOLDS):
        away, others = there[folds == fold], there[folds != fold]
        logits = fit(seen.take(others), labels[others]).logits(seen.take(away))
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        wanted[away] = (1 - TAUGHT) * wanted[away] + TAUGHT * chances
    return wanted

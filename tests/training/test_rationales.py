"""Reasons teach: where labels are noisy, a student of softened ones does better than one of the labels."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.skills.complexity import CLASSES
from rag.skills.question_shape import MARKS
from rag.training.rationales import FEWEST, TAUGHT, softened
from rag.training.ridge import Features, Ridge

WIDTH, CENTER = 32, np.zeros(len(MARKS), np.float32)
ALONE = np.full((1, WIDTH), np.nan, np.float32)


def features(vectors: NDArray[np.float32]) -> Features:
    count = len(vectors)
    return Features(vectors, [np.array([0])] * count, np.zeros((count, len(MARKS)), np.float32))


def fit(some: Features, labels: NDArray[np.int64] | NDArray[np.float32]) -> Ridge:
    head = Ridge(len(CLASSES), 1.0, CENTER, CENTER + 1)
    return head.fit(some, labels, np.ones(len(labels), np.float32), steps=60)


def planted(
    chance: np.random.Generator, count: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Vectors of questions that tell little of a class, of reasons that tell much, and the true class."""
    true = chance.integers(0, 3, count)
    vectors, reasons = (chance.standard_normal((count, WIDTH)).astype(np.float32) for _ in range(2))
    vectors[np.arange(count), true] += 1.0
    reasons[np.arange(count), true] += 3.0
    units = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in (vectors, reasons)]
    return units[0], units[1], true


def test_a_student_of_reasons_finds_more_than_one_of_noisy_labels() -> None:
    gains = []
    for seed in range(10):
        chance = np.random.default_rng(seed)
        vectors, reasons, true = planted(chance, 300)
        noisy = np.where(chance.random(300) < 0.6, chance.integers(0, 3, 300), true)
        unseen, _, wanted = planted(chance, 2000)
        soft = softened(features(vectors), reasons, noisy, 3, fit)
        right = [
            (fit(features(vectors), labels).logits(features(unseen)).argmax(axis=1) == wanted).mean()
            for labels in (noisy, soft)
        ]
        gains.append(right[1] - right[0])
    assert np.mean(gains) > 0.005


def test_rows_add_up_to_one_and_a_label_keeps_its_half() -> None:
    vectors, reasons, true = planted(np.random.default_rng(1), 120)
    reasons[:20] = np.nan
    soft = softened(features(vectors), reasons, true, 3, fit)
    assert soft.sum(axis=1) == pytest.approx(np.ones(120), abs=1e-5)
    assert np.array_equal(soft[:20], np.eye(3)[true[:20]])
    assert (soft[20:][np.arange(100), true[20:]] >= 1 - TAUGHT).all()
    assert (soft[20:].max(axis=1) < 1).all()


def test_few_reasons_teach_nothing() -> None:
    vectors, reasons, true = planted(np.random.default_rng(1), FEWEST - 1)
    assert np.array_equal(softened(features(vectors), reasons, true, 3, fit), np.eye(3)[true])
    assert np.array_equal(softened(features(vectors[:1]), ALONE, true[:1], 3, fit), np.eye(3)[true[:1]])

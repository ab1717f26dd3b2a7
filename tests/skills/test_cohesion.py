"""Log odds of cuts against a sum over every division of a short text."""

from itertools import pairwise, product

import numpy as np
import pytest

from rag.skills.cohesion import LONGEST, SCALES, SHRINK, SURE, cut_log_odds

CHANCE = np.random.default_rng(3)


def vectors(*subjects: int, spread: float = 0.4) -> np.ndarray:
    centers = np.eye(8)[list(subjects)]
    found = centers + spread * CHANCE.normal(size=(len(subjects), 8)) / 8**0.5
    unit: np.ndarray = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


@pytest.mark.parametrize("column", range(len(SCALES)))
def test_it_is_the_sum_over_all_divisions(column: int) -> None:
    given = vectors(0, 0, 1, 1, 2, 0, 0)
    agreement, opening = SCALES[column]
    about = given - given.mean(axis=0) * 7 / (7 + SHRINK)
    weights, cuts = 0.0, np.zeros(6)
    for ends in product((0, 1), repeat=6):
        bounds = [0, *(place + 1 for place, end in enumerate(ends) if end), 7]
        log = sum(
            agreement * (about[start:end].sum(axis=0) ** 2).sum() / (end - start) - opening
            for start, end in pairwise(bounds)
        )
        weights, cuts = weights + np.exp(log), cuts + np.exp(log) * np.array(ends)
    shares = cuts / weights
    expected = np.clip(np.log(shares / (1 - shares)), -SURE, SURE)
    assert np.allclose(cut_log_odds(given)[:, column], expected, rtol=1e-3, atol=1e-3)


def test_a_change_of_subject_is_likelier_than_a_stray_sentence_inside_one() -> None:
    odds = cut_log_odds(vectors(*[0] * 6, 3, *[0] * 6, *[1] * 8))[:, 3]
    assert odds.argmax() == 12
    assert odds[12] > 0 > np.delete(odds, 12).max()


def test_a_text_longer_than_any_segment_has_a_cut_somewhere() -> None:
    odds = cut_log_odds(vectors(*[0] * (2 * LONGEST)))
    assert odds.shape == (2 * LONGEST - 1, len(SCALES))
    assert np.isfinite(odds).all()


def test_short_texts_have_no_seam() -> None:
    assert cut_log_odds(vectors(0)).shape == (0, len(SCALES))
    assert cut_log_odds(np.zeros((0, 8), dtype=np.float32)).shape == (0, len(SCALES))
    assert np.isfinite(cut_log_odds(np.zeros((2, 8), dtype=np.float32))).all()

import numpy as np
import pytest

from rag.training.calibration import calibration_error, nll, temperature


def sharpened(factor: float, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from a softmax, and its logits times a factor."""
    chance = np.random.default_rng(4)
    logits = chance.normal(size=(20_000, classes)) * 2
    odds = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (odds.cumsum(axis=1) < chance.random((len(odds), 1))).sum(axis=1)
    return (logits * factor).astype(np.float32), labels


@pytest.mark.parametrize("factor", [0.4, 1.0, 3.0])
def test_the_temperature_undoes_what_was_done_to_the_logits(factor: float) -> None:
    assert temperature(*sharpened(factor)) == pytest.approx(factor, rel=0.05)


def test_yes_and_no_need_one_logit() -> None:
    logits, labels = sharpened(2.0, classes=2)
    assert temperature(logits[:, 1] - logits[:, 0], labels) == pytest.approx(temperature(logits, labels), rel=1e-3)
    assert nll(np.zeros(4, dtype=np.float32), np.array([0, 1, 0, 1])) == pytest.approx(np.log(2))


def test_nothing_to_fit_on_changes_nothing() -> None:
    assert temperature(np.zeros((0, 3), dtype=np.float32), np.zeros(0, dtype=np.int64)) == 1.0


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    chances = np.full(10, 0.9, dtype=np.float32)
    assert calibration_error(chances, np.array([True] * 9 + [False])) == pytest.approx(0, abs=1e-6)
    assert calibration_error(chances, np.array([True] * 4 + [False] * 6)) == pytest.approx(0.5)

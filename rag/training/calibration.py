"""One number that makes probabilities honest: the temperature [1].

[1] Guo et al.: On Calibration of Modern Neural Networks (2017), section 4.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["calibration_error", "nll", "temperature"]

LOWEST, HIGHEST = 0.05, 20.0


def nll(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Mean negative log likelihood in nats. Logits are float `[n, classes]`, or `[n]` for yes and no."""
    wide = np.stack([np.zeros_like(logits), logits], axis=1) if logits.ndim == 1 else logits
    top = wide.max(axis=1, keepdims=True)
    norm = top[:, 0] + np.log(np.exp(wide - top).sum(axis=1))
    return float((norm - wide[np.arange(len(labels)), labels]).mean())


def temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """What to divide logits by, so that the labels are likeliest; 1 where there is nothing to fit on."""
    if not len(labels):
        return 1.0
    wide = logits.astype(np.float64)
    # The likelihood is unimodal in the inverse temperature, so a golden section finds its top.
    low, high, ratio = np.log(LOWEST), np.log(HIGHEST), (5**0.5 - 1) / 2
    while high - low > 1e-4:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if nll(wide / np.exp(left), labels) < nll(wide / np.exp(right), labels):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def calibration_error(chances: NDArray[np.float32], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error in [0, 1]: how far confidence lies from accuracy, over bins of equal width."""
    place = np.minimum((chances * bins).astype(np.int64), bins - 1)
    gaps = [
        (place == index).mean() * abs(chances[place == index].mean() - right[place == index].mean())
        for index in np.unique(place)
    ]
    return float(sum(gaps))

import math

import numpy as np
import pytest

from rag.evaluation.statistics import holm, means, paired, quantile, ratio


def test_the_interval_of_a_mean_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    covered = 0
    for seed in range(200):
        metric = means({"x": random.exponential(1.0, 80).tolist()}, seed=seed, resamples=400)["x"]
        covered += metric.low <= 1.0 <= metric.high
    assert 0.88 <= covered / 200 <= 0.99


def test_what_does_not_apply_does_not_count() -> None:
    found = means({"x": [1.0, math.nan, 0.0], "y": [math.nan] * 3})
    assert (found["x"].mean, found["x"].queries) == (0.5, 2)
    assert "y" not in found


def test_a_quantile_and_its_interval() -> None:
    values = np.random.default_rng(0).random(2000)
    metric = quantile(values, 0.95)
    assert metric is not None
    assert metric.mean == pytest.approx(float(np.quantile(values, 0.95)))
    drawn = [np.quantile(np.random.default_rng(s).choice(values, 2000), 0.95) for s in range(300)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert metric.low == pytest.approx(low, abs=0.004)
    assert metric.high == pytest.approx(high, abs=0.004)
    assert quantile([], 0.5) is None


def test_a_ratio_has_an_interval_and_none_over_nothing() -> None:
    metric = ratio([1, 0, 1, 0], [1, 1, 1, 0])
    assert metric is not None
    assert metric.mean == pytest.approx(2 / 3)
    assert 0 <= metric.low <= metric.mean <= metric.high <= 1
    assert ratio([0, 0], [0, 0]) is None


def test_the_paired_test_is_the_exact_one_for_few_pairs() -> None:
    a, b = np.zeros(6), np.array([0.1, 0.2, 0.3, 0.1, 0.2, -0.05])
    signs = np.array(np.meshgrid(*[[-1, 1]] * 6)).reshape(6, -1).T
    exact = float(np.mean(np.abs(signs @ b) >= abs(b.sum()) - 1e-12))
    found = paired(a, b)
    assert found.p == pytest.approx(exact, abs=0.01)
    assert found.difference == pytest.approx(float(b.mean()))


def test_the_paired_test_calls_noise_noise_as_often_as_it_should() -> None:
    random = np.random.default_rng(5)
    wrong = sum(paired(random.random(60), random.random(60), permutations=500).p < 0.05 for _ in range(200))
    assert wrong / 200 < 0.1


def test_equal_runs_and_missing_values() -> None:
    assert paired([1, 0, 1], [1, 0, 1]).p == 1.0
    assert paired([1.0, math.nan], [0.0, 1.0]).queries == 1
    assert math.isnan(paired([], []).p)


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, math.nan])[:3] == pytest.approx([0.03, 0.06, 0.06])

import numpy as np
import pytest
from optuna import create_study
from optuna.trial import create_trial

from rag.evaluation.tuning.front import pareto, winner

BOTH = {"ndcg@10": "maximize", "context_tokens": "minimize"}


def rows(*pairs: tuple[float, float]) -> list[dict[str, float]]:
    return [{"ndcg@10": quality, "context_tokens": tokens} for quality, tokens in pairs]


def test_what_nothing_beats_is_on_the_front() -> None:
    found = rows((0.8, 900), (0.7, 400), (0.8, 800), (0.6, 500), (0.9, 2000), (0.8, 800))
    assert pareto(found, BOTH) == [1, 2, 4, 5]
    assert pareto([], BOTH) == []
    assert pareto(rows((0.1, 1)), BOTH) == [0]


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_front_that_optuna_finds(seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 12, (60, 2)).astype(float)
    study = create_study(directions=["maximize", "minimize"])
    study.add_trials([create_trial(values=list(pair)) for pair in values])
    theirs = sorted(trial.number for trial in study.best_trials)
    assert pareto(rows(*((float(a), float(b)) for a, b in values)), BOTH) == theirs


def test_the_winner_is_the_cheapest_of_the_nearly_best() -> None:
    found = rows((0.800, 900), (0.797, 400), (0.801, 2000), (0.7, 10), (0.796, 400))
    assert winner(found, BOTH, 0.005) == 1
    assert winner(found, BOTH, 0.0) == 2
    assert winner(found, {"context_tokens": "minimize"}, 0.0) == 3
    assert winner(rows((0.5, 100), (0.502, 100)), BOTH, 0.005) == 1  # as cheap, and better


def test_the_winner_is_on_the_front() -> None:
    random = np.random.default_rng(7)
    for _ in range(50):
        pairs = random.integers(0, 6, (20, 2))
        found = rows(*((a / 100, float(b)) for a, b in pairs))
        assert winner(found, BOTH, 0.02) in pareto(found, BOTH)

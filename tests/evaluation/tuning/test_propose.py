import pytest

from rag.errors import MissingExtra
from rag.evaluation.tuning import propose as module
from rag.evaluation.tuning.dimensions import Dimension, Numbers, OneOf, Values, holds, key_of
from rag.evaluation.tuning.propose import Direction, propose, require_optuna

PLANE: tuple[Dimension, ...] = (
    Numbers("x", -4.0, 4.0, None, False, False),
    Numbers("n", 0, 20, 1, False, True),
    OneOf("word", ("red", "green", [1, 2])),
)
UP_DOWN: tuple[Direction, ...] = ("maximize", "minimize")


def run(trials: int, seed: int = 0) -> list[tuple[Values, list[float]]]:
    """Looks for x near 1 and green, and for a small n."""
    tried: list[tuple[Values, list[float]]] = []
    for _ in range(trials):
        known = {key_of(values) for values, _ in tried}
        values = propose(PLANE, UP_DOWN, tried, known, budget=trials, seed=seed)
        assert values is not None
        assert key_of(values) not in known
        assert holds(PLANE, values)
        tried.append((values, [-abs(values["x"] - 1) + (values["word"] == "green"), values["n"]]))
    return tried


def test_it_learns() -> None:
    tried = run(48)
    early = [objectives for _, objectives in tried[:8]]
    late = [objectives for _, objectives in tried[-24:]]
    assert max(quality for quality, _ in late) > 0.8
    assert max(quality for quality, _ in late) > max(quality for quality, _ in early)
    assert min(size for _, size in late) <= min(size for _, size in early)


def test_the_same_trials_lead_to_the_same_proposal() -> None:
    assert run(14) == run(14)
    assert run(3) != run(3, seed=1)


def test_a_small_space_is_gone_through() -> None:
    grid: tuple[Dimension, ...] = (OneOf("a", (1, 2, 3)), Numbers("b", 0.5, 1.5, 0.5, False, False))
    seen: list[Values] = []
    while (values := propose(grid, ("maximize",), [], set(map(key_of, seen)), budget=9, seed=0)) is not None:
        seen.append(values)
    assert sorted((values["a"], values["b"]) for values in seen) == [(a, b) for a in (1, 2, 3) for b in (0.5, 1, 1.5)]
    assert len({values["a"] for values in seen[:4]}) > 1


def test_a_space_larger_than_the_budget_ends_all_the_same() -> None:
    grid: tuple[Dimension, ...] = (OneOf("a", (1, 2, 3)), OneOf("b", (1, 2)))
    tried: list[tuple[Values, list[float]]] = []
    known: set[str] = set()
    for _ in range(6):
        values = propose(grid, ("maximize",), tried, known, budget=5, seed=0)
        assert values is not None
        known.add(key_of(values))
        tried.append((values, [float(values["a"])]))
    assert len(known) == 6
    assert propose(grid, ("maximize",), tried, known, budget=5, seed=0) is None


def test_what_was_refused_does_not_come_again() -> None:
    grid: tuple[Dimension, ...] = (OneOf("a", (1, 2, 3)),)
    values = propose(grid, ("maximize",), [], {key_of({"a": 1}), key_of({"a": 3})}, budget=3, seed=0)
    assert values == {"a": 2}


def test_without_optuna(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r'rag tune needs optuna: pip install "composable-rag\[tune\]"'):
        require_optuna()

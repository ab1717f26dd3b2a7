"""What a step should take, by what it took."""

import pytest

from rag.spending.costs import FADING, Costs


def test_costs_forget_the_first_time_and_what_was_slow_once() -> None:
    step, other = object(), object()
    costs = Costs()
    costs.note(step, frozenset(), 9.0)
    assert costs.of(step, frozenset()) == 0.0  # it loaded weights
    for seconds in (0.1, 0.2, 0.1, 0.1):
        costs.note(step, frozenset(), seconds)
    assert costs.of(step, frozenset()) == 0.2
    gone = frozenset({id(other)})
    assert costs.of(step, gone) == 0.2  # as if nothing were left out, until it is known better
    for seconds in (9.0, 0.5, 0.5):
        costs.note(step, gone, seconds)
    assert (costs.of(step, gone), costs.of(step, frozenset())) == (0.5, 0.2)
    for _ in range(1000):
        costs.skipped(step)
    assert costs.of(step, frozenset()) == pytest.approx(0.2 * FADING**1000)


def test_how_much_fits_into_some_time() -> None:
    step, gone = object(), frozenset({1})
    costs = Costs()
    assert costs.size_for(step, gone, 1.0) is None
    for _ in range(4):
        costs.note(step, gone, 0.2, size=100)
    assert costs.size_for(step, gone, 0.1) == 50  # by the token, while all were alike
    for size in (200, 300, 400, 500):
        costs.note(step, gone, 0.1 + size / 1000, size)
    assert costs.size_for(step, gone, 0.4) == pytest.approx(300, abs=20)  # a tenth of a second whatever it reads
    assert costs.size_for(step, gone, 0.01) == 0
    assert costs.size_for(step, frozenset(), 0.4) is None


def test_the_least_is_what_it_takes_with_most_left_out() -> None:
    step, other = object(), object()
    costs = Costs()
    assert costs.least(step) == 0.0
    for gone, seconds in ((frozenset(), 0.4), (frozenset({id(other)}), 0.1)):
        for _ in range(3):
            costs.note(step, gone, seconds)
    costs.note(other, frozenset(), 0.01)
    assert costs.least(step) == 0.1


def test_work_is_expected_by_its_tokens_and_what_it_takes_beside_them() -> None:
    costs = Costs()
    assert costs.takes("reading", 100) == 0.0
    costs.note_work("reading", 100, 9.0)
    assert costs.takes("reading", 100) == 0.0  # it loaded weights
    costs.note_work("reading", 100, 0.2)
    assert costs.takes("reading", 200) == pytest.approx(0.4)  # by the token, while nothing else is known
    for size in (50, 100, 200, 250):
        costs.note_work("reading", size, 0.1 + size / 1000)
    assert costs.takes("reading", 150) == pytest.approx(0.25, rel=0.1)
    before = costs.takes("reading", 150)
    for _ in range(100):
        costs.skipped("reading")
    assert costs.takes("reading", 150) == pytest.approx(before * FADING**100)

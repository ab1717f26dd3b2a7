from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from rag.segmenters.packing import pack


def cost(sizes: list[int], costs: list[float], cuts: list[int], limit: int) -> float:
    bounds = [*cuts, len(sizes)]
    totals = [sum(sizes[low:high]) for low, high in pairwise(bounds)]
    if max(totals) > limit:
        return float("inf")
    return sum(((limit - total) / limit) ** 2 for total in totals) + sum(costs[cut] for cut in cuts[1:])


def test_even_rather_than_a_tiny_rest() -> None:
    assert pack([20] * 6, [0.0] * 6, 100) == [0, 3]


def test_a_dear_cut_is_avoided() -> None:
    assert pack([30, 30, 30, 30], [0.0, 0.0, 1.0, 0.0], 100) == [0, 1]


def test_nothing() -> None:
    assert pack([], [], 10) == []


@given(st.lists(st.tuples(st.integers(1, 10), st.sampled_from([0.0, 0.1, 1.0])), min_size=1, max_size=9))
def test_no_other_cuts_are_better(units: list[tuple[int, float]]) -> None:
    sizes, costs = [size for size, _ in units], [price for _, price in units]
    every = ([0, *rest] for count in range(len(sizes)) for rest in combinations(range(1, len(sizes)), count))
    best = min(cost(sizes, costs, cuts, 12) for cuts in every)
    assert cost(sizes, costs, pack(sizes, costs, 12), 12) <= best + 1e-9

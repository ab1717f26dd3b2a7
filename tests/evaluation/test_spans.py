import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.evaluation.spans import Mode, Passages, SpanScores, in_tokens, intersection, span_scores, union

Pair = tuple[int, int]
PAIRS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: (p[0], p[0] + p[1])), max_size=8)
SOME = PAIRS.filter(bool)


def blocks(size: int, length: int = 100, step: int = 100) -> Passages:
    return Passages({"d": [(start, min(start + length, size)) for start in range(0, size, step)]})


def scored(references: list[Pair], retrieved: list[Pair], passages: Passages, mode: Mode) -> tuple[float, ...]:
    found = span_scores({"d": references}, [("d", *pair) for pair in retrieved], passages, mode=mode)
    return tuple(round(value, 6) for value in (found.precision_omega, found.iou, found.recall, found.precision))


@pytest.mark.parametrize(
    ("references", "retrieved", "passages", "expected"),
    [
        # The published code's figures: the block that only touches counts in Precision Omega.
        ([(100, 150)], [(100, 200), (200, 300)], blocks(400), (0.25, 0.25, 1.0, 0.25)),
        ([(120, 150)], [(100, 200), (300, 400)], blocks(400), (0.3, 0.15, 1.0, 0.15)),
        ([(60, 90)], [(0, 100), (50, 150)], blocks(300, 100, 50), (0.2, 0.15, 1.0, 0.15)),
    ],
)
def test_faithful_is_the_published_code(
    references: list[Pair], retrieved: list[Pair], passages: Passages, expected: tuple[float, ...]
) -> None:
    assert scored(references, retrieved, passages, "faithful") == expected


def test_corrected_counts_no_touching_and_no_character_twice() -> None:
    assert scored([(100, 150)], [(100, 200), (200, 300)], blocks(400), "corrected") == (0.5, 0.25, 1.0, 0.25)
    assert scored([(60, 90)], [(0, 100), (50, 150)], blocks(300, 100, 50), "corrected") == (0.2, 0.2, 1.0, 0.2)


def test_overlapping_references_can_be_covered_in_full() -> None:
    pair: list[Pair] = [(0, 60), (40, 100)]
    assert scored(pair, [(0, 100)], blocks(100), "corrected")[2] == 1.0
    assert scored(pair, [(0, 100)], blocks(100), "faithful")[2] == round(100 / 120, 6)


def test_passages_of_other_documents_cost_precision_and_cover_nothing() -> None:
    found = span_scores(
        {"a": [(0, 10)]}, [("b", 0, 10), ("a", 0, 5)], Passages({"a": [(0, 5), (5, 10)], "b": [(0, 10)]})
    )
    assert found == SpanScores(recall=0.5, precision=1 / 3, iou=5 / 20, precision_omega=1.0)


def test_nothing_retrieved_and_nothing_to_find() -> None:
    assert span_scores({"d": [(0, 10)]}, [], blocks(100)).precision == 0.0
    with pytest.raises(UsageError, match="without references"):
        span_scores({"d": []}, [("d", 0, 10)], blocks(100))


def test_tokens_are_counted_where_a_range_overlaps_them() -> None:
    tokens = np.array([[0, 3], [4, 9], [9, 10], [12, 15]])
    assert in_tokens([(0, 4), (5, 10), (10, 12), (2, 13)], tokens).tolist() == [[0, 1], [1, 3], [3, 3], [0, 4]]


def characters(pairs: list[Pair]) -> set[int]:
    return {place for start, end in pairs for place in range(start, end)}


@given(PAIRS, PAIRS)
def test_ranges_are_sets_of_characters(a: list[Pair], b: list[Pair]) -> None:
    for made, meant in ((union(a), characters(a)), (intersection(a, b), characters(a) & characters(b))):
        assert characters([(int(start), int(end)) for start, end in made]) == meant
        assert (made[:, 1] > made[:, 0]).all()
        assert (made[1:, 0] >= made[:-1, 1]).all()


@given(SOME, PAIRS, SOME)
def test_corrected_figures_are_those_of_sets(references: list[Pair], retrieved: list[Pair], all_: list[Pair]) -> None:
    passages = [*all_, *retrieved]
    found = span_scores({"d": references}, [("d", *pair) for pair in retrieved], Passages({"d": passages}))
    wanted, shown = characters(references), characters(retrieved)
    touching = characters([pair for pair in passages if characters([pair]) & wanted])
    assert found.recall == pytest.approx(len(wanted & shown) / len(wanted))
    assert found.precision == pytest.approx(len(wanted & shown) / len(shown) if shown else 0.0)
    assert found.iou == pytest.approx(len(wanted & shown) / len(wanted | shown))
    assert found.precision_omega == pytest.approx(len(wanted & touching) / len(touching | wanted))
    assert found.iou <= min(found.recall, found.precision) + 1e-12
    assert (found.precision_omega == 1.0) == (touching == wanted)

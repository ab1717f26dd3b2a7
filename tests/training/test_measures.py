import numpy as np
import pytest

from rag.training.measures import accuracy, area, binary_f1, lowest, macro_f1, pk


def test_f1_of_one_class_and_of_all() -> None:
    found, true = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0])
    assert accuracy(found, true) == pytest.approx(0.6)
    assert binary_f1(found == 1, true == 1) == pytest.approx(2 / 3)
    assert macro_f1(found, true) == pytest.approx((0.5 + 2 / 3 + 2 / 3) / 3)
    assert binary_f1(np.array([False]), np.array([True])) == 0.0


def test_area_counts_ties_as_half() -> None:
    true = np.array([True, False, True, False])
    assert area(np.array([4.0, 1, 3, 2], dtype=np.float32), true) == 1.0
    assert area(np.array([1.0, 1, 1, 1], dtype=np.float32), true) == 0.5
    assert area(np.array([1.0, 1, 2, 2], dtype=np.float32), true) == 0.5
    assert np.isnan(area(np.ones(2, dtype=np.float32), np.array([True, True])))


def test_pk_by_hand() -> None:
    true = np.array([False, False, True, False, False])  # six sentences, two segments: k is 2, rounded from 1.5
    assert pk(true, true) == 0.0
    none = np.zeros(5, dtype=bool)
    assert pk(none, true) == pytest.approx(2 / 4)
    assert pk(~none, true) == pytest.approx(2 / 4)


def test_the_lowest_are_marked() -> None:
    assert lowest(np.array([0.3, 0.1, 0.2], dtype=np.float32), 2).tolist() == [False, True, True]

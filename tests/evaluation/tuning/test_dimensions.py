import math
from typing import Any

import pytest
from optuna.distributions import FloatDistribution, IntDistribution

from rag.config import load
from rag.config.tuning import Range
from rag.evaluation.tuning.dimensions import Numbers, OneOf, dimensions, holds, key_of, size, standing

TOP_K, K1 = "pipeline.0.retrieve.top_k", "pipeline.0.retrieve.k1"


def of(path: str, **range: Any) -> Numbers:
    (dimension,) = dimensions(load({"pipeline": [{"retrieve": "bm25"}]}), {path: Range(**range)})
    assert isinstance(dimension, Numbers)
    return dimension


def test_the_field_decides_whether_numbers_are_whole() -> None:
    assert of(TOP_K, low=1, high=3).values == (1, 2, 3)
    assert of(K1, low=0, high=2).values is None
    assert of(K1, low=0, high=2, step=1).values == (0, 1, 2)


def test_steps_and_orders_of_magnitude() -> None:
    stepped = of(TOP_K, low=5, high=52, step=10)
    assert stepped.values == (5, 15, 25, 35, 45)
    assert stepped.distribution() == IntDistribution(5, 45, step=10)
    assert of(TOP_K, low=1, high=1000, log=True).distribution() == IntDistribution(1, 1000, log=True)
    assert of(TOP_K, low=1, high=1000, log=True).values is None
    assert of(K1, low=0.1, high=0.4, step=0.1).values == (0.1, 0.2, 0.3, 0.4)
    assert of(K1, low=0.1, high=2).distribution() == FloatDistribution(0.1, 2)


def test_values_are_short_and_inside() -> None:
    k1 = of(K1, low=0.12344, high=1.98765)
    assert k1.value(0.7777777) == 0.7778
    assert k1.value(0.12344) == 0.12344  # and not .1234
    assert k1.value(1.987649) == 1.98765
    assert all(k1.holds(k1.value(math.nextafter(end, 1))) for end in (0.12344, 1.98765))


def test_what_lies_in_the_space() -> None:
    space = (of(TOP_K, low=5, high=50, step=5), OneOf("x", ([1, 2], {"use": "bm25"}, None, True)))
    assert size(space) == 40
    assert holds(space, {TOP_K: 20, "x": {"use": "bm25"}})
    for wrong in ({TOP_K: 21, "x": None}, {TOP_K: 55, "x": None}, {TOP_K: True, "x": None}, {TOP_K: 20, "x": 1}):
        assert not holds(space, wrong)
    assert not holds(space, {TOP_K: 20})


def test_choices_of_any_kind_come_back() -> None:
    choices = ([1.0, 2.0], {"use": "bm25", "k1": 1.2}, None, "word", 3, 3)
    (dimension,) = dimensions(load({"pipeline": [{"retrieve": "bm25"}]}), {"x": choices})
    assert dimension.values == choices[:5]
    assert [dimension.value(dimension.parameter(choice)) for choice in choices] == list(choices)


def test_what_the_configuration_says() -> None:
    space = (of(TOP_K, low=5, high=50), OneOf("index.path", ("a",)))
    found = standing(load({"pipeline": [{"retrieve": {"use": "bm25", "top_k": 7}}]}), space)
    assert found == {TOP_K: 7, "index.path": ".rag/index"}


@pytest.mark.parametrize("other", [{"b": 2, "a": [1]}, {"a": [1], "b": 2}])
def test_equal_points_have_one_key(other: dict[str, Any]) -> None:
    assert key_of(other) == key_of({"a": [1], "b": 2})
    assert key_of(other) != key_of({"a": [1], "b": 2.5})

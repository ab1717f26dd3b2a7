import pytest

from rag.evaluation.plot import Linear, Logarithmic


def test_a_linear_scale_holds_its_values_between_its_pixels_and_ticks_are_round() -> None:
    scale = Linear([0.61, 0.7, 0.83], 10, 110)
    assert 10 < scale.place(0.61) < scale.place(0.7) < scale.place(0.83) < 110
    assert scale.ticks == pytest.approx([0.6, 0.65, 0.7, 0.75, 0.8])
    assert scale.place(0.7) - scale.place(0.65) == pytest.approx(scale.place(0.8) - scale.place(0.75))


def test_equal_ratios_are_equally_far_apart_on_a_logarithmic_scale() -> None:
    scale = Logarithmic([0.2, 3000], 0, 100)
    assert scale.place(20) - scale.place(2) == pytest.approx(scale.place(2000) - scale.place(200))
    assert scale.ticks == pytest.approx([1, 10, 100, 1000])


def test_a_logarithmic_scale_over_less_than_two_decades_has_ticks_between_the_powers() -> None:
    assert Logarithmic([30, 90], 0, 100).ticks == pytest.approx([50])
    assert Logarithmic([3, 90], 0, 100).ticks == pytest.approx([5, 10, 20, 50, 100])


@pytest.mark.parametrize("kind", [Linear, Logarithmic])
def test_one_value_alone_lies_in_the_middle(kind: type[Linear | Logarithmic]) -> None:
    scale = kind([5.0], 100, 0)
    assert scale.place(5.0) == pytest.approx(50)
    assert all(0 <= scale.place(tick) <= 100 for tick in scale.ticks)

from __future__ import annotations

from collections.abc import Callable

from rag.loaders.part import Part


def test_a_cell_over_several_rows_speaks_in_each(one: Callable[..., Part]) -> None:
    page = (
        "<table><tr><th>Machine<th>Rule<th>Who<tr><td rowspan=2>Lathe<td>glasses<td rowspan=3>everybody"
        "<tr><td>no gloves<tr><td>Drill<td>vice</table><table><tr><td>next</table>"
    )
    assert one(page, "a.html").text == (
        "Machine | Rule | Who\nLathe | glasses | everybody\nLathe | no gloves | everybody\nDrill | vice | everybody\n\n"
        "next"
    )


def test_wide_cells_keep_the_columns_below_in_place(one: Callable[..., Part]) -> None:
    page = "<table><tr><td colspan=2>a<td rowspan=2>b<tr><td>c<td>d</table>"
    assert one(page, "a.html").text == "a | b\nc | d | b"


def test_nonsense_spans(one: Callable[..., Part]) -> None:
    page = "<table><tr><td rowspan=-1>a<td colspan=x>b<td rowspan=99999>c<tr><td>d</table>"
    assert one(page, "a.html").text == "a | b | c\nd"

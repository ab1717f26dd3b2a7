"""Dates, units and countries come out one way."""

import pytest

from rag.skills.canonical import canonical


@pytest.mark.parametrize(
    ("texts", "plain"),
    [
        (("1999-05-03", "3.5.1999", "May 3, 1999"), "May 3, 1999"),
        (("05/13/1999", "13/05/1999"), "May 13, 1999"),
        (("99.99.1999",), "99.99.1999"),
        (("5 km", "5km", "5 kilometres", "5 kilometers"), "5 kilometer"),
        (("6ft 1in", "6'1\"", "6 feet 1 inches"), "6 foot 1 inch"),
        (("5 %", "5%", "5 per cent", "5 percent"), "5 percent"),
        (("$5 million",), "5 million dollars"),
        (("20 °C", "20 degrees Celsius"), "20 degree celsius"),
        (("U.S.", "USA", "the United States of America", "US"), "United States"),
        (("UK", "the United Kingdom"), "United Kingdom"),
        (("Sept. 3, 1999", "Sep 3, 1999"), "September 3, 1999"),
        (("contact us in 5 minor cases",), "contact us in 5 minor cases"),
    ],
)
def test_what_is_written_in_several_ways_is_read_in_one(texts: tuple[str, ...], plain: str) -> None:
    assert {canonical(text) for text in texts} == {plain}

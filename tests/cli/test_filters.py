from typing import Any

import pytest

from rag.cli.filters import parse_filters, scalar
from rag.errors import UsageError


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["source=handbook/travel.pdf"], {"source": "handbook/travel.pdf"}),
        (["lang=en,de"], {"lang": {"in": ["en", "de"]}}),
        (["year>=2020", "year<2024"], {"year": {"gte": 2020, "lt": 2024}}),
        (["year > 2020"], {"year": {"gt": 2020}}),
        (["score<=0.5", "lang=en"], {"score": {"lte": 0.5}, "lang": "en"}),
        (["code='007'"], {"code": "007"}),
        (["title=a=b"], {"title": "a=b"}),
        (["lang!=en"], {"lang": {"ne": "en"}}),
        (["title='Travel, abroad'"], {"title": "Travel, abroad"}),
        (["draft=false"], {"draft": False}),
        ([], None),
        (None, None),
    ],
)
def test_forms(given: list[str] | None, wanted: dict[str, Any] | None) -> None:
    assert parse_filters(given) == wanted


@pytest.mark.parametrize("wrong", ["source", "=en", "", ">=3"])
def test_other_forms_are_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="not of the form key=value"):
        parse_filters([wrong])


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("-3.5", -3.5), ("true", True), ("True", "True"), ('"3"', "3"), ("v3", "v3")]
)
def test_scalars(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)

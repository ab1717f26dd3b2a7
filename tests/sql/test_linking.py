"""Tables first, then columns."""

from __future__ import annotations

import pytest

from rag.kinds import default_encoder
from rag.sql.database import opened
from rag.sql.linking import Linker, said
from rag.sql.values import Mention
from tests.databases import CONCERTS


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(opened(CONCERTS).schema(), default_encoder(), 0.5)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("How old is each singer?", "singer"),
        ("What does the largest stadium hold?", "stadium"),
        ("Which themes were there in 2014?", "concert"),
        ("In what street is the shop?", "ticket_shop"),
    ],
)
def test_the_best_table(question: str, best: str, linker: Linker) -> None:
    found = linker.focus(question, 1, 2)
    assert [table.name for table in found.schema.tables] == [best]
    assert not found.whole


def test_tables_between_are_given_and_keys_stay(linker: Linker) -> None:
    mentions = [Mention("singer", "Country", "France", 0, 6, True), Mention("stadium", "City", "Oslo", 0, 4, True)]
    found = linker.focus("From where are those who sang in that city?", 2, 1, mentions)
    columns = {table.name: [column.name for column in table.columns] for table in found.schema.tables}
    assert list(columns) == ["stadium", "singer", "concert", "singer_in_concert"]
    assert {"Singer_ID", "Country"} <= set(columns["singer"])
    assert {"Stadium_ID", "City"} <= set(columns["stadium"])
    assert columns["singer_in_concert"] == ["Concert_ID", "Singer_ID"]
    assert "Theme" not in columns["concert"] or len(columns["concert"]) < 5
    assert len(found.schema.joins) == 3


def test_all_of_it_is_the_whole(linker: Linker) -> None:
    found = linker.focus("What is there?", 99, 99)
    assert found.whole
    assert found.schema == linker.schema


def test_scores_lie_between_nothing_and_all(linker: Linker) -> None:
    scores = linker.scores("How old is the singer?")
    assert scores.shape == (len(linker.columns),)
    assert 0 <= scores.min() <= scores.max() <= 1
    by_words = Linker(linker.schema, default_encoder(), 0.0).scores("zzz")
    assert by_words.max() == 0


def test_names_as_words() -> None:
    assert [said(name) for name in ("pet_age", "PetAge", "HTTPServer2", "a-b c")] == [
        "pet age", "Pet Age", "HTTP Server2", "a b c",
    ]  # fmt: skip

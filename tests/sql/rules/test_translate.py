"""Questions to queries by rules."""

from __future__ import annotations

import pytest

from rag.sql.database import Database, opened
from rag.sql.rules.translate import Translation, translate
from rag.sql.schema import Schema
from rag.sql.values import Values
from tests.databases import CONCERTS


@pytest.fixture(scope="module")
def database() -> Database:
    return opened(CONCERTS)


@pytest.fixture(scope="module")
def schema(database: Database) -> Schema:
    return database.schema()


@pytest.fixture(scope="module")
def values(database: Database, schema: Schema) -> Values:
    return Values.of(database, schema, 100)


@pytest.fixture
def asked(schema: Schema, values: Values) -> object:
    return lambda question: translate(question, schema, values.mentioned(question))


QUESTIONS = {
    "How many singers are there?": "SELECT COUNT(*) FROM singer",
    "How many singers are from France?": "SELECT COUNT(*) FROM singer WHERE Country = 'France'",
    "What are the names and ages of all singers?": "SELECT Name, Age FROM singer",
    "List the names of singers in alphabetical order.": "SELECT Name FROM singer ORDER BY Name",
    "Show the name and country of singers sorted by age in descending order.": (
        "SELECT Name, Country FROM singer ORDER BY Age DESC"
    ),
    "What is the average age of singers?": "SELECT AVG(Age) FROM singer",
    "What are the minimum and maximum age of singers from France?": (
        "SELECT MIN(Age), MAX(Age) FROM singer WHERE Country = 'France'"
    ),
    "Which singers are older than 40?": "SELECT Name FROM singer WHERE Age > 40",
    "Show the names of singers whose age is between 30 and 45.": "SELECT Name FROM singer WHERE Age BETWEEN 30 AND 45",
    "Who is the youngest singer?": "SELECT Name FROM singer ORDER BY Age LIMIT 1",
    "What are the names of the 3 oldest singers?": "SELECT Name FROM singer ORDER BY Age DESC LIMIT 3",
    "How many different countries do singers come from?": "SELECT COUNT(DISTINCT Country) FROM singer",
    "How many singers does each country have?": "SELECT Country, COUNT(*) FROM singer GROUP BY Country",
    "For each stadium, how many concerts are there?": (
        "SELECT stadium.Name, COUNT(*) FROM concert JOIN stadium ON concert.Stadium_ID = stadium.Stadium_ID "
        "GROUP BY stadium.Stadium_ID"
    ),
    "Which country has the most singers?": "SELECT Country FROM singer GROUP BY Country ORDER BY COUNT(*) DESC LIMIT 1",
    "What are the countries with more than 2 singers?": (
        "SELECT Country FROM singer GROUP BY Country HAVING COUNT(*) > 2"
    ),
    "What are the names of singers not from France?": "SELECT Name FROM singer WHERE Country != 'France'",
    "Show the names of singers from France or the Netherlands.": (
        "SELECT Name FROM singer WHERE Country = 'France' OR Country = 'Netherlands'"
    ),
    "Which concerts took place in 2014?": "SELECT Concert_Name FROM concert WHERE Year = 2014",
    "What is the capacity of Harbour Hall?": "SELECT Capacity FROM stadium WHERE Name = 'Harbour Hall'",
    "What are the names of stadiums with a capacity above the average?": (
        "SELECT Name FROM stadium WHERE Capacity > (SELECT AVG(Capacity) FROM stadium)"
    ),
    "What is the name of the singer with the highest net worth?": (
        "SELECT Name FROM singer ORDER BY Net_Worth_Millions DESC LIMIT 1"
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_query(question: str, asked: object) -> None:
    found: Translation = asked(question)  # type: ignore[operator]
    assert found.sql == QUESTIONS[question]
    assert found.left == ()
    assert found.confidence > 0.7


RESULTS = {
    "What are the names of stadiums without any concert?": {("Old Mill",)},
    "Which singers sang in a concert in Bergen?": {("Rose White",), ("Tribal King",)},
    "What are the names of singers who do not have a concert?": {("Joe Sharp",), ("John Nizinik",)},
    "How many singers performed in Oslo?": {(3,)},
    "Show the names of singers with at least 2 concerts.": {("Rose White",), ("Tribal King",)},
}


@pytest.mark.parametrize("question", RESULTS)
def test_what_it_gives(question: str, asked: object, database: Database) -> None:
    found: Translation = asked(question)  # type: ignore[operator]
    assert found.sql, found
    assert set(database.run(found.sql, rows=50, seconds=5).rows) == RESULTS[question], found


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Which singers hate opera?", "opera"),
        ("How many singers are from Germany?", "Germany"),
        ("What are the names of singers from France or older than 40?", "or"),
        ("Which singers earn 12 a day?", "12"),
        ("Tell me a joke.", "joke"),
        ("Which year has the highest concert?", "highest"),  # of what a row holds, not of how many rows there are
        ("", ""),
    ],
)
def test_what_is_not_understood_is_not_passed_over(question: str, word: str, asked: object) -> None:
    found: Translation = asked(question)  # type: ignore[operator]
    assert found.confidence < 0.7
    assert word in found.left or not word


def test_text_that_holds_numbers_is_compared_as_numbers() -> None:
    from rag.sql.schema import Column, Table

    schema = Schema((Table("car", (Column("name", "TEXT"), Column("power", "TEXT", examples=("'130'", "'95'")))),))
    found = translate("Which cars have a power greater than 100?", schema, [])
    assert found.sql == "SELECT name FROM car WHERE CAST(power AS REAL) > 100"


def test_of_two_foreign_keys_the_one_that_is_named_is_meant() -> None:
    from rag.sql.schema import Column, Join, Table

    keys = (Column("home_team_id", "INTEGER"), Column("away_team_id", "INTEGER"))
    match = Table("match", (Column("match_id", "INTEGER", True), *keys, Column("goals", "INTEGER")))
    team = Table("team", (Column("team_id", "INTEGER", True), Column("name", "TEXT")))
    joins = tuple(Join("match", (key.name,), "team", ("team_id",)) for key in keys)
    schema = Schema((match, team), joins)
    named = translate("What is the name of the away team of the match with the most goals?", schema, [])
    assert "match.away_team_id = team.team_id" in named.sql
    unnamed = translate("What is the name of the team of the match with the most goals?", schema, [])
    assert unnamed.confidence < 0.7 <= named.confidence, (named, unnamed)

"""What the text around an answer lacks of a question, thing by thing."""

import pytest

from rag.skills.lacking import LACKING, MOST, lacking, read
from rag.skills.opposites import opposite_in

BANK = "Lunden Bank is a bank in Kreuzau. Ada Lund has been its chief executive officer since 2015."
OFFICER = "Ada Lund has been its chief executive officer since 2015."


def told(question: str, around: str = OFFICER, passage: str = BANK, *beside: str) -> dict[str, float]:
    return dict(zip(LACKING, lacking(question, around, passage, beside), strict=True))


def test_nothing_is_lacking_where_every_word_stands() -> None:
    found = told("Since when has Ada Lund been its chief executive officer?")
    assert set(found.values()) == {0.0}


def test_another_officer_than_the_one_asked_for_stands_in_his_place() -> None:
    right, wrong = (told(f"Who is the chief {kind} officer of Lunden Bank?") for kind in ("executive", "financial"))
    assert (right["exchanged"], wrong["exchanged"]) == (0, 1)
    assert right["nowhere"] < wrong["nowhere"]


def test_an_acronym_is_what_it_stands_for() -> None:
    for question, text in (("Who is the CEO?", OFFICER), ("Who is the chief executive officer?", "Its CEO is Ada.")):
        assert told(question, text, text)["nowhere"] == 0
    assert told("Who is the CFO?")["nowhere"] > 0


@pytest.mark.parametrize(
    ("question", "lack"),
    [
        ("What has Ada Lund been since 2015?", 0),
        ("What has Ada Lund been since 2014?", 1),
        ("What was Ada Lund in 2014 and in 1999?", MOST),
        ("What has Ada Lund been since 2014 and 1999 and 1850?", MOST),
    ],
)
def test_another_year_is_lacking(question: str, lack: float) -> None:
    assert told(question)["numbers"] == lack


def test_numbers_are_the_same_however_they_are_written() -> None:
    text = "It has twelve rooms and 1,200 windows."
    assert told("Which house has 12 rooms and 1200 windows?", text, text)["numbers"] == 0


def test_another_person_is_lacking_wherever_the_name_stands() -> None:
    assert told("When did Ada Lund become chief executive?")["names"] == 0
    assert told("When did Otto Weiss become chief executive?")["names"] > 1
    assert told("What does Lunden Bank do?")["names"] == 0  # named in another sentence of the passage


def test_a_name_is_the_same_in_another_spelling() -> None:
    text = "The Huguenots came to the Netherlands, München and Zürich."
    for name in ("Huguenot", "Netherland", "Zurich", "Munchen"):
        assert told(f"When did the {name} question arise?", text, text)["names"] < 0.2


def test_what_is_said_in_other_passages_is_not_lacking_everywhere() -> None:
    alone = told("Who is the chief financial officer?")
    beside = told("Who is the chief financial officer?", OFFICER, BANK, "The financial year ends in May.")
    assert alone["nowhere"] > beside["nowhere"]
    assert (alone["exchanged"], beside["exchanged"]) == (1, 1)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Norway has been a member since 1960.", 1),
        ("Norway is not a member.", 0),
        ("Norway never joined.", 0),
        ("All of them are members except Norway.", 0),
        ("Norway refused to become a member.", 0),
    ],
)
def test_a_question_that_denies_wants_a_sentence_that_does(text: str, denied: float) -> None:
    assert told("Which country is not a member?", text, text)["denied"] == denied
    assert told("Which country is a member?", text, text)["denied"] == 0


def test_the_opposite_of_what_is_asked_is_told() -> None:
    text = "The tower is the highest of the city and was opened in 1734."
    assert told("Which is the lowest tower?", text, text)["opposite"] == 1
    assert told("Which is the highest tower?", text, text)["opposite"] == 0
    assert told("Which tower was closed?", text, text)["opposite"] == 1


@pytest.mark.parametrize(
    ("word", "others", "opposite"),
    [
        ("highest", {"lowest"}, True),
        ("lowest", {"highest"}, True),
        ("success", {"unsuccess"}, True),
        ("unabl", {"abl"}, False),
        ("direct", {"indirect"}, True),
        ("dislik", {"like", "lik"}, False),
        ("bridg", {"river"}, False),
    ],
)
def test_opposites_are_told_both_ways(word: str, others: set[str], opposite: bool) -> None:
    assert opposite_in(word, others) is opposite


def test_what_is_lacking_of_nothing_is_nothing() -> None:
    assert lacking("", "", "") == [0.0] * len(LACKING)
    assert lacking("What is it?", "", "") == [0.0] * len(LACKING)
    assert len(lacking("Who drew the bridge?", "", "")) == len(LACKING)


def test_an_identifier_is_the_words_that_it_is_made_of() -> None:
    question, text = "What is the default body limit?", "The option `bodyLimit`: by default 1048576 bytes."
    assert lacking(question, text, text) == [0.0] * len(LACKING)
    assert read("`bodyLimit`").written == ("body", "limit")
    assert read("keepAliveTimeout").known == read("keep alive timeout").known
    assert read("YouTube, iPhone, McDonald and JSON").written == ("YouTube", "iPhone", "McDonald", "and", "JSON")

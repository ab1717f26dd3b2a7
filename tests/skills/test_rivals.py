"""Of several answers of one kind, the one that the question's words stand beside."""

import pytest

from rag.segmenters.sentences import sentences
from rag.skills.rivals import Rival, alike, spoken_for

PLANS = (
    "The Basic plan costs 9 euros a month. The Plus plan costs 25 euros. Studio costs 40 euros a seat.\n"
    "- Basic: 3 projects, support by mail\n- Plus: 50 projects, support by phone\n"
)
PARALLEL = "The frame of the Vale bike lasts for five years, the frame of the Tour bike for ten years."
BANK = "The bank was founded in 1921 by Martha Kolb. For sixty years it lent money. The bank was bought by Orion Group."


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("9 euros", "25 euros per user", True),
        ("five years", "10 years", True),
        ("1921", "1998", True),
        ("7 am to 9 pm", "2 pm to 10 pm", True),
        ("Martha Kolb", "the Orion Group", True),
        ("9 euros", "3 projects", False),
        ("9 euros", "Orion Group", False),
        ("9 euros", "1998", False),
        ("the brackish water", "Atlantic Ocean", False),
        ("brackish water", "salty water", False),
        ("", "", False),
    ],
)
def test_numbers_of_one_thing_and_names_are_alike(one: str, other: str, expected: bool) -> None:
    assert alike(one, other) is alike(other, one) is expected


def test_what_is_counted_may_stand_behind_the_number() -> None:
    assert alike("25", "28 days", (" days of holiday", " are left"))
    assert alike("28 days", "25", (" are left", " days of holiday"))
    assert not alike("25", "28 days", (" euros", " are left"))
    assert not alike("25", "28 days")


def test_a_number_in_quotes_may_count_anything() -> None:
    assert alike("100 characters", "1048576", ("", "` (1MiB)"))
    assert alike("1048576", "100 characters", ("` (1MiB)", ""))
    assert not alike("1048576", "100 characters", (" (1MiB)", ""))


def spoken(question: str, text: str, answers: list[str], titles: list[str] | None = None) -> str:
    """The answer that the words around speak for most."""
    rivals = []
    for place, answer in enumerate(answers):
        start = text.index(answer)
        (around,) = (text[first:last] for first, last in sentences(text) if first <= start < last)
        title = f"{titles[place]}\n" if titles else ""
        rivals.append(Rival(text, start, start + len(answer), title + around))
    odds = spoken_for(question, rivals, [text[first:last] for first, last in sentences(text)])
    assert len(odds) == len(answers)
    assert min(odds) >= 0
    assert sorted(odds)[-1] > sorted(odds)[-2]
    return answers[odds.index(max(odds))]


@pytest.mark.parametrize(
    ("question", "text", "answers", "expected"),
    [
        ("How much does the Basic plan cost?", PLANS, ["9 euros", "25 euros", "40 euros"], "9 euros"),
        ("How much does the Plus plan cost?", PLANS, ["9 euros", "25 euros", "40 euros"], "25 euros"),
        ("How much does the Studio plan cost?", PLANS, ["9 euros", "25 euros", "40 euros"], "40 euros"),
        ("How many projects does Plus include?", PLANS, ["3 projects", "50 projects"], "50 projects"),
        ("How many projects does Basic include?", PLANS, ["3 projects", "50 projects"], "3 projects"),
        ("How long does the frame of the Tour bike last?", PARALLEL, ["five years", "ten years"], "ten years"),
        ("How long does the frame of the Vale bike last?", PARALLEL, ["five years", "ten years"], "five years"),
        ("Who bought the bank?", BANK, ["Martha Kolb", "Orion Group"], "Orion Group"),
        ("Who founded the bank?", BANK, ["Martha Kolb", "Orion Group"], "Martha Kolb"),
    ],
)
def test_the_words_beside_an_answer_speak_for_it(question: str, text: str, answers: list[str], expected: str) -> None:
    assert spoken(question, text, answers) == expected
    assert spoken(question, text, answers[::-1]) == expected


def test_headings_speak_for_what_stands_below_them() -> None:
    text = "The price is 9 euros. The price is 25 euros."
    answers = ["9 euros", "25 euros"]
    assert spoken("What is the price of Plus?", text, answers, ["Basic", "Plus"]) == "25 euros"
    assert spoken("What is the price of Plus?", text, answers, ["Plus", "Basic"]) == "9 euros"


def test_a_question_without_words_speaks_for_none() -> None:
    rivals = [Rival(BANK, 4, 8, BANK), Rival(BANK, 24, 28, BANK)]
    assert spoken_for("Who is it?", rivals, [BANK]) == [0.0, 0.0]
    assert spoken_for("What is the weather in Lisbon?", rivals, [BANK]) == [0.0, 0.0]


def test_an_identifier_stands_for_its_words() -> None:
    text = "- `bodyLimit` defaults to 1048576.\n- `maxParamLength` defaults to 100.\n"
    assert spoken("What does the body limit default to?", text, ["100", "1048576"]) == "1048576"
    assert spoken("What does the maximal param length default to?", text, ["1048576", "100"]) == "100"

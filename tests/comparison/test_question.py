"""What an English question compares, and what is asked of each."""

import pytest

from rag.comparison.attributes import Attribute
from rag.comparison.question import comparison

DIRECTOR = "Who is the director of the film {}?"
BORN, DIED = "When was {} born?", "When did {} die?"


@pytest.mark.parametrize(
    ("question", "names", "judge", "kind", "ask", "through"),
    [
        (
            "Which film came out first, Grey Harbour or The Long Pier?",
            ("Grey Harbour", "The Long Pier"),
            *("least", "date", "When was {} released?", ""),
        ),
        ("Who is younger, Ada Lund or Bo Ek Jr.?", ("Ada Lund", "Bo Ek Jr."), "most", "date", BORN, ""),
        ("Who is younger, Ada Lund or Bo Ek?", ("Ada Lund", "Bo Ek"), "most", "date", BORN, ""),
        ("Who was born first out of Ada Lund and Bo Ek?", ("Ada Lund", "Bo Ek"), "least", "date", BORN, ""),
        ("Between Ada Lund and Bo Ek, who died later?", ("Ada Lund", "Bo Ek"), "most", "date", DIED, ""),
        ("Was Ada Lund or Bo Ek born first?", ("Ada Lund", "Bo Ek"), "least", "date", BORN, ""),
        ("What writer is older, Ada Lund or Bo Ek?", ("Ada Lund", "Bo Ek"), "least", "date", BORN, ""),
        (
            "Which magazine is the oldest, Tin Whistle or Copper Bell?",
            ("Tin Whistle", "Copper Bell"),
            *("least", "date", "When was {} published?", ""),
        ),
        (
            "Which person went into space at a later date, Ada Lund or Bo Ek?",
            ("Ada Lund", "Bo Ek"),
            *("most", "date", "When did {} went into space?", ""),
        ),
        (
            "Which film has the director who was born earlier, Grey Harbour or The Long Pier (1931 film)?",
            ("Grey Harbour", "The Long Pier (1931 film)"),
            *("least", "date", BORN, DIRECTOR),
        ),
        (
            "Which film whose director died first, Grey Harbour or The Long Pier?",
            ("Grey Harbour", "The Long Pier"),
            *("least", "date", DIED, DIRECTOR),
        ),
        (
            "Which band, Tin Whistles or The Copper Bells, had more members?",
            ("Tin Whistles", "The Copper Bells"),
            *("most", "number", "How many members does {} have?", ""),
        ),
        (
            "Who has won fewer rowing titles, Ada Lund or Bo Ek?",
            ("Ada Lund", "Bo Ek"),
            *("least", "number", "How many rowing titles has {} won?", ""),
        ),
        (
            "Which mountain is taller, Grauhorn or Weisshorn?",
            ("Grauhorn", "Weisshorn"),
            *("most", "number", "How tall is {}?", ""),
        ),
        (
            "Are Ada Lund and Bo Ek both from the same country?",
            ("Ada Lund", "Bo Ek"),
            *("same", "nation", "Which country is {} from?", ""),
        ),
        (
            "Does Ada Lund have the same nationality as Bo Ek?",
            ("Ada Lund", "Bo Ek"),
            *("same", "nation", "What is the nationality of {}?", ""),
        ),
        (
            "Are both villages, Stanau and Krasna, Upper District, located in the same country?",
            ("Stanau", "Krasna, Upper District"),
            *("same", "nation", "Which country is {} from?", ""),
        ),
        (
            "Are the directors of both films Grey Harbour and The Long Pier from the same country?",
            ("Grey Harbour", "The Long Pier"),
            *("same", "nation", "Which country is {} from?", DIRECTOR),
        ),
        (
            "Do director of film Grey Harbour and director of film The Long Pier have the same nationality?",
            ("Grey Harbour", "The Long Pier"),
            *("same", "nation", "What is the nationality of {}?", DIRECTOR),
        ),
        (
            "Do both films: Grey Harbour and The Long Pier have the directors that share the same nationality?",
            ("Grey Harbour", "The Long Pier"),
            *("same", "nation", "What is the nationality of {}?", "Who is the director of {}?"),
        ),
        (
            "Are Stanau Airport and Krasna Airport both airports in the same state?",
            ("Stanau Airport", "Krasna Airport"),
            *("same", "words", "In which state is {}?", ""),
        ),
        ("Are Ada Lund and Bo Ek both guitarists?", ("Ada Lund", "Bo Ek"), "each", "claim", "{} is guitarists", ""),
        (
            "Do the drinks Gimlet and Zurra both contain gin?",
            ("Gimlet", "Zurra"),
            *("each", "claim", "{} contain gin", ""),
        ),
        (
            "Which musician played in the band Soil, Ada Lund or Bo Ek?",
            ("Ada Lund", "Bo Ek"),
            *("choice", "claim", "{} played in the band Soil", ""),
        ),
        (
            "Who wrote the novel 1931, Ada Lund or Bo Ek?",
            ("Ada Lund", "Bo Ek"),
            *("choice", "claim", "{} wrote the novel 1931", ""),
        ),
    ],
)
def test_a_comparison_becomes_a_question_about_each(
    question: str, names: tuple[str, str], judge: str, kind: str, ask: str, through: str
) -> None:
    found = comparison(question)
    assert found is not None
    assert found.operands[0] == names
    assert (found.judge, found.attribute.kind, found.attribute.ask, found.through) == (judge, kind, ask, through)


@pytest.mark.parametrize(
    ("question", "judge", "kind", "ask"),
    [
        ("Is Grauhorn higher than Weisshorn?", "most", "number", "How high is {}?"),
        ("Is the Grauhorn less expensive than the Weisshorn?", "least", "number", "How much does {} cost?"),
        ("Does Grauhorn weigh less than Weisshorn?", "least", "number", "How much does {} weigh?"),
        ("Has Grauhorn won more titles than Weisshorn?", "most", "number", "How many titles has {} won?"),
        ("Did Grauhorn open before Weisshorn?", "least", "date", "When did {} open?"),
        ("Was Grauhorn released later than Weisshorn?", "most", "date", "When was {} released?"),
        ("Is Grauhorn older than Weisshorn?", "least", "date", BORN),
    ],
)
def test_a_yes_or_a_no_by_comparing(question: str, judge: str, kind: str, ask: str) -> None:
    found = comparison(question)
    assert found is not None
    assert found.operands == (("Grauhorn", "Weisshorn"),)
    assert found.of_first
    assert not found.one_of_two
    assert (found.judge, found.attribute.kind, found.attribute.ask) == (judge, kind, ask)


@pytest.mark.parametrize(
    "question",
    [
        "Which of Ada Lund, Bo Ek and Cid Os is the oldest?",
        "Who is the oldest, Ada Lund, Bo Ek or Cid Os?",
        "Who is the oldest: Ada Lund, Bo Ek, or Cid Os?",
    ],
)
def test_three_things(question: str) -> None:
    found = comparison(question)
    assert found is not None
    assert ("Ada Lund", "Bo Ek", "Cid Os") in found.operands
    assert found.judge == "least"


def test_of_three_things_no_claim_is_judged() -> None:
    found = comparison("Which is a comedy, Grey Harbour, Tin Whistle or The Long Pier?")
    assert found is None or all(len(way) == 2 for way in found.operands)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Which is newer, Kornblum 2 or 3?", ("Kornblum 2", "Kornblum 3")),
        ("Which ended first, World War I or II?", ("World War I", "World War II")),
        ("Which is newer, Kornblum 2 or Weiss?", ("Kornblum 2", "Weiss")),
        ("Did the Lund office open before the Turku office?", ("Lund", "Turku")),
    ],
)
def test_names_that_are_said_in_part(question: str, names: tuple[str, str]) -> None:
    found = comparison(question)
    assert found is not None
    assert found.operands[-1] == names


def test_lives_are_two_dates_each() -> None:
    found = comparison("Who lived longer, Ada Lund or Bo Ek?")
    assert found is not None
    assert found.attribute == Attribute("most", "date", DIED, BORN)


@pytest.mark.parametrize(
    "question",
    [
        "Who approves travel abroad?",
        "When was the bridge built?",
        "Is the university a private or a public institution?",
        "What is the minimum age for a senator or a representative?",
        "What is the difference between Ada Lund and Bo Ek?",
        "What hymn did Ada Lund write after the death of Bo Ek and Cid Os?",
        "Who can question statements the First Minister or members of the cabinet make?",
        "Did Ada Lund and Bo Ek meet after they both had moved to Bonn?",
        "Are men and women both paid?",
        "Did prices rise more than wages?",
        "Is the Lund Prize named after Ada Lund?",
        "Does Group A have a higher or lower chance of survival than Group B?",
        "Does Group A have more or less oxygen than Group B?",
        "Does Grauhorn have more longevity than Weisshorn?",
        "Is there anything more important than the work of Ada Lund?",
        "Was Ada Lund president before Bo Ek?",
        "Which film came out first, Grey Harbour or The Long Pier?" * 20,
        "",
    ],
)
def test_other_questions_are_no_comparisons(question: str) -> None:
    assert comparison(question) is None


def test_what_is_said_by_comparing_is_not_asked_of_one() -> None:
    found = comparison("Which plant is larger, the Pterocarya or the Cotula?")
    assert found is not None
    assert (found.judge, found.attribute.ask) == ("choice", "")


def test_every_way_to_divide_names_is_kept() -> None:
    found = comparison("Which film came out first, Sink or Swim or The Long Pier?")
    assert found is not None
    assert ("Sink or Swim", "The Long Pier") in found.operands
    assert ("Sink", "Swim or The Long Pier") in found.operands


def test_the_name_that_words_mean_is_chosen() -> None:
    found = comparison("Which film came out first, Grey Harbour or The Long Pier?")
    assert found is not None
    assert found.chosen("Long Pier The Long Pier") == "The Long Pier"
    assert found.chosen("a harbour") == "Grey Harbour"
    assert found.chosen("1931") == ""


@pytest.mark.parametrize(
    ("question", "judge", "ask", "also"),
    [
        ("Who earns more, Ada Lund or Bo Ek?", "most", "How much does {} earn?", "What is the salary of {}?"),
        ("Who is paid less, Ada Lund or Bo Ek?", "least", "How much does {} earn?", "What is the salary of {}?"),
        ("Who makes more money, Ada Lund or Bo Ek?", "most", "How much does {} earn?", "What is the pay of {}?"),
        ("Does Ada Lund earn more than Bo Ek?", "most", "How much does {} earn?", "What is the income of {}?"),
        ("Which costs less, LS-400 or LS-900?", "least", "How much does {} cost?", "What is the price of {}?"),
        ("Which is faster, LS-400 or LS-900?", "most", "How fast is {}?", "What is the speed of {}?"),
        ("Who is shorter, Ada Lund or Bo Ek?", "least", "How tall is {}?", "What is the height of {}?"),
        (
            "Which hotel is nearer to the station, Hotel Lund or Hotel Ek?",
            *("least", "How far is {} from the station?", "What is the distance of {} to the station?"),
        ),
        ("Who has the higher monthly salary, Ada Lund or Bo Ek?", "most", "What is the monthly salary of {}?", ""),
        ("Which has a shorter warranty, LS-400 or LS-900?", "least", "What is the warranty of {}?", ""),
        ("Which hotel holds more guests, Hotel Lund or Hotel Ek?", "most", "How many guests does {} hold?", ""),
        ("Which ship carries fewer cars, the Lund or the Ek?", "least", "How many cars does {} carry?", ""),
    ],
)
def test_a_measure_has_other_names(question: str, judge: str, ask: str, also: str) -> None:
    found = comparison(question)
    assert found is not None
    assert (found.judge, found.attribute.kind, found.attribute.ask) == (judge, "number", ask)
    assert also in found.attribute.also or not (also or found.attribute.also)


@pytest.mark.parametrize(
    "question", ["Which plant has bigger leaves, Rosa or Ilex?", "Who has the better ear, Ann or Bo?"]
)
def test_what_has_no_value_is_not_asked_for(question: str) -> None:
    found = comparison(question)
    assert found is not None
    assert found.attribute.kind == "claim"


def test_ages_count_where_nobody_says_when_somebody_was_born() -> None:
    older, younger = (comparison(f"Who is {degree}, Ada Lund or Bo Ek?") for degree in ("older", "younger"))
    assert older is not None and younger is not None
    assert older.attribute.instead == Attribute("most", "number", "How old is {}?")
    assert younger.attribute.instead == Attribute("least", "number", "How old is {}?")

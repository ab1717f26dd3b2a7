"""An answer is believed less where its text speaks of something else than the question."""

import pytest
from langchain_core.documents import Document

from rag.generators.belief import _LACKS, believed, lacks
from rag.generators.evidence import weigh
from rag.generators.reader import Reader
from rag.kinds import default_encoder
from rag.schema import Answer, Turn
from rag.skills.lacking import LACKING
from rag.skills.reader import Span

BANK = [
    "Lunden Bank is a bank in Kreuzau. Ada Lund has been its chief executive officer since 2015. It was founded in "
    "1898 by Otto Weiss.",
    "The bank has 1,200 employees and twelve branches. Its oldest branch stands in Wenau and was opened in 1902.",
]
MOZILLA = [
    "The Mozilla Foundation is a non-profit organization that leads the open source Mozilla project. Founded in July "
    "2003, the organization sets the policies that govern development.",
    "Mozilla Public License 2.0 is a copyleft licence written by the Mozilla Foundation. It is used by Firefox.",
    "The project is run by volunteers. Contributions are reviewed by maintainers before they are merged.",
]


def documents(texts: list[str]) -> tuple[Document, ...]:
    return tuple(
        Document(text, id=f"{place}", metadata={"source": f"{place}.md", "start": 0})
        for place, text in enumerate(texts)
    )


def answer_of(question: str, texts: list[str]) -> Answer:
    answer = Reader().invoke(Turn(question, passages=documents(texts))).answer
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Who is the CEO of Mozilla?", MOZILLA),
        ("Who is the chief executive officer of Mozilla?", MOZILLA),
        ("Who is the chief financial officer of Lunden Bank?", BANK),
        ("Who became chief executive in 2009?", BANK),
        ("How many shareholders does the bank have?", BANK),
        ("When was the newest branch opened?", BANK),
        ("When was the oldest branch closed?", BANK),
        ("Who was not the chief executive officer of Lunden Bank?", BANK),
    ],
)
def test_what_no_passage_tells_is_not_answered(question: str, texts: list[str]) -> None:
    assert answer_of(question, texts).abstained


@pytest.mark.parametrize(
    ("question", "texts", "words"),
    [
        ("When was the Mozilla Foundation founded?", MOZILLA, "July 2003"),
        ("Who wrote the Mozilla Public License?", MOZILLA, "Mozilla Foundation"),
        ("Who is the chief executive officer of Lunden Bank?", BANK, "Ada Lund"),
        ("Who is the CEO of Lunden Bank?", BANK, "Ada Lund"),
        ("Who became chief executive in 2015?", BANK, "Ada Lund"),
        ("Who founded Lunden Bank?", BANK, "Otto Weiss"),
        ("How many employees does the bank have?", BANK, "1,200"),
        ("When was the oldest branch opened?", BANK, "1902"),
    ],
)
def test_what_a_passage_tells_is_answered(question: str, texts: list[str], words: str) -> None:
    answer = answer_of(question, texts)
    assert words in answer.text
    assert answer.confidence is not None
    assert answer.confidence > 0.7


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("When was the bank of Kreuzau founded?", "When was the bank of Lisbon founded?"),
        ("Who has been chief executive since 2015?", "Who has been chief executive since 1987?"),
        ("Where does the oldest branch stand?", "Where does the newest branch stand?"),
        ("Who is the CEO of Lunden Bank?", "Who is the CFO of Lunden Bank?"),
    ],
)
def test_something_else_asked_for_is_believed_much_less(right: str, wrong: str) -> None:
    one, other = (answer_of(question, BANK).confidence for question in (right, wrong))
    assert one is not None
    assert other is not None
    assert other < one - 0.25


def test_every_lack_takes_something_off() -> None:
    assert set(_LACKS) == set(LACKING)
    whole = believed(0.6, 0.8, [0.0] * len(LACKING))
    for place in range(len(LACKING)):
        lack = [float(other == place) for other in range(len(LACKING))]
        assert 0 < believed(0.6, 0.8, lack) < whole < 1
    assert believed(0, 0, [0.0] * len(LACKING)) == 0
    assert believed(1e-9, 0, [0.0] * len(LACKING)) < 0.01
    assert believed(1, 1, [0.0] * len(LACKING)) > 0.99


def lack_of(question: str, passage: Document, span: Span | None) -> dict[str, float]:
    turn = Turn(question, passages=(passage,))
    evidence = weigh(question, turn.passages, default_encoder())
    return dict(zip(LACKING, lacks(turn, evidence, span), strict=True))


def test_titles_and_headings_say_what_a_passage_is_about() -> None:
    text = "It was opened in 1902."
    span = Span("1902", 0, text.index("1902"), text.index("1902") + 4, 0.5)
    question = "When was the Wenau branch opened?"
    bare, titled = (
        {"source": "a", "start": 0},
        {"source": "a", "start": 0, "title": "Branches", "headings": ["Wenau"]},
    )
    assert lack_of(question, Document(text, metadata=bare), span)["names"] > 0
    assert lack_of(question, Document(text, metadata=titled), span)["names"] == 0


def test_a_table_is_looked_at_as_a_whole() -> None:
    rows = "name: Kreuzau; built: 1734\nname: Wenau; built: 1802"
    table = Document(rows, metadata={"source": "bridges.csv", "start": 0, "format": "csv"})
    span = Span("1802", 0, rows.index("1802"), rows.index("1802") + 4, 0.5)
    assert lack_of("Which year was Wenau built, 1734 or 1802?", table, span)["numbers"] == 0


def test_another_language_lacks_nothing_that_can_be_told() -> None:
    text = "Мост через реку построен в 1734 году. Чертежи сделала Анна Вайс, она родилась в Бонне."
    passage = Document(text, metadata={"source": "a", "start": 0})
    assert set(lack_of("Когда был открыт новый мост в городе?", passage, None).values()) == {0.0}


ALLOWANCES = "\n".join(
    f"Country: {country}; Full day (EUR): {day}; Hotel limit (EUR per night): {hotel}"
    for country, day, hotel in [("Denmark", 75, 165), ("Finland", 50, 140), ("Sweden", 66, 150), ("Poland", 34, 115)]
)


def rows_asked(question: str) -> Answer:
    table = Document(ALLOWANCES, id="0", metadata={"source": "allowances.csv", "start": 0, "format": "csv"})
    answer = Reader().invoke(Turn(question, passages=(table,))).answer
    assert answer is not None
    return answer


def test_a_table_without_the_row_that_is_asked_for_says_nothing() -> None:
    assert rows_asked("What is the hotel limit in Norway?").abstained
    assert "150" in rows_asked("What is the hotel limit in Sweden?").text


def test_what_comes_on_top_of_a_thing_is_not_the_thing() -> None:
    paid = ["Duty\n\nA week on call is paid with 250 EUR on top of the salary. Every page adds 40 EUR."]
    assert answer_of("What is the salary of a developer?", paid).abstained
    assert answer_of("How much is a week on call paid?", paid).text.startswith("250 EUR")

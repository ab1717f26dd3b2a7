"""Comparisons by the shipped reader: one of two names, a yes or a no, and the sentences about both."""

import pytest
from langchain_core.documents import Document

from rag.generators.reader import Reader
from rag.schema import Answer, Turn

TEXTS = {
    "harbour.md": "Grey Harbour is a Danish film of fishermen. It was directed by Ada Lund and released in March 1931.",
    "pier.md": "The Long Pier is a Danish comedy film. It was directed by Bo Ek and released in 1954.",
    "ada.md": "Ada Lund (7 September 1909 – 28 September 2003) was a Danish film director and editor.",
    "bo.md": "Bo Ek (born 2 May 1899, died 4 June 1970) was a Swedish film director. He also played the guitar.",
    "grau.md": "Grauhorn is a mountain in the Alps. It is 3,260 metres high.",
    "weiss.md": "Weisshorn is a mountain beside it. It rises to 4,506 metres.",
    "anna.md": "Anna Berg keeps the accounts. Her monthly salary is 4,200 euros. She is 34 years old.",
    "ben.md": "Ben Ode drives the crane at pier two. His monthly salary is 3,650 euros. He is 41 years old.",
    "bread.md": "Bread keeps in a box, and longer in a cloth.",
}


def answer_of(question: str, *sources: str, **keys: object) -> Answer:
    passages = tuple(
        Document(TEXTS[source], id=source, metadata={"source": source, "start": 0})
        for source in sources or tuple(TEXTS)
    )
    answer = Reader.model_validate(keys).invoke(Turn(question, passages=passages)).answer
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("question", "said", "quoted"),
    [
        (
            "Which film came out first, The Long Pier or Grey Harbour?",
            "Grey Harbour",
            {"pier.md": "released in 1954", "harbour.md": "released in March 1931"},
        ),
        ("Who was born later, Bo Ek or Ada Lund?", "Ada Lund", {"bo.md": "2 May 1899", "ada.md": "7 September 1909"}),
        ("Who lived longer, Bo Ek or Ada Lund?", "Ada Lund", {"bo.md": "1970", "ada.md": "2003"}),
        ("Are Ada Lund and Bo Ek both from the same country?", "No", {"ada.md": "Danish", "bo.md": "Swedish"}),
        (
            "Are Grey Harbour and The Long Pier from the same country?",
            "Yes",
            {"harbour.md": "Danish", "pier.md": "Danish"},
        ),
        (
            "Which film has the director who was born earlier, Grey Harbour or The Long Pier?",
            "The Long Pier",
            {"harbour.md": "Ada Lund", "ada.md": "1909", "pier.md": "Bo Ek", "bo.md": "1899"},
        ),
        (
            "When did the director of the film Grey Harbour die?",
            "28 September 2003",
            {"harbour.md": "Ada Lund", "ada.md": "2003"},
        ),
        (
            "What nationality is the director of the film The Long Pier?",
            "Swedish",
            {"pier.md": "Bo Ek", "bo.md": "Swedish"},
        ),
        ("Which mountain is higher, Grauhorn or Weisshorn?", "Weisshorn", {"grau.md": "3,260", "weiss.md": "4,506"}),
        ("Is Weisshorn higher than Grauhorn?", "Yes", {"grau.md": "3,260", "weiss.md": "4,506"}),
        ("Is Ada Lund older than Bo Ek?", "No", {"bo.md": "2 May 1899", "ada.md": "7 September 1909"}),
        ("Did Bo Ek die before Ada Lund?", "Yes", {"bo.md": "1970", "ada.md": "2003"}),
        ("Who is paid more, Ben Ode or Anna Berg?", "Anna Berg", {"anna.md": "4,200", "ben.md": "3,650"}),
        ("Who has the lower salary, Ben Ode or Anna Berg?", "Ben Ode", {"anna.md": "4,200", "ben.md": "3,650"}),
        ("Who is older, Anna Berg or Ben Ode?", "Ben Ode", {"anna.md": "34", "ben.md": "41"}),
        (
            "Which is a comedy film, Grey Harbour or The Long Pier?",
            "The Long Pier",
            {"harbour.md": "", "pier.md": "comedy"},
        ),
    ],
)
def test_the_answer_cites_what_is_said_of_both(question: str, said: str, quoted: dict[str, str]) -> None:
    answer = answer_of(question)
    words, *marks = answer.text.split(" [")
    assert words == said
    assert {citation.source for citation in answer.citations} == set(quoted)
    for citation in answer.citations:
        assert quoted[citation.source] in citation.quote
        assert TEXTS[citation.source][citation.start : citation.end] == citation.quote
    assert [int(mark.rstrip("]")) for mark in marks] == list(
        dict.fromkeys(citation.number for citation in answer.citations)
    )
    assert answer.confidence is not None
    assert 0.5 < answer.confidence <= 1
    assert not answer.abstained


def test_where_one_is_not_found_it_is_answered_as_any_other() -> None:
    question = "Which film came out first, The Long Pier or Grey Harbour?"
    sources = ("pier.md", "bread.md")
    asked, plain = answer_of(question, *sources), answer_of(question, *sources, compare="never")
    assert {citation.source for citation in asked.citations} <= {"pier.md"}
    assert (asked.text, asked.abstained) == (plain.text, plain.abstained)
    assert asked.confidence is not None
    assert asked.confidence <= 0.5


def test_it_never_answers_with_words_that_are_neither() -> None:
    answer = answer_of("Which film was praised more, Grey Harbour or The Long Pier?", abstain_below=0, brief_from=0)
    brief = answer.text.partition(" [")[0]
    assert brief in ("Grey Harbour", "The Long Pier") or brief in {citation.quote for citation in answer.citations}


def test_comparing_can_be_left_out() -> None:
    answer = answer_of("Are Ada Lund and Bo Ek both from the same country?", compare="never")
    assert not answer.text.startswith(("Yes", "No"))


def test_what_it_believes_too_little_it_does_not_say() -> None:
    answer = answer_of("Who was born later, Bo Ek or Ada Lund?", abstain_below=1)
    assert answer.abstained


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which film has the director who was born earlier, Grey Harbour or The Long Pier?", "The Long Pier"),
        ("When was the director of The Long Pier born?", "2 May 1899"),
        ("Are the directors of both films, Grey Harbour and The Long Pier, from the same country?", "No"),
    ],
)
def test_things_under_headings_of_one_passage_are_told_apart(question: str, said: str) -> None:
    names = {"harbour.md": "Grey Harbour", "pier.md": "The Long Pier", "ada.md": "Ada Lund", "bo.md": "Bo Ek"}
    text = "\n\n".join(f"# {name}\n\n{TEXTS[source]}" for source, name in names.items())
    passage = Document(text, id="0", metadata={"source": "films.md", "start": 0})
    answer = Reader().invoke(Turn(question, passages=(passage,))).answer
    assert answer is not None
    assert answer.text.startswith(f"{said} [1]")
    assert all(text[citation.start : citation.end] == citation.quote for citation in answer.citations)


MODELS = """Products

The LS-200 is a handheld spectrometer. It weighs 900 g and costs 38,000 kronor.

The LS-400 is a bench spectrometer. It weighs 12.5 kg and costs 145,000 kronor.

The LS-900 was introduced in 2022. It weighs 31 kg and costs 410,000 kronor."""
OFFICES = """| Office | City | Opened | Employees | Head |
|---|---|---|---|---|
| Main | Uppsala | 1987 | 140 | Marta Lindqvist |
| South | Lund | 1999 | 62 | Sven Strand |
| Finland | Turku | 2008 | 35 | Aino Virtanen |"""


@pytest.mark.parametrize(
    ("question", "said", "quoted"),
    [
        ("Which is the heaviest: LS-200, LS-400 or LS-900?", "LS-900", ["900 g", "12.5 kg", "31 kg"]),
        ("Which of the LS-400, LS-900 and LS-200 is the cheapest?", "LS-200", ["145,000", "410,000", "38,000"]),
        ("Is the LS-200 heavier than the LS-400?", "No", ["900 g", "12.5 kg"]),
        ("Does the LS-900 cost more than the LS-400?", "Yes", ["410,000", "145,000"]),
        ("Which office opened first, Turku or Lund?", "Lund", ["2008", "1999"]),
        ("Did the Lund office open before the Turku office?", "Yes", ["1999", "2008"]),
        ("Does Turku have more employees than Lund?", "No", ["| 35 |", "| 62 |"]),
    ],
)
def test_things_in_paragraphs_and_rows_of_one_passage(question: str, said: str, quoted: list[str]) -> None:
    passages = tuple(
        Document(text, id=str(place), metadata={"source": f"{place}.md", "start": 0})
        for place, text in enumerate((MODELS, OFFICES))
    )
    answer = Reader().invoke(Turn(question, passages=passages)).answer
    assert answer is not None
    assert answer.text.split(" [")[0] == said
    assert len(answer.citations) == len(quoted)
    assert all(part in citation.quote for part, citation in zip(quoted, answer.citations, strict=True))
    assert all("\n" not in citation.quote for citation in answer.citations)


def test_a_row_that_only_names_somebody_yields_to_what_is_about_them() -> None:
    lives = {
        "marta.md": "Marta Lindqvist (born 12 April 1951) is a physicist.",
        "olof.md": "Olof Ek was born on 3 January 1949.",
    }
    passages = tuple(
        Document(text, id=name, metadata={"source": name, "start": 0})
        for name, text in {"offices.md": OFFICES, **lives}.items()
    )
    answer = Reader().invoke(Turn("Was Marta Lindqvist born before Olof Ek?", passages=passages)).answer
    assert answer is not None
    assert answer.text.startswith("No [")
    assert {citation.source for citation in answer.citations} == set(lives)

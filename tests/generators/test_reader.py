"""Answers by the trained reader: their words stand where the citation says, and nothing is said without belief."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.documents import Document

from rag import skills
from rag.generators.evidence import weigh
from rag.generators.extractive import Extractive
from rag.generators.reader import Reader, _said_by, wants_sentences
from rag.kinds import default_encoder
from rag.schema import Answer, Turn
from rag.skills.laid import lay_out
from rag.skills.reader import Span

TEXT = "Travel\n\nTravel is approved by your manager. Travel abroad is approved by the director. Breakfast is included."


def answer_of(generator: Extractive, question: str, passages: list[Document]) -> Answer:
    answer = generator.invoke(Turn(question, passages=tuple(passages))).answer
    assert answer is not None
    return answer


@pytest.fixture
def passages() -> list[Document]:
    return [
        Document(TEXT[start:end], id=f"{start}", metadata={"source": "travel.md", "start": start, "title": "Travel"})
        for start, end in ((8, 87), (8, len(TEXT)))
    ]


def test_the_answer_stands_in_the_cited_sentence_at_its_place(untrained: Path, passages: list[Document]) -> None:
    answer = answer_of(
        Reader(weights=str(untrained), abstain_below=0, brief_from=0), "Who approves travel abroad?", passages
    )
    (citation,) = answer.citations
    words, _, marker = answer.text.rpartition(" ")
    assert marker == f"[{citation.number}]"
    assert words
    assert words in " ".join(citation.quote.split())
    assert TEXT[citation.start : citation.end] == citation.quote
    assert not answer.abstained
    assert answer.confidence is not None
    assert 0 <= answer.confidence <= 1


def test_without_belief_it_abstains(untrained: Path, passages: list[Document]) -> None:
    answer = answer_of(Reader(weights=str(untrained), abstain_below=1), "Who approves travel abroad?", passages)
    assert answer.abstained
    assert not answer.citations
    assert answer.text == Reader().abstention


def test_without_passages_it_abstains(untrained: Path) -> None:
    answer = answer_of(Reader(weights=str(untrained), abstain_below=0), "Who approves travel?", [])
    assert (answer.abstained, answer.confidence) == (True, 0.0)


def test_the_shipped_reader_is_brief_where_it_is_sure() -> None:
    text = (
        "The old bridge of Kreuzau crosses the Rur. It was built of red sandstone in 1734. Anna Weiss drew the plans."
    )
    passages = [Document(text, id="0", metadata={"source": "bridge.md", "start": 0})]
    assert answer_of(Reader(), "Who drew the plans of the bridge?", passages).text == "Anna Weiss [1]"
    answer = answer_of(Reader(), "When was the bridge built?", passages)
    assert answer.text == "1734 [1]"
    assert [citation.quote for citation in answer.citations] == ["It was built of red sandstone in 1734."]


def test_what_wants_a_reason_is_answered_in_sentences(passages: list[Document]) -> None:
    answer = answer_of(Reader(), "Is breakfast included?", passages)
    assert "Breakfast is included." in answer.text
    assert "Breakfast is included." in [citation.quote for citation in answer.citations]


def test_where_it_is_not_sure_it_quotes(passages: list[Document]) -> None:
    answer = answer_of(Reader(brief_from=1), "Who approves travel abroad?", passages)
    assert "Travel abroad is approved by the director." in answer.text


def read_together(reader: Reader, passages: list[Document], turn: Turn) -> int:
    """How many of the others were read together with the first."""
    assert reader.invoke(turn).answer is not None
    texts = [passage.page_content for passage in passages]
    titles = [str(passage.metadata["title"]) for passage in passages]
    rows = lay_out(turn.question, texts, titles, [(0, place) for place in range(1, len(passages))])
    return sum(reader._skill.model.remembers([one.row for one in rows]))


@pytest.fixture
def several() -> list[Document]:
    told = ["The bridge was drawn by Anna Weiss.", "Anna Weiss was born in Bonn.", "Bread keeps in a box.", "It rains."]
    return [Document(text, id=text, metadata={"source": text, "start": 0, "title": "T"}) for text in told]


@pytest.mark.parametrize(
    ("question", "route", "together", "count"),
    [
        ("Where was the woman born who drew the bridge?", "multi", "auto", 3),
        ("Where was the woman born, who drew the bridge?", "single", "auto", 0),
        ("Was the woman who drew the bridge born in the same city as the painter of the mill?", None, "auto", 3),
        ("When was Anna Weiss born?", None, "auto", 0),
        ("When was Anna Weiss, the painter, born?", None, "always", 3),
        ("Where was she born who drew the bridge?", "multi", "never", 0),
    ],
)
def test_passages_are_read_together_where_the_answer_needs_several(
    several: list[Document], question: str, route: str | None, together: Any, count: int
) -> None:
    turn = Turn(question, passages=tuple(several)).with_(route=route)
    assert read_together(Reader(together=together), several, turn) == count


def test_as_many_are_read_together_as_are_wanted(untrained: Path, several: list[Document]) -> None:
    reader = Reader(weights=str(untrained), together="always", beside=2)
    assert read_together(reader, several, Turn("Who is it?", passages=tuple(several))) == 2
    assert read_together(reader, several[:1], Turn("Who is it?", passages=tuple(several[:1]))) == 0


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("Is breakfast included?", True),
        ("Is it red or blue?", False),
        ("How do I book a flight?", True),
        ("How many days are left?", False),
        ("Why was it closed?", True),
        ("What does the budget do?", True),
        ("What does it cost?", False),
        ("Who approves travel?", False),
        ("Which retrievers are there?", True),
        ("When was the bridge built and who drew it?", True),
        ("Who drew the bridge, and when?", True),
        ("Where and when was it built?", True),
        ("Who is the actor who was born in Bonn and who drew bridges?", False),
    ],
)
def test_how_and_why_and_yes_or_no_want_sentences(question: str, more: bool) -> None:
    assert wants_sentences(question) == more


def test_words_where_extractive_would_look_too_need_less_belief() -> None:
    text = "The bridge was built of red sandstone in 1734. Anna Weiss drew the plans for the town."
    passages = [Document(text, id="0", metadata={"source": "bridge.txt", "start": 0})]
    evidence = weigh("Who drew the plans?", passages, default_encoder())
    agreed, elsewhere = (
        Span(words, 0, text.index(words), text.index(words) + len(words), 0.05) for words in ("Anna Weiss", "sandstone")
    )
    reader = Reader()
    assert reader.brief_from == 0.1
    assert reader._sure(agreed, evidence)
    assert not reader._sure(elsewhere, evidence)
    assert not Reader(brief_from=1)._sure(agreed, evidence)


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("wait as long as Retry-After says", "wait as long as Retry", "wait as long as Retry-After"),
        ("a Lyon-based maker of dashboards", "Lyon", "Lyon"),
        ("It was drawn by Ines Calado - Berlin.", "Ines Calado", "Ines Calado"),
    ],
)
def test_a_name_with_hyphens_is_said_whole(text: str, words: str, said: str) -> None:
    start = text.index(words)
    span = Span(words, 0, start, start + len(words), 0.9)
    assert _said_by(span, [Document(text)]) == said


ACCOUNT = (
    "# Questions and answers\n\n"
    "**How do I delete my account?** Open Settings, choose Account, then Delete account. Everything is removed after "
    "30 days.\n\nChangelog: on 3 March 2025 we raised the storage of Team from 100 GB to 200 GB. On 1 June 2025 the "
    "Starter plan went from 15 to 19 euros."
)


def test_sentences_are_quoted_by_what_the_reader_took_from_them_too() -> None:
    question, passages = "How do I delete my account?", [Document(ACCOUNT, metadata={"source": "faq.md", "start": 0})]
    answer = answer_of(Reader(), question, passages)
    by_words = answer_of(Extractive(), question, passages)
    assert answer.text == "Open Settings, choose Account, then Delete account. [1]"
    assert len(by_words.citations) > 1


def test_margins_are_those_of_the_words_in_a_piece_and_unknown_beyond_what_is_read() -> None:
    skill = skills.load("reader")
    long = ACCOUNT + " More of it." * 600
    pieces = [(0, text.index(start), text.index(start) + 30) for text in [long] for start in ("Open Se", "On 1 June")]
    same = skill.margins("How do I delete my account?", [long], [], [*pieces, (0, len(long) - 12, len(long))])
    assert same[0] > same[1] + 1
    assert np.isnan(same[2])
    (spans, _) = skill.read("How do I delete my account?", [ACCOUNT])
    best = spans[0]
    assert ACCOUNT.index("Open") <= best.start < best.end <= ACCOUNT.index("Everything")

"""What met in passages that later steps have changed."""

from typing import Any

import pytest
from langchain_core.documents import Document

from rag.passages.condensed import condensed, rewritten
from rag.passages.matches import Met, heats
from rag.passages.parts import part, spanning

SOURCE = "Before. Travel abroad is generally approved by the director of the company. After."
START, END = 8, 76


def match(question: str, token: str, score: float = 0.5, *, inside: bool = True) -> dict[str, Any]:
    start = SOURCE.index(token) if inside else None
    end = None if start is None else start + len(token)
    return {"question": question, "passage": token, "start": start, "end": end, "score": score}


@pytest.fixture
def passage() -> Document:
    told = [match("", "", inside=False), match("approves", "approved", 0.8), match("trips", "Travel", 0.75)]
    metadata = {"source": "handbook.md", "start": START, "end": END, "matches": told}
    return Document(SOURCE[START:END], id="p", metadata=metadata)


def seen(passage: Document) -> list[str | None]:
    """What the passage's text has at each place."""
    (heat,) = heats([passage])
    ((_, met),) = heat.passages
    text = passage.page_content
    return [None if one.start is None else text[one.start : one.start + len(one.token)] for one in met]


def test_a_row_a_token_a_column_a_passage(passage: Document) -> None:
    (heat,) = heats([Document("Foreign.", id="x"), passage])
    assert heat.question == ("", "approves", "trips")
    at = passage.page_content.index("approved")
    assert heat.passages == ((2, (Met("", 0.5, None), Met("approved", 0.8, at), Met("Travel", 0.75, 0))),)


def test_a_changed_passage_still_shows_the_tokens_that_it_kept(passage: Document) -> None:
    text = passage.page_content
    at = text.index("approved")
    assert seen(passage) == [None, "approved", "Travel"]
    assert seen(condensed(passage, [(at, at + 12), (text.index("director"), len(text))])) == [None, "approved", None]
    assert seen(part(passage, at, len(text))) == [None, "approved", None]
    assert seen(spanning([passage], SOURCE, 0)) == [None, "approved", "Travel"]
    assert seen(rewritten(passage, [("The director approved it.", 0, len(text))])) == [None, None, None]


def test_several_questions_are_several_tables(passage: Document) -> None:
    told = [match("director", "director", 0.9)]
    other = Document(passage.page_content, id="o", metadata={**passage.metadata, "matches": told})
    assert [(heat.question, [number for number, _ in heat.passages]) for heat in heats([passage, other, passage])] == [
        (("", "approves", "trips"), [1, 3]),
        (("director",), [2]),
    ]


@pytest.mark.parametrize("own", ["3", 3, ["a", "b"], [{"home": 2}], [], None])
def test_a_documents_own_metadata_of_that_name_is_not_taken_for_it(own: object) -> None:
    assert heats([Document("Played twice.", metadata={"matches": own})]) == []

"""Compression by leaving words out."""

from collections.abc import Callable

import pytest
from langchain_core.documents import Document

from rag.compressors.semantic import Semantic
from rag.encoders.tokenizer import default_tokenizer
from rag.passages import cite

Cut = Callable[..., Document]
QUESTION = "What is the limit in London?"
TEXT = (
    "The committee is generally responsible for the approval of journeys that are made by the staff of the company. "
    "In most of these cases, however, it takes a couple of days until an answer is given to those who asked for it."
)


def shortened(text: str, question: str = "", **settings: object) -> str:
    (passage,) = Semantic(**settings).compress_documents([Document(text)], question)
    return str(passage.page_content)


@pytest.mark.parametrize("method", ["exact", "pooled"])
@pytest.mark.parametrize("of", ["tokens", "words"])
def test_it_keeps_its_share_in_order(method: str, of: str) -> None:
    count = default_tokenizer().count([TEXT])[0]
    before = TEXT
    for keep in (1.0, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0):
        text = shortened(TEXT, keep=keep, method=method, of=of, protect=False)
        said = iter(before)
        assert all(char in said for char in text)  # a subsequence of what a greater share kept
        before = text
        if of == "tokens":
            left = default_tokenizer().count([text])[0]
            assert keep * count - 1 <= left <= max(keep * count, 1) + 4  # to within a word
    assert text
    assert shortened(TEXT, keep=1.0) == TEXT


def test_what_must_stay_stays(cut: Cut) -> None:
    (passage,) = Semantic(keep=0.0).compress_documents([cut("Hotels ... both.")], QUESTION)
    for word in ("120", "180", "London", "limit"):
        assert word in passage.page_content


def test_citations_quote_the_handbook(cut: Cut, handbook: str) -> None:
    passages = [cut("Travel is approved ... director."), cut("Hotels ... both.")]
    short = Semantic(keep=0.5).compress_documents(passages, QUESTION)
    assert all(len(one.page_content) < len(other.page_content) for one, other in zip(short, passages, strict=True))
    for number, passage in enumerate(short, 1):
        found = cite(short, number, 0, len(passage.page_content))
        assert handbook[found.start : found.end] == found.quote
        assert passage.metadata["title"] == found.title == "Handbook"


def test_twice_the_same_and_nothing_of_nothing(cut: Cut) -> None:
    passages = [cut("Hotels ... both."), Document("  "), Document("")]
    assert Semantic().compress_documents(passages, QUESTION) == Semantic().compress_documents(passages, QUESTION)
    assert Semantic().compress_documents([], QUESTION) == []

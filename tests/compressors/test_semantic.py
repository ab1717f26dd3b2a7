"""Compression by leaving words out."""

from collections.abc import Callable, Sequence

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from rag.compressors.semantic import Semantic
from rag.encoders.tokenizer import default_tokenizer
from rag.passages.condensed import kept
from rag.passages.parts import cite

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
    short = Semantic(keep=0.5, rooms="even").compress_documents(passages, QUESTION)
    assert all(len(one.page_content) < len(other.page_content) for one, other in zip(short, passages, strict=True))
    for number, passage in enumerate(short, 1):
        found = cite(short, number, 0, len(passage.page_content))
        assert handbook[found.start : found.end] == found.quote
        assert passage.metadata["title"] == found.title == "Handbook"


def test_twice_the_same_and_nothing_of_nothing(cut: Cut) -> None:
    passages = [cut("Hotels ... both."), Document("  "), Document("")]
    assert Semantic().compress_documents(passages, QUESTION) == Semantic().compress_documents(passages, QUESTION)
    assert Semantic().compress_documents([], QUESTION) == []


def by_relevance() -> list[Document]:
    """Six passages of unlike scores, in no order."""
    texts = (TEXT, TEXT[60:], f"{TEXT} {TEXT[:90]}", TEXT[:150], TEXT[30:], TEXT[:80])
    return [
        Document(text, metadata={"score": score, "start": 0, "end": len(text), "source": "a"})
        for text, score in zip(texts, (0.3, 0.9, 0.1, 0.5, 0.3, 0.7), strict=True)
    ]


def tokens(passages: Sequence[Document]) -> list[int]:
    return default_tokenizer().count([one.page_content for one in passages])


def test_the_least_relevant_lose_most_and_together_they_keep_their_share() -> None:
    passages = by_relevance()
    whole = tokens(passages)
    for keep in (0.9, 0.8, 0.7, 0.6):
        left = tokens(Semantic(keep=keep, protect=False).compress_documents(passages, QUESTION))
        assert keep * sum(whole) <= sum(left) <= keep * sum(whole) + 5  # to within a word
        assert all(0.5 * before <= after for before, after in zip(whole, left, strict=True))
        shares = [left[place] / whole[place] for place in (2, 4, 0, 3, 5, 1)]  # by score, of equals the later first
        cut = [place for place, share in enumerate(shares) if share < 1]
        assert cut == list(range(len(cut)))
        assert max(shares[: max(0, len(cut) - 1)], default=0) <= 0.56


@pytest.mark.parametrize("protect", [True, False])
@pytest.mark.parametrize("rooms", ["relevance", "even"])
def test_a_smaller_share_keeps_a_part_of_what_a_greater_one_keeps(protect: bool, rooms: str) -> None:
    passages = by_relevance()
    before: Sequence[Document] = passages
    for hundredths in range(100, -1, -4):
        short = Semantic(keep=hundredths / 100, protect=protect, rooms=rooms).compress_documents(passages, QUESTION)
        for one, other, passage in zip(short, before, passages, strict=True):
            assert set(places(one)) <= set(places(other))
            assert "".join(passage.page_content[place] for place in places(one)) == one.page_content
        before = short


def places(passage: Document) -> list[int]:
    """The characters of the source that a passage still has."""
    return [place for start, end in kept(passage) for place in range(start, end)][: len(passage.page_content)]


def test_evenly_each_is_cut_as_if_alone() -> None:
    passages = by_relevance()
    short = Semantic(keep=0.7, rooms="even").compress_documents(passages, QUESTION)
    assert short == [one for passage in passages for one in Semantic(keep=0.7).compress_documents([passage], QUESTION)]


def test_passages_that_stay_whole_are_not_read() -> None:
    passages, read = by_relevance(), []

    class Counting(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            read.extend(texts)
            return [[float(len(text)), 1.0] for text in texts]

        def embed_query(self, text: str) -> list[float]:
            return [1.0, 1.0]

    Semantic(keep=0.9, encoder=Counting()).compress_documents(passages, "")
    assert passages[2].page_content in read
    assert passages[1].page_content not in read


def test_without_scores_the_later_lose_first() -> None:
    passages = [Document(TEXT), Document(TEXT), Document(TEXT)]
    first, second, third = Semantic(keep=0.8, protect=False).compress_documents(passages, QUESTION)
    assert len(third.page_content) < len(second.page_content) <= len(first.page_content) == len(TEXT)

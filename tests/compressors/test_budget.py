"""A budget of tokens."""

import asyncio
from collections.abc import Callable, Sequence

from langchain_core.documents import Document

from rag.compressors.budget import Budget
from rag.encoders.tokenizer import default_tokenizer

Cut = Callable[..., Document]


def tokens(passages: Sequence[Document]) -> int:
    return sum(default_tokenizer().count([p.page_content for p in passages]))


def test_what_fits_passes_unchanged(cut: Cut) -> None:
    passages = [cut("Travel is approved"), cut("Trains are booked")]
    assert Budget(max_tokens=100).compress_documents(passages, "travel") == passages


def test_the_first_that_does_not_fit_is_shortened_to_the_sentences_that_answer(cut: Cut, handbook: str) -> None:
    passages = [cut("Travel is approved ... director."), cut("Hotels ... both."), cut("Trains ... allowed.")]
    kept = Budget(max_tokens=28).compress_documents(passages, "What is the limit in London?")
    assert [p.page_content for p in kept] == [passages[0].page_content, "In London the limit is 180 euros."]
    assert kept[1].metadata["title"] == "Handbook"
    assert handbook[kept[1].metadata["start"] : kept[1].metadata["end"]] == kept[1].page_content
    assert kept[1].id == f"{passages[1].id}:{kept[1].metadata['start']}-{kept[1].metadata['end']}"
    assert tokens(kept) <= 28


def test_a_sentence_is_cut_only_where_it_alone_exceeds_the_budget(cut: Cut) -> None:
    hotels = cut("Hotels ... both.")
    alone = Budget(max_tokens=3).compress_documents([hotels], "hotels")
    assert [p.page_content for p in alone] == ["Hotels cost at"]
    assert Budget(max_tokens=9).compress_documents([cut("Travel is approved by your manager."), hotels], "") == [
        cut("Travel is approved by your manager.")
    ]


def test_passages_of_other_retrievers_need_no_offsets() -> None:
    kept = Budget(max_tokens=6).compress_documents([Document("Yes, it does. It always did so.")], "does it?")
    assert kept[0].page_content == "Yes, it does."
    assert asyncio.run(Budget(max_tokens=6).acompress_documents([Document("Yes, it does. It always.")], "")) == kept

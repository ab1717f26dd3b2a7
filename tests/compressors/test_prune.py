"""Pruning: what stays is whole sentences at their places."""

from collections.abc import Callable
from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag import skills
from rag.compressors.prune import Prune
from rag.encoders.tokenizer import default_tokenizer
from rag.segmenters.sentences import sentences

Cut = Callable[..., Document]
QUESTION = "What is the limit in London?"


def test_runs_of_needed_sentences_stay_at_their_places(untrained: Path, cut: Cut, handbook: str) -> None:
    passages = [cut("Travel is approved ... director."), cut("Hotels ... both.")]
    texts = [[p.page_content[a:b] for a, b in sentences(p.page_content)] for p in passages]
    scores, _ = skills.load("keep", untrained).judge([(QUESTION, some) for some in texts], ["Handbook"] * 2)
    line = sorted(score for of_passage in scores for score in of_passage)[2]
    wanted = [
        text for some, found in zip(texts, scores, strict=True) for text, score in zip(some, found, strict=True)
        if score >= line
    ]  # fmt: skip
    kept = Prune(weights=str(untrained), keep=line).compress_documents(passages, QUESTION)
    assert [text for passage in kept for text in _sentences(passage)] == wanted
    assert all(handbook[p.metadata["start"] : p.metadata["end"]] == p.page_content for p in kept)
    assert all(p.metadata["title"] == "Handbook" for p in kept)


def test_the_most_needed_sentence_stays_where_none_is_needed(untrained: Path, cut: Cut) -> None:
    (kept,) = Prune(weights=str(untrained), keep=1.0).compress_documents([cut("Hotels ... both.")], QUESTION)
    assert len(_sentences(kept)) == 1


def test_all_stays_where_everything_is_needed(untrained: Path, cut: Cut) -> None:
    passages = [cut("Hotels ... both.")]
    assert Prune(weights=str(untrained), keep=0.0).compress_documents(passages, QUESTION) == passages
    assert Prune(weights=str(untrained)).compress_documents([], QUESTION) == []


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_a_budget_keeps_the_most_needed_that_fit(untrained: Path, cut: Cut, share: float) -> None:
    passages = [cut("Travel is approved ... director."), cut("Hotels ... both.")]
    texts = [p.page_content[a:b] for p in passages for a, b in sentences(p.page_content)]
    sizes = dict(zip(texts, default_tokenizer().count(texts), strict=True))
    prune = Prune(weights=str(untrained), keep=0.0, share=share)
    kept = [text for passage in prune.compress_documents(passages, QUESTION) for text in _sentences(passage)]
    room = share * sum(sizes.values())
    assert sum(sizes[text] for text in kept) <= room
    assert all(sum(sizes[one] for one in [*kept, text]) > room for text in texts if text not in kept)  # no more fits
    same = Prune(weights=str(untrained), keep=0.0, max_tokens=int(room)).compress_documents(passages, QUESTION)
    assert [text for passage in same for text in _sentences(passage)] == kept


def test_a_budget_too_small_for_a_sentence_keeps_one(untrained: Path, cut: Cut) -> None:
    (kept,) = Prune(weights=str(untrained), max_tokens=1).compress_documents([cut("Hotels ... both.")], QUESTION)
    assert len(_sentences(kept)) == 1


def test_within_a_budget_the_passage_that_answers_comes_first(cut: Cut) -> None:
    aside = "The canteen is open from eight to four. Its walls were painted green in the spring of last year."
    passages = [Document(aside), cut("Hotels ... both.")]
    (kept,) = Prune(keep=0.0, max_tokens=12).compress_documents(passages, "What is the limit in London?")
    assert kept.page_content == "In London the limit is 180 euros."


def _sentences(passage: Document) -> list[str]:
    return [passage.page_content[a:b] for a, b in sentences(passage.page_content)]

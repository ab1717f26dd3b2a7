"""The lexical view: BM25 exactly as written, whatever the segments."""

from __future__ import annotations

import inspect
import json
import random
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from rag.index import Hits, Lexical, Passage, Rows, inverted
from rag.words.analysis import Analyzer

K1, B = 1.5, 0.75
QUERIES = (
    "decode a JSON document",
    "sample without replacement",
    "wrap long lines of text",
    "the default value is None",
)


def real_text() -> list[str]:
    """Paragraphs of the standard library's own documentation."""
    texts = []
    for module in (json, random, textwrap, inspect):
        for _, thing in inspect.getmembers(module, lambda x: inspect.isfunction(x) or inspect.isclass(x)):
            texts += [part for part in (inspect.getdoc(thing) or "").split("\n\n") if len(part) > 30]
    return texts


TEXTS = real_text()


def rows_of(count: int, dead: Sequence[int] = ()) -> Rows:
    alive = np.ones(count, np.bool_)
    alive[list(dead)] = False
    return Rows(np.arange(count), np.random.default_rng(1).permutation(count).astype(np.uint64), alive)


def passages(texts: Sequence[str]) -> list[Passage]:
    return [Passage(text) for text in texts]


def naive(texts: Sequence[str], query: str, dead: Sequence[int] = ()) -> NDArray[np.float64]:
    """BM25 as its definition reads, in double precision, over the living passages."""
    found = Analyzer().batch(texts)
    counts = [
        Counter(found.vocabulary[i] for i in found.ids[found.offsets[row] : found.offsets[row + 1]].tolist())
        for row in range(len(texts))
    ]
    living = [row for row in range(len(texts)) if row not in set(dead)]
    mean = np.mean([found.lengths[row] for row in living])
    scores = np.zeros(len(texts))
    for term, times in Counter(Analyzer().terms(query)).items():
        n = sum(term in counts[row] for row in living)
        least = np.log(1 + (len(living) - 0.5) / 1.5) / 8
        idf = max(np.log((len(living) - n + 0.5) / (n + 0.5)), least)
        for row in living:
            tf = counts[row][term]
            scores[row] += times * idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * found.lengths[row] / mean))
    return scores


def check(hits: Hits, expected: NDArray[np.float64], top_k: int) -> None:
    assert len(hits.rows) == min(top_k, np.count_nonzero(expected))
    np.testing.assert_allclose(hits.scores, expected[hits.rows], rtol=1e-5)
    np.testing.assert_allclose(hits.scores, np.sort(expected)[::-1][: len(hits.scores)], rtol=1e-5)


@pytest.mark.parametrize("query", QUERIES)
def test_scores_are_those_of_the_formula(query: str) -> None:
    view = Lexical()
    index = view.open([view.derive(passages(TEXTS))], None, rows_of(len(TEXTS)))
    check(index.search(query, 10), naive(TEXTS, query), 10)


@pytest.mark.parametrize("query", QUERIES)
def test_segments_do_not_show(query: str) -> None:
    view = Lexical()
    third = len(TEXTS) // 3
    parts = [view.derive(passages(some)) for some in (TEXTS[:third], TEXTS[third : third + 7], TEXTS[third + 7 :])]
    whole = view.open([view.derive(passages(TEXTS))], None, rows_of(len(TEXTS))).search(query, 10)
    split = view.open(parts, None, rows_of(len(TEXTS))).search(query, 10)
    assert split.rows.tolist() == whole.rows.tolist()
    assert split.scores.tolist() == whole.scores.tolist()


@pytest.mark.parametrize("query", QUERIES)
def test_the_dead_do_not_count(query: str) -> None:
    view, dead = Lexical(), list(range(0, len(TEXTS), 3))
    rows = rows_of(len(TEXTS), dead)
    index = view.open([view.derive(passages(TEXTS))], None, rows)
    check(index.search(query, 10), naive(TEXTS, query, dead), 10)
    alive = [text for row, text in enumerate(TEXTS) if row not in dead]
    fresh_rows = Rows(np.arange(len(alive)), rows.keys[rows.alive], np.ones(len(alive), np.bool_))
    fresh = view.open([view.derive(passages(alive))], None, fresh_rows).search(query, 10)
    assert fresh.scores.tolist() == index.search(query, 10).scores.tolist()


def test_merged_is_as_derived() -> None:
    view = Lexical()
    masks = [np.arange(20) % 4 > 0, np.ones(30, np.bool_), np.zeros(10, np.bool_)]
    groups = [TEXTS[:20], TEXTS[20:50], TEXTS[50:60]]
    merged = view.merge([(view.derive(passages(some)), mask) for some, mask in zip(groups, masks, strict=True)])
    kept = [text for some, mask in zip(groups, masks, strict=True) for text in np.array(some)[mask].tolist()]
    derived = view.derive(passages(kept))
    assert merged.keys() == derived.keys()
    for name, array in derived.items():
        assert merged[name].dtype == array.dtype
        assert merged[name].tolist() == array.tolist()


@pytest.mark.parametrize("top_k", [1, 10])
def test_skipping_what_cannot_win_changes_nothing(monkeypatch: pytest.MonkeyPatch, top_k: int) -> None:
    chance = random.Random(4)
    words = [f"w{i}" for i in range(40)]
    texts = [" ".join(chance.choices(words, weights=[1 / (i + 1) for i in range(40)], k=12)) for _ in range(400)]
    view, rows = Lexical(), rows_of(400)
    index = view.open([view.derive(passages(texts))], None, rows)
    looked_up = 0

    def count(self: Any, *arguments: Any, inner: Any = inverted._Postings.look_up) -> None:
        nonlocal looked_up
        looked_up += 1
        inner(self, *arguments)

    monkeypatch.setattr(inverted._Postings, "look_up", count)
    for _ in range(50):
        query = " ".join(chance.choices(words, k=4))
        mask = np.random.default_rng(chance.randrange(99)).random(400) < 0.5
        monkeypatch.setattr(inverted, "_LONG", 10)
        quick = [index.search(query, top_k), index.search(query, top_k, mask=mask)]
        monkeypatch.setattr(inverted, "_LONG", 10**9)
        slow = [index.search(query, top_k), index.search(query, top_k, mask=mask)]
        for one, other in zip(quick, slow, strict=True):
            assert (one.rows.tolist(), one.scores.tolist()) == (other.rows.tolist(), other.scores.tolist())
    assert looked_up > 20


@pytest.mark.parametrize("query", QUERIES[:3])
def test_ranks_as_rank_bm25_does(query: str) -> None:
    """Its inverse document frequency is another one, and equal for terms of equal frequency: one term at a time."""
    view, analyzer = Lexical(), Analyzer(stop_words=False)
    view = Lexical(analyzer)
    index = view.open([view.derive(passages(TEXTS))], None, rows_of(len(TEXTS)))
    oracle = BM25Okapi([analyzer.terms(text) for text in TEXTS], k1=K1, b=B)
    for term in query.split():
        expected = np.array(oracle.get_scores(analyzer.terms(term)))
        hits = index.search(term, 10)
        if len(hits.rows) and expected.max() > 0:
            found = expected[hits.rows]
            np.testing.assert_allclose(found / found[0], hits.scores / hits.scores[0], rtol=1e-5)
            np.testing.assert_allclose(found, np.sort(expected)[::-1][: len(found)])


def test_equal_scores_go_by_key() -> None:
    view = Lexical()
    rows = Rows(np.arange(4), np.array([7, 3, 9, 1], np.uint64), np.ones(4, np.bool_))
    index = view.open([view.derive(passages(["same words"] * 4))], None, rows)
    assert index.search("words", 3).rows.tolist() == [3, 1, 0]


def test_nothing_shared_is_nothing_found() -> None:
    view = Lexical()
    index = view.open([view.derive(passages(["a tram", "a ferry"]))], None, rows_of(2))
    assert len(index.search("zeppelin", 5).rows) == 0
    assert len(index.search("", 5).rows) == 0
    assert index.search("ferry", 5).rows.tolist() == [1]


def test_an_empty_index_answers() -> None:
    assert len(Lexical().open([], None, rows_of(0)).search("ferry", 5).rows) == 0
    assert len(Lexical().open([Lexical().derive([])], None, rows_of(0)).search("ferry", 5).rows) == 0

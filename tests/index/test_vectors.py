"""The dense view: true cosines, whatever the segments; all of them compared, or the likely ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.index import Rows, Vectors, nearest
from rag.index.codes import Codebook
from rag.kinds import Encoder


def clusters(count: int, seed: int = 0) -> NDArray[np.float16]:
    """Unit vectors around 40 centres, as topics are."""
    chance = np.random.default_rng(seed)
    centres = chance.standard_normal((40, 48))
    found = centres[chance.integers(40, size=count)] + chance.standard_normal((count, 48)) * 0.7
    halves: NDArray[np.float16] = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)
    return halves


def rows_of(count: int) -> Rows:
    keys = np.random.default_rng(1).permutation(count).astype(np.uint64)
    return Rows(np.arange(100, 100 + count), keys, np.ones(count, np.bool_))


def parts(vectors: NDArray[np.float16], *sizes: int) -> list[dict[str, NDArray[np.float16]]]:
    return [{"vectors": part} for part in np.split(vectors, np.cumsum(sizes))]


QUERIES = clusters(30, seed=9).astype(np.float32)


def test_scores_are_cosines(encoder: Encoder) -> None:
    vectors, rows = clusters(500), rows_of(500)
    index = Vectors(encoder).open(parts(vectors, 120, 3), None, rows)
    for query in QUERIES:
        hits = index.nearest(query, 10)
        expected = vectors.astype(np.float64) @ query
        np.testing.assert_allclose(hits.scores, expected[hits.rows], atol=1e-6)
        np.testing.assert_allclose(hits.scores, np.sort(expected)[::-1][:10], atol=1e-6)


def test_segments_do_not_show(encoder: Encoder) -> None:
    vectors, rows = clusters(700), rows_of(700)
    whole = Vectors(encoder).open(parts(vectors), None, rows)
    split = Vectors(encoder).open(parts(vectors, 1, 300, 17), None, rows)
    for query in QUERIES:
        one, other = whole.nearest(query, 20), split.nearest(query, 20)
        assert (one.rows.tolist(), one.scores.tolist()) == (other.rows.tolist(), other.scores.tolist())


def test_equal_vectors_go_by_key(encoder: Encoder) -> None:
    vectors, rows = np.repeat(clusters(1), 50, axis=0), rows_of(50)
    hits = Vectors(encoder).open(parts(vectors, 13), None, rows).nearest(QUERIES[0], 5)
    assert rows.keys[hits.rows].tolist() == [0, 1, 2, 3, 4]


@pytest.fixture
def scanned(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> tuple[nearest.Nearest, NDArray[np.float16]]:
    """Large enough to be scanned by codes."""
    monkeypatch.setattr(nearest, "_FEW", 50)
    vectors, rows = clusters(3000), rows_of(3000)
    view = Vectors(encoder, exact_up_to=1000)
    made = parts(vectors, 2000)
    return view.open(made, view.overlay(made, rows, None), rows), vectors


def test_a_scan_finds_what_comparing_all_finds(scanned: tuple[nearest.Nearest, NDArray[np.float16]]) -> None:
    index, vectors = scanned
    assert not index.exact
    found = 0
    for query in QUERIES:
        hits = index.nearest(query, 10)
        expected = vectors.astype(np.float64) @ query
        np.testing.assert_allclose(hits.scores, expected[hits.rows], atol=1e-6)
        found += len(set(hits.rows.tolist()) & set(np.argsort(-expected)[:10].tolist()))
    assert found >= 0.98 * 10 * len(QUERIES)


@pytest.mark.parametrize("share", [0.9, 0.1, 0.01, 0.001])
def test_a_filter_gives_as_many_as_there_are(
    scanned: tuple[nearest.Nearest, NDArray[np.float16]], share: float
) -> None:
    index, vectors = scanned
    mask = np.random.default_rng(3).random(len(vectors)) < share
    for query in QUERIES[:5]:
        hits = index.nearest(query, 20, mask)
        assert len(hits.rows) == min(20, mask.sum())
        assert mask[hits.rows].all()
        best = np.sort((vectors.astype(np.float64) @ query)[mask])[::-1][:20]
        assert hits.scores.mean() > best.mean() - 0.01


def test_nothing_matches(scanned: tuple[nearest.Nearest, NDArray[np.float16]]) -> None:
    index, vectors = scanned
    assert len(index.nearest(QUERIES[0], 5, np.zeros(len(vectors), np.bool_)).rows) == 0


def test_more_than_there_are(scanned: tuple[nearest.Nearest, NDArray[np.float16]]) -> None:
    index, vectors = scanned
    assert len(index.nearest(QUERIES[0], 10_000).rows) == len(vectors)


def test_codes_grow_with_the_collection(encoder: Encoder) -> None:
    view, vectors = Vectors(encoder, exact_up_to=500), clusters(1200)
    old = view.overlay(parts(vectors[:900]), rows_of(900), None)
    assert old is not None
    assert view.overlay(parts(vectors[:900]), rows_of(900), old) is old
    grown = view.overlay(parts(vectors, 900), rows_of(1200), old)
    assert grown is not None
    assert grown["codes"][:900].tolist() == old["codes"].tolist()
    expected = Codebook(old["centroids"]).encode(vectors[900:].astype(np.float32))
    assert grown["codes"][900:].tolist() == expected.tolist()
    late = view.open(parts(vectors, 900), old, rows_of(1200))  # opened before the codes have grown
    soon = view.open(parts(vectors, 900), grown, rows_of(1200))
    for query in QUERIES:
        assert late.nearest(query, 10).rows.tolist() == soon.nearest(query, 10).rows.tolist()


def test_equal_vectors_give_equal_codes(encoder: Encoder) -> None:
    view, vectors = Vectors(encoder, exact_up_to=500), clusters(900)
    one, other = (view.overlay(parts(vectors), rows_of(900), None) for _ in range(2))
    assert one is not None and other is not None
    assert all(one[name].tolist() == other[name].tolist() for name in one)


def test_a_code_depends_on_its_vector_alone_however_often_it_is_made() -> None:
    vectors = clusters(900)
    book = Codebook.train(vectors.astype(np.float32))
    first = book.encode(vectors.astype(np.float32))
    assert all(np.array_equal(book.encode(vectors.astype(np.float32)), first) for _ in range(50))


@pytest.mark.parametrize("dimensions", [5, 48, 50])
def test_any_number_of_dimensions(dimensions: int) -> None:
    vectors = np.random.default_rng(2).standard_normal((400, dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    book = Codebook.train(vectors)
    codes = book.encode(vectors)
    found = book.candidates(book.scanner(codes), vectors[7], 20)
    assert codes.shape == (400, book.bytes)
    assert 7 in found.tolist()


def test_an_empty_index_answers(encoder: Encoder) -> None:
    none: Sequence[dict[str, NDArray[np.float16]]] = []
    assert len(Vectors(encoder).open(none, None, rows_of(0)).search("ferry", 5).rows) == 0

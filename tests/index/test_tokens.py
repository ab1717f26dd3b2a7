"""The token view: cells that find what comparing all finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from langchain_core.documents import Document

from rag.encoders.minilm import MiniLM
from rag.index import Index, TokenVectors, Vectors
from rag.index.cells import Cells
from rag.index.codec import Bits, Codec
from rag.index.late import Late, Retrieval
from rag.index.ragged import Ragged, spread
from rag.index.retrieved import summed, worst_first
from rag.index.reuse import derived
from rag.index.view import Arrays, Passage
from rag.tokens.minilm import MiniLMTokens
from tests.index.words import Words, rows_of, units


def test_two_bits_of_128_dimensions_take_at_most_40_bytes_a_token() -> None:
    late, view, arrays, overlay = collection(600, Codec(128, 2))
    stored = sum(array.nbytes for array in arrays.values()) + sum(
        array.nbytes for name, array in overlay.items() if name != "centroids"
    )
    tokens = len(arrays["codes"])
    assert stored / tokens <= 40
    assert len(overlay["centroids"]) ** 2 <= 64 * tokens  # what centroids cost vanishes as collections grow
    assert late.exact(units(5, 128), 3).rows.size == 3
    assert view.exact_up_to == 256


def collection(passages: int, codec: Codec) -> tuple[Late, TokenVectors, Arrays, Arrays]:
    """Passages of 5 to 30 tokens, opened with cells."""
    lengths = np.random.default_rng(3).integers(5, 30, size=passages)
    arrays = {
        "offsets": np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32),
        "codes": codec.encode(units(int(lengths.sum()), codec.dimensions)),
    }
    ragged = Ragged([arrays["offsets"]], [arrays["codes"]])
    cells = Cells.make(codec, ragged, rows_of(passages).ids, None)
    return Late(Words(), codec, ragged, rows_of(passages), cells), TokenVectors(Words()), arrays, cells.arrays()


def test_every_token_is_in_one_cell() -> None:
    _, _, arrays, overlay = collection(400, Codec(32, 4))
    assert sorted(overlay["tokens"].tolist()) == list(range(len(arrays["codes"])))
    assert overlay["starts"][-1] == len(arrays["codes"])


@pytest.mark.parametrize("bits", [2, 4, 16])
def test_with_everything_probed_it_is_exact(bits: Bits) -> None:
    late, *_ = collection(400, Codec(32, bits))
    for seed in range(10):
        question = late._codec.turned(units(6, 32, 50 + seed))
        hits = late.exact(question, 10, candidates=400, probe=10**9)
        scores = late.maxsim(question, np.arange(400))
        assert hits.scores.tolist() == np.sort(scores)[::-1][:10].tolist()
        for impute in ("min", "centroid"):
            retrieved = late.xtr(question, 10, retrieval=Retrieval(10**9, 10**9, impute))
            assert retrieved.rows.tolist() == hits.rows.tolist()
            # compiled loops, where another test loaded them, add up whole numbers of sixteen bits
            assert retrieved.scores == pytest.approx(hits.scores, abs=5e-4 if bits == 2 else 1e-5)


def test_centroids_tell_what_was_not_retrieved() -> None:
    late, *_ = collection(1_000, Codec(32, 4))
    found = {"min": 0, "centroid": 0}
    for seed in range(20):
        question = late._codec.turned(units(6, 32, 50 + seed))
        truth = late.maxsim(question, np.arange(1_000))
        best = set(np.argsort(-truth, kind="stable")[:10].tolist())
        least = late.xtr(question, 1_000, retrieval=Retrieval(token_k=60, probe=400))
        told = late.xtr(question, 1_000, retrieval=Retrieval(token_k=60, probe=400, impute="centroid"))
        bound = dict(zip(least.rows.tolist(), least.scores.tolist(), strict=True))
        for row, score in zip(told.rows.tolist(), told.scores.tolist(), strict=True):
            assert score <= bound[row] + 1e-5
        assert np.abs(told.scores - truth[told.rows]).mean() < np.abs(least.scores - truth[least.rows]).mean()
        for name, hits in (("min", least), ("centroid", told)):
            found[name] += len(best & set(hits.rows[:10].tolist()))
    assert found["centroid"] > found["min"]


@pytest.mark.parametrize("together", [32, 4, 1])
def test_tokens_of_a_question_look_at_each_others_cells(monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    monkeypatch.setattr("rag.index.late._TOGETHER", together)
    codec = Codec(32, 4)
    late, _, arrays, _ = collection(1_000, codec)
    passages = np.repeat(np.arange(1_000), np.diff(arrays["offsets"]))
    question, mask = codec.turned(units(6, 32, 50)), np.arange(1_000) % 3 > 0
    found = list(late._retrieved(question, Retrieval(token_k=60, probe=400), mask))
    assert len(found) == 6
    for start in range(0, 6, together):
        probed = late._probed(question[start : start + together], 400)
        near = {cell for cells, enough in zip(probed.cells, probed.enough, strict=True) for cell in cells[:enough]}
        seen = np.flatnonzero(np.isin(late._cells.by_token(), list(near)))
        seen = seen[mask[passages[seen]]]
        cosines = codec.decode(arrays["codes"][seen]) @ question.T
        for token in range(start, min(start + together, 6)):
            owners, similarities = found[token]
            assert similarities == pytest.approx(np.sort(cosines[:, token])[-60:], abs=1e-5)
            nearest = seen[np.argsort(cosines[:, token], kind="stable")[-60:]]
            assert sorted(owners.tolist()) == sorted(passages[nearest].tolist())


def test_what_is_seen_together_is_no_farther_than_what_is_seen_alone() -> None:
    late, *_ = collection(1_000, Codec(32, 4))
    question, mask = late._codec.turned(units(6, 32, 50)), np.ones(1_000, np.bool_)
    how = Retrieval(token_k=60, probe=100)
    together = [similarities for _, similarities in late._retrieved(question, how, mask)]
    alone = [next(late._retrieved(token[None], how, mask))[1] for token in question]
    assert all((more >= less - 1e-5).all() for more, less in zip(together, alone, strict=True))
    assert np.mean(together) > np.mean(alone)


def test_of_several_tokens_of_a_passage_the_nearest_counts() -> None:
    found = [
        (np.array([2, 0, 2, 2]), np.array([0.1, 0.2, 0.3, 0.5], np.float32)),
        (np.array([1, 0, 1]), np.array([0.3, 0.4, 0.6], np.float32)),
        (np.empty(0, np.int32), np.empty(0, np.float32)),
    ]
    scores, rows = summed(found, "min", 5)
    assert rows.tolist() == [0, 1, 2]
    assert scores * 3 == pytest.approx([0.2 + 0.4, 0.1 + 0.6, 0.5 + 0.3], abs=1e-5)


def test_candidates_hold_what_comparing_all_finds() -> None:
    late, *_ = collection(3_000, Codec(32, 4))
    found = 0
    for seed in range(20):
        question = late._codec.turned(units(6, 32, 50 + seed))
        best = np.argsort(-late.maxsim(question, np.arange(3_000)), kind="stable")[:10]
        found += len(set(late.exact(question, 10).rows.tolist()) & set(best.tolist()))
    assert found >= 0.95 * 200


def test_only_marked_rows_are_found() -> None:
    late, *_ = collection(400, Codec(32, 4))
    question = late._codec.turned(units(6, 32, 50))
    mask = np.zeros(400, np.bool_)
    mask[100:250] = True
    told = late.xtr(question, 20, mask, Retrieval(impute="centroid"))
    for hits in (late.exact(question, 20, mask, candidates=30), late.xtr(question, 20, mask), told):
        assert len(hits.rows) == 20
        assert mask[hits.rows].all()
    mask[:] = False
    assert late.exact(question, 20, mask).rows.size == late.xtr(question, 20, mask).rows.size == 0
    assert late.xtr(question, 20, mask, Retrieval(impute="centroid")).rows.size == 0


def test_cells_stay_when_passages_come_and_go() -> None:
    codec = Codec(32, 4)
    vectors = codec.encode(units(6_000, 32))
    offsets = np.arange(0, 6_001, 10).astype(np.uint32)
    first = Ragged([offsets[:401]], [vectors[:4_000]])
    old = Cells.make(codec, first, np.arange(400), None)
    ids = np.arange(50, 600)
    grown = Cells.make(codec, Ragged([offsets[50:] - offsets[50]], [vectors[500:]]), ids, old)
    assert grown.centroids is old.centroids
    assert grown.by_token()[:3_500].tolist() == old.by_token()[500:].tolist()
    every = Cells.make(codec, Ragged([offsets], [vectors]), np.arange(600), old)
    assert grown.by_token().tolist() == every.by_token()[500:].tolist()


def test_the_nearest_cells_hold_what_is_wanted() -> None:
    sizes = np.array([3, 0, 5, 1, 40, 2, 2, 7])
    cells = Cells(
        np.arange(60), np.ones(60, np.uint32), np.empty((8, 4), np.float16), np.concatenate([[0], np.cumsum(sizes)]),
        np.arange(60, dtype=np.uint32), np.array([60]),
    )  # fmt: skip
    similarities = np.array([[0.1, 0.9, 0.5, 0.5, 0.2, 0.3, 0.0, 0.4], np.arange(8) / 10], np.float32)
    for wanted in (1, 3, 6, 60, 100):
        found = cells.nearest(similarities, wanted)
        for row, near, enough in zip(similarities, found.cells, found.enough, strict=True):
            order = np.lexsort((np.arange(8), -row))
            held = np.cumsum(sizes[order])
            expected = order[: int(np.searchsorted(held, wanted)) + 1]
            assert near[:enough].tolist() == expected.tolist()


def test_runs_are_spread() -> None:
    assert spread(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert spread(np.empty(0, np.int64), np.empty(0, np.int64)).tolist() == []


@pytest.mark.parametrize("order", ["as they come", "ascending"])
def test_tokens_of_several_parts_are_one_table(order: str) -> None:
    codes = np.random.default_rng(0).integers(0, 256, (60, 4), np.uint8)
    offsets = [np.array([0, 10, 25], np.uint32), np.array([0], np.uint32), np.array([0, 5, 35], np.uint32)]
    several = Ragged(offsets, [codes[:25], codes[25:25], codes[25:]])
    tokens = np.random.default_rng(1).integers(0, 60, 200)
    tokens = np.sort(tokens) if order == "ascending" else tokens
    assert several.take(tokens).tolist() == codes[tokens].tolist()
    assert several.take(tokens[:0]).shape == (0, 4)
    found, starts = several.rows(np.array([3, 0, 2]))
    assert found.tolist() == [*codes[30:].tolist(), *codes[:10].tolist(), *codes[25:30].tolist()]
    assert starts.tolist() == [0, 30, 40]


def test_of_equal_tokens_the_first_are_retrieved() -> None:
    similarities = np.array([0.2, 0.5, 0.2, 0.9, 0.2, 0.1], np.float32)
    owners, found = worst_first(np.arange(6), similarities, 4)
    assert (owners.tolist(), found.tolist()) == ([0, 2, 1, 3], pytest.approx([0.2, 0.2, 0.5, 0.9]))
    owners, _ = worst_first(np.arange(6), similarities, 9)
    assert owners.tolist() == [5, 0, 2, 4, 1, 3]


@pytest.mark.parametrize("mode", ["exact", "xtr"])
@pytest.mark.parametrize("exact_up_to", [0, 256])
def test_an_index_that_changed_ranks_like_one_made_afresh(
    make: Callable[..., Index], handbook: Callable[..., list[Document]], mode: str, exact_up_to: int
) -> None:
    view = TokenVectors(Words(), bits=4, exact_up_to=exact_up_to)
    changed, fresh = make("changed"), make("fresh")
    changed.add_documents(handbook(), [view])
    changed.add_documents(handbook(office="The office opens at nine. Cats are welcome."), [view])
    changed.delete(["hotels.md"], [view])
    documents = handbook(office="The office opens at nine. Cats are welcome.")
    fresh.add_documents([d for d in documents if d.metadata["source"] != "hotels.md"], [view])
    for question in ("Who approves travel abroad?", "Are cats welcome?", "A hotel in Paris"):
        rankings = []
        for index in (changed, fresh):
            with index.reading() as snapshot:
                late = snapshot.view(view)
                asked = late.question(question)
                mask = snapshot.mask()
                hits = (
                    late.exact(asked, 5, mask, candidates=1_000)
                    if mode == "exact"
                    else late.xtr(asked, 5, mask, Retrieval(probe=10**9))
                )
                rankings.append([(d.id, round(d.metadata["score"], 5)) for d in snapshot.documents(hits)])
        assert rankings[0] == rankings[1]
        assert rankings[0]


def test_an_empty_index_answers() -> None:
    none: Sequence[Arrays] = []
    late = TokenVectors(Words()).open(none, None, rows_of(0))
    assert late.exact(late.question("ferry"), 5).rows.size == 0
    assert late.xtr(late.question("ferry"), 5).rows.size == 0


def test_segments_are_put_together_without_encoding() -> None:
    view = TokenVectors(Words(), bits=2)
    texts = ["dogs are welcome", "", "cats are not", "the office opens at eight"]
    whole = view.derive([Passage(text) for text in texts])
    parts = [view.derive([Passage(text) for text in texts[:3]]), view.derive([Passage(texts[3])])]
    masks = [np.array([True, False, True]), np.array([True])]
    merged = view.merge(list(zip(parts, masks, strict=True)))
    expected = view.merge([(whole, np.array([True, False, True, True]))])
    assert {name: array.tolist() for name, array in merged.items()} == {
        name: array.tolist() for name, array in expected.items()
    }
    assert merged["offsets"].tolist() == [0, 3, 6, 11]


def test_two_views_of_one_model_come_from_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    views = (Vectors(MiniLM()), TokenVectors(MiniLMTokens()))
    texts = [Passage("Travel is approved by your manager.", "Travel"), Passage("Dogs are welcome."), Passage("")]
    apart = {view.name: view.derive(texts) for view in views}
    monkeypatch.setattr(MiniLM, "encode", None)  # a pass of its own would fail
    monkeypatch.setattr(MiniLMTokens, "encode", None)
    together = derived(views, texts)
    assert together.keys() == apart.keys()
    for name, arrays in apart.items():
        for key, array in arrays.items():
            np.testing.assert_array_equal(together[name][key], array)

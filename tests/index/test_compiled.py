"""The compiled loops rank as numpy does, whatever the codes, the question, the mask and the number of threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.index import compiled
from rag.index.cells import Cells
from rag.index.codec import Bits, Codec
from rag.index.late import Impute, Late, Retrieval
from rag.index.ragged import Ragged
from rag.index.view import Hits, Rows
from rag.kinds import default_tokens
from rag.retrievers.xtr import XTR

pytest.importorskip("numba")
PASSAGES = 400
WHOLE = 1e-3
"""What a cosine by whole numbers may be off."""


def units(chance: np.random.Generator, count: int, dimensions: int) -> NDArray[np.float32]:
    found = chance.standard_normal((count, dimensions)).astype(np.float32)
    unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def collection(dimensions: int, bits: Bits, seed: int) -> Late:
    """Three segments, a passage that stands there twice, deleted rows; cells where there are some."""
    chance, codec = np.random.default_rng(seed), Codec(dimensions, bits)
    offsets, codes = [], []
    for passages in (150, 1, PASSAGES - 151):
        lengths = chance.integers(1, 30, passages)
        offsets.append(np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32))
        codes.append(codec.encode(units(chance, int(lengths.sum()), dimensions)))
    codes[1] = codes[0][offsets[0][7] : offsets[0][8]].copy()
    offsets[1] = np.array([0, len(codes[1])], np.uint32)
    for part in codes:
        part.flags.writeable = False
    ragged = Ragged(offsets, codes)
    rows = Rows(np.arange(PASSAGES), chance.permutation(PASSAGES).astype(np.uint64), chance.random(PASSAGES) < 0.9)
    return Late(default_tokens(), codec, ragged, rows, Cells.make(codec, ragged, rows.ids, None))


def both(monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Hits]) -> tuple[Hits, Hits]:
    """By numpy, and by the compiled loops; in fractions, for whole numbers are a little off."""
    with monkeypatch.context() as patch:
        patch.setattr(compiled, "_kernel", [])
        plain = ask()
        assert compiled.load()
        patch.setattr(compiled, "_whole", lambda table: table)
        return plain, ask()


def alike(plain: Hits, fast: Hits) -> None:
    """The same scores, and the same rows but where two are as near as rounding."""
    assert fast.scores == pytest.approx(plain.scores, abs=1e-5)
    assert len(set(fast.rows.tolist())) == len(fast.rows)
    told = dict(zip(plain.rows.tolist(), plain.scores.tolist(), strict=True))
    last = plain.scores[-1] if len(plain.scores) else 0.0
    for row, score in zip(fast.rows.tolist(), fast.scores.tolist(), strict=True):
        assert told.get(row, last) == pytest.approx(score, abs=1e-5)


@pytest.mark.parametrize(("dimensions", "bits"), [(32, 2), (64, 4), (128, 2), (250, 2)])
@pytest.mark.parametrize("tokens", [1, 15, 16, 40])
@pytest.mark.parametrize("threads", ["1", "3"])
def test_it_ranks_as_numpy_does(
    monkeypatch: pytest.MonkeyPatch, dimensions: int, bits: Bits, tokens: int, threads: str
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    late = collection(dimensions, bits, seed=tokens)
    question = late._codec.turned(units(np.random.default_rng(99), tokens, dimensions))
    some = np.arange(PASSAGES) % 3 > 0
    for mask in (None, some, some & False):
        for candidates, probe in ((20, 50), (100, 500), (1_000, 10**9)):
            alike(*both(monkeypatch, partial(late.exact, question, 10, mask, candidates=candidates, probe=probe)))
        for token_k, probe in ((20, 50), (300, 300), (10**9, 10**9)):
            for impute in ("min", "zero", "mean", "centroid"):
                how = Retrieval(token_k, probe, impute)
                alike(*both(monkeypatch, partial(late.xtr, question, 10, mask, how)))
    rows = np.arange(PASSAGES)
    plain, fast = both(monkeypatch, lambda: Hits(rows, late.maxsim(question, rows)))
    assert fast.scores == pytest.approx(plain.scores, abs=2e-6)
    assert fast.scores[7] == fast.scores[150]  # the same tokens in two segments score alike to the last bit


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([(32, 2), (128, 2), (256, 2)]),
    st.integers(1, 40),
    st.sampled_from([1e-3, 1.0, 50.0]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.integers(0, 2**32 - 1),
)
def test_cosines_by_whole_numbers_are_those_of_the_codec(
    shape: tuple[int, Bits], asked: int, length: float, peaked: float, seed: int
) -> None:
    """Long vectors, and vectors with all their weight in one dimension, leave no room for sums to run over."""
    assert compiled.load()
    chance, codec = np.random.default_rng(seed), Codec(*shape)
    codes = codec.encode(units(chance, 200, shape[0]))
    peaks = np.eye(shape[0], dtype=np.float32)[chance.integers(0, shape[0], asked)]
    queries: NDArray[np.float32] = np.asarray(
        length * ((1 - peaked) * units(chance, asked, shape[0]) + peaked * peaks), np.float32, order="C"
    )
    offsets = np.array([0, len(codes)], np.uint32)
    found = compiled.Compiled(codec, Ragged([offsets], [codes]), threads=1).cosines(queries, np.arange(len(codes)))
    off = (found - codec.cosines(codes, queries).T) / length
    assert np.abs(off).max() < WHOLE
    assert np.sqrt(np.square(off).mean()) < WHOLE / 4


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(-4, 4), min_size=1, max_size=60),
    st.integers(1, 70),
    st.sampled_from(["min", "zero", "mean"]),
    st.integers(0, 2**32 - 1),
)
def test_ties_are_broken_as_numpy_breaks_them(values: list[int], token_k: int, impute: Impute, seed: int) -> None:
    from rag.index.retrieved import summed, worst_first

    assert compiled.load()
    chance = np.random.default_rng(seed)
    owners = np.sort(chance.integers(0, 9, len(values))).astype(np.int32)
    similarities = np.stack([np.array(values), chance.permutation(values)]).astype(np.float32) / np.float32(8)
    told: Any = impute
    plain = summed([worst_first(owners, row, token_k) for row in similarities], told, 9)
    fast = compiled.Compiled(Codec(32, 2), Ragged([], []), threads=2).summed([(owners, similarities)], token_k, told, 9)
    assert fast[1].tolist() == plain[1].tolist()
    assert fast[0] == pytest.approx(plain[0], abs=2e-6)


def test_codes_that_it_does_not_read_go_through_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    ragged = Ragged([], [])
    monkeypatch.setattr(compiled, "_kernel", [])
    assert compiled.Compiled.of(Codec(32, 2), ragged) is None
    assert compiled.load()
    assert compiled.Compiled.of(Codec(32, 2), ragged) is not None
    assert compiled.Compiled.of(Codec(32, 16), ragged) is None
    assert compiled.Compiled.of(Codec(24, 2), ragged) is None  # six bytes


def test_without_numba_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_kernel", [])
    monkeypatch.setattr(compiled, "find_spec", lambda name: None)
    assert not compiled.load()
    assert compiled.Compiled.of(Codec(32, 2), Ragged([], [])) is None


def test_where_numba_cannot_compile_numpy_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(name: str) -> Any:
        raise RuntimeError("no locator available")

    monkeypatch.setattr(compiled, "_kernel", [])
    monkeypatch.setattr(compiled, "import_module", refuse)
    assert not compiled.load()
    assert "no locator available" in caplog.text


def test_what_warms_a_pipeline_up_loads_it(monkeypatch: pytest.MonkeyPatch, make: Callable[..., Any]) -> None:
    monkeypatch.setattr(compiled, "_kernel", [])
    XTR(index=make("some")).warm_up()
    assert compiled._kernel

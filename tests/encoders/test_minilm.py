from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

from rag.encoders.minilm import ANOTHER, MiniLM, batches, cut

DATA = Path(__file__).parents[1] / "data" / "encoder"
SENTENCES = (DATA / "sentences.txt").read_text(encoding="utf-8").splitlines()
TEXTS = [*SENTENCES, " ".join(SENTENCES) * 3]
"""Two dozen languages, code, a link, emoji; the last is cut at 256 tokens."""
REFERENCE: NDArray[np.float32] = load_file(DATA / "reference.safetensors")["vectors"]
"""What sentence-transformers computes for them from the published fp32 weights, one text at a time."""


@pytest.mark.parametrize(
    ("precision", "mean", "least"), [("auto", 0.9999, 0.9998), ("f32", 0.9999, 0.9998), ("int8", 0.998, 0.996)]
)
def test_vectors_are_those_of_the_published_model(precision: Any, mean: float, least: float) -> None:
    vectors = MiniLM(precision=precision).encode(TEXTS)
    cosine = (vectors * REFERENCE).sum(axis=1)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert cosine.mean() > mean
    assert cosine.min() > least


@pytest.mark.parametrize(("precision", "least"), [("auto", 0), ("int8", 1e-6)])  # int8 with AVX2: 2e-7 were seen
def test_a_vector_does_not_depend_on_its_batch(precision: Any, least: float) -> None:
    together = MiniLM(precision=precision).encode(TEXTS)
    alone = np.concatenate([MiniLM(precision=precision).encode([text]) for text in TEXTS])
    order = np.random.default_rng(7).permutation(len(TEXTS))
    shuffled = MiniLM(precision=precision, batch_tokens=300).encode([TEXTS[place] for place in order])
    assert np.abs(together - alone).max() <= least
    assert np.abs(shuffled - together[order]).max() <= least


def test_threads_share_one_encoder() -> None:
    encoder = MiniLM()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: encoder.encode([text], query=True)[0], TEXTS * 3))
    assert (np.stack(found) == np.tile(encoder.encode(TEXTS), (3, 1))).all()


def first_number(text: str) -> float:
    return float(MiniLM().encode([text])[0, 0])


def test_a_forked_process_computes_too() -> None:
    expected = first_number(TEXTS[0])
    with get_context("fork").Pool(1) as pool:
        assert pool.apply_async(first_number, (TEXTS[0],)).get(timeout=60) == expected


def test_langchain_calls_give_the_same_vectors() -> None:
    assert np.allclose(MiniLM().embed_documents(TEXTS[:2]), MiniLM().encode(TEXTS[:2]))
    assert np.allclose(MiniLM().embed_query(TEXTS[0]), MiniLM().encode(TEXTS[:1])[0])


def test_nothing_and_an_empty_text() -> None:
    assert MiniLM().encode([]).shape == (0, 384)
    assert np.linalg.norm(MiniLM().encode([""])) == pytest.approx(1, abs=1e-5)


def test_a_text_is_cut_at_max_tokens() -> None:
    encoder = MiniLM(window=32)
    kept = "travel " * encoder.max_tokens
    assert (encoder.encode([kept]) == encoder.encode([kept + "and a great deal more"])).all()
    assert encoder.fingerprint != MiniLM().fingerprint


def test_batches_hold_every_row_once_and_waste_little() -> None:
    ids = [[1] * length for length in (3, 250, 17, 16, 90, 88, 3)]
    laid = list(batches(ids, 256))
    assert sorted(int(row) for rows, _, _ in laid for row in rows) == list(range(len(ids)))
    for rows, padded, lengths in laid:
        assert padded.shape[1] % 16 == 0
        assert [len(ids[row]) for row in rows] == lengths.tolist() == padded.sum(axis=1).tolist()
        assert len(rows) == 1 or padded.size <= 256


def cost(batches: list[list[int]]) -> int:
    """Tokens computed, and what the batches cost beside."""
    return sum(max(batch) * len(batch) + ANOTHER for batch in batches)


@pytest.mark.parametrize("room", [256, 1024])
def test_texts_are_cut_where_padding_and_batches_come_to_the_least(room: int) -> None:
    chance = np.random.default_rng(5)
    for _ in range(40):
        widths = sorted((16 * int(n) for n in chance.geometric(0.2, size=9)), reverse=True)
        found = [widths[start:end] for start, end in cut(widths, room)]
        assert [width for batch in found for width in batch] == widths
        assert all(len(batch) == 1 or max(batch) * len(batch) <= room for batch in found)
        ways = (
            [widths[a:b] for a, b in pairwise([0, *edges, len(widths)])]
            for many in range(len(widths))
            for edges in combinations([n for n in range(1, len(widths)) if widths[n] < widths[n - 1]], many)
        )
        fit = (way for way in ways if all(len(batch) == 1 or max(batch) * len(batch) <= room for batch in way))
        assert cost(found) <= min((cost(way) for way in fit), default=cost(found))
    assert list(cut([], room)) == []


def test_a_few_long_texts_do_not_make_many_short_ones_long() -> None:
    laid = [padded.shape for _, padded, _ in batches([[1] * length for length in (90, 20, 20, 20, 12, 20)], 1024)]
    assert laid == [(1, 96), (5, 32)]

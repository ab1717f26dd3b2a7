"""The embedded token vectors: one for each token, the sentence vector's own parts, the same in any batch."""

import numpy as np
import pytest

from rag.encoders.cached import Cached
from rag.encoders.minilm import MiniLM
from rag.tokens.minilm import MiniLMTokens, axes

TEXTS = [
    "Who approves travel?",
    "",
    "The head of department approves every journey abroad, whatever it costs. " * 40,
    "Zürich 東京 🙂 naïve",
]


def test_a_unit_vector_for_every_token() -> None:
    for tokens in (MiniLMTokens(), MiniLMTokens(size=384)):
        found = tokens.encode(TEXTS)
        assert [len(vectors) for vectors in found] == [len(tokens.spans(text)) for text in TEXTS]
        assert all(vectors.shape[1] == tokens.dimensions for vectors in found)
        assert all(np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3) for vectors in found)
        assert len(found[1]) == 2
        assert len(found[2]) == 256


def test_the_sentence_vector_lies_among_its_tokens() -> None:
    (vectors,) = MiniLMTokens(size=384, precision="f32").encode(TEXTS[:1])
    mean = vectors.mean(axis=0)
    (whole,) = MiniLM(precision="f32").encode(TEXTS[:1])
    assert float(mean @ whole) / np.linalg.norm(mean) > 0.99


def test_a_text_is_read_alike_in_any_batch() -> None:
    tokens = MiniLMTokens()
    together = tokens.encode(TEXTS)
    for text, vectors in zip(TEXTS, together, strict=True):
        np.testing.assert_array_equal(tokens.encode([text])[0], vectors)


def test_a_word_means_what_stands_around_it() -> None:
    tokens = MiniLMTokens()
    texts = ["the bank of the river", "the bank of the stream", "the bank of the investor"]
    river, stream, money = (vectors[2] for vectors in tokens.encode(texts))
    assert river @ stream > river @ money


def test_spans_are_the_words() -> None:
    spans = MiniLMTokens().spans("Who approves travel?")
    words = ["Who approves travel?"[start:end] for start, end in spans]
    assert words == ["", "Who", "approve", "s", "travel", "?", ""]


def test_axes_are_orthonormal_and_keep_most() -> None:
    assert axes().T @ axes() == pytest.approx(np.eye(256), abs=2e-3)
    whole, short = MiniLMTokens(size=384).encode(TEXTS[2:3])[0], MiniLMTokens(size=256).encode(TEXTS[2:3])[0]
    np.testing.assert_allclose(short @ short.T, whole @ whole.T, atol=0.12)


def test_sizes_are_told_apart() -> None:
    prints = {MiniLMTokens(size=size).fingerprint for size in (128, 192, 256, 384)}
    assert len(prints) == 4
    assert MiniLMTokens(window=128).fingerprint not in prints


def test_one_pass_gives_what_two_give() -> None:
    tokens, encoder = MiniLMTokens(), MiniLM()
    both = tokens.beside(encoder)
    assert both is not None
    found, sentences = both(TEXTS)
    np.testing.assert_array_equal(sentences, encoder.encode(TEXTS))
    for one, other in zip(found, tokens.encode(TEXTS), strict=True):
        np.testing.assert_array_equal(one, other)


def test_two_models_take_two_passes() -> None:
    assert MiniLMTokens().beside(MiniLM(window=128)) is None
    assert MiniLMTokens().beside(Cached()) is None

"""The embedded sparse encoder over real text."""

import numpy as np
import pytest

from rag.encoders.tokenizer import default_tokenizer
from rag.kinds import default_sparse
from rag.sparse.lexical import LexicalWeights
from rag.sparse.pieces import Pieces


def weights_of(text: str) -> dict[str, float]:
    found = Pieces().encode([text])
    name = default_tokenizer().engine.id_to_token
    return {str(name(int(i))): float(value) for i, value in zip(found.indices, found.data, strict=True)}


def test_a_text_has_its_own_pieces_and_no_others() -> None:
    text = "The director approves the travel."
    pieces = default_tokenizer().engine.encode(text, add_special_tokens=False).tokens
    assert set(weights_of(text)) == set(pieces)


def test_telling_words_weigh_more_and_repeated_ones_saturate() -> None:
    once, twice = weights_of("the director"), weights_of("the director director")
    assert once["director"] > 3 * once["the"]
    assert twice["director"] == pytest.approx(once["director"] * np.log(3) / np.log(2))


def test_a_row_a_text_whatever_stands_beside_it() -> None:
    texts = ["travel abroad", "", "a hotel night"]
    together = Pieces().encode(texts)
    assert together.shape == (3, 30522) and together.dtype == np.float32
    assert np.diff(together.indptr)[1] == 0
    for place, text in enumerate(texts):
        np.testing.assert_array_equal(together[[place]].todense(), Pieces().encode([text]).todense())
    assert Pieces().encode([]).shape == (0, 30522)


def test_the_learnt_one_is_the_default() -> None:
    assert default_sparse() == LexicalWeights()
    assert Pieces().fingerprint != Pieces(window=64).fingerprint

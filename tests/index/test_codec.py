"""Codes of token vectors: small, near, and of their vector alone."""

from __future__ import annotations

import numpy as np
import pytest

from rag.index.codec import Bits, Codec
from tests.index.words import units


@pytest.mark.parametrize(("bits", "least", "bytes_"), [(2, 0.93, 48), (4, 0.99, 96), (16, 0.9999, 384)])
def test_codes_are_small_and_near(bits: Bits, least: float, bytes_: int) -> None:
    codec, vectors = Codec(192, bits), units(500, 192)
    codes = codec.encode(vectors)
    assert codes.nbytes == 500 * bytes_ == 500 * codec.bytes
    cosines = np.einsum("nd,nd->n", codec.decode(codes), codec.turned(vectors))
    assert cosines.mean() > least
    assert np.linalg.norm(codec.decode(codes), axis=1) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("bits", [2, 4, 16])
@pytest.mark.parametrize("dimensions", [3, 30, 128])
def test_turning_keeps_inner_products(bits: Bits, dimensions: int) -> None:
    codec, one, other = Codec(dimensions, bits), units(20, dimensions), units(20, dimensions, 1)
    assert codec.turned(one) @ codec.turned(other).T == pytest.approx(one @ other.T, abs=1e-5)


def test_a_code_depends_on_its_vector_alone() -> None:
    vectors = units(64, 128)
    whole = Codec(128, 2).encode(vectors)
    assert whole.tolist() == [Codec(128, 2).encode(vector[None])[0].tolist() for vector in vectors]


@pytest.mark.parametrize("bits", [2, 4])
def test_cosines_are_those_of_decoded_tokens(bits: Bits) -> None:
    codec, vectors = Codec(30, bits), units(50, 30)
    codes, question = codec.encode(vectors), codec.turned(units(4, 30, 1))
    assert codec.cosines(codes, question) == pytest.approx(codec.decode(codes) @ question.T, abs=1e-6)

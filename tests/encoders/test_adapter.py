import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from rag.encoders.adapter import as_encoder
from rag.encoders.minilm import MiniLM
from rag.errors import ModelError


def test_any_embeddings_become_an_encoder() -> None:
    other = DeterministicFakeEmbedding(size=12)
    encoder = as_encoder(other)
    vectors = encoder.encode(["travel", "abroad"])
    assert encoder.dimensions == 12
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)
    assert vectors[0] @ np.array(other.embed_query("travel")) == pytest.approx(
        np.linalg.norm(other.embed_query("travel"))
    )
    assert encoder.encode([]).shape == (0, 12)
    assert encoder.fingerprint.endswith("DeterministicFakeEmbedding")
    assert len(encoder.tokens("Who approves travel?")) == 5


def test_an_encoder_stays_itself() -> None:
    encoder = MiniLM()
    assert as_encoder(encoder) is encoder


class Forgetful(Embeddings):
    model = "forgetful-1"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0, 2.0]]

    def embed_query(self, text: str) -> list[float]:
        return [1.0] * len(text)


def test_queries_are_asked_as_queries_and_what_is_wrong_is_said() -> None:
    encoder = as_encoder(Forgetful())
    assert encoder.fingerprint.endswith("Forgetful forgetful-1")
    assert encoder.encode(["four"], query=True).shape == (1, 4)
    with pytest.raises(ModelError, match="gave 1 vectors for 2 texts"):
        encoder.encode(["travel", "abroad"])
    with pytest.raises(ModelError, match="no table of numbers"):
        encoder.encode(["travel", "abroad!"], query=True)

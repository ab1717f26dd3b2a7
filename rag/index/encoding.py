"""Any langchain-core embeddings as an encoder."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from rag.kinds import Encoder

__all__ = ["encoder_of"]


def encoder_of(embeddings: Embeddings) -> Encoder:
    """The embeddings themselves where they are an encoder, else an adapter around them."""
    if isinstance(embeddings, Encoder):
        return embeddings
    from rag.encoders.adapter import as_encoder

    return as_encoder(embeddings)

"""`POST /v1/embeddings`, by the encoder of the index."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from starlette.responses import Response

from rag.encoders.tokenizer import default_tokenizer
from rag.server.problems import DOCUMENTED, Json, Refusal
from rag.server.schemas import EmbeddingRequest
from rag.server.state import state_of

__all__ = ["router"]

router = APIRouter(tags=["embeddings"], responses=DOCUMENTED)


@router.post("/v1/embeddings")
async def create_embedding(body: EmbeddingRequest, request: Request) -> Response:
    """Unit vectors of texts, or of token ids of the encoder's own tokenizer."""
    state = state_of(request)
    model = state.models.get(body.model)
    encoder = model.encoder
    several = _several(body.input)

    def compute() -> tuple[NDArray[np.float32], int]:
        return _embed(encoder, several)

    vectors, tokens = await state.work.run(compute)
    size = vectors.shape[1]
    if body.dimensions not in (None, size):
        raise Refusal(400, f"vectors of this model have {size} dimensions, no others", param="dimensions")
    data = [
        {"object": "embedding", "index": place, "embedding": _written(vector, body.encoding_format)}
        for place, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return Json({"object": "list", "data": data, "model": model.name, "usage": usage})


def _several(given: Any) -> list[str] | list[list[int]]:
    if isinstance(given, str) or isinstance(given[0], int):
        given = [given]
    if any(not one for one in given):
        raise Refusal(400, "an input is empty", param="input")
    checked: list[str] | list[list[int]] = given
    return checked


def _embed(encoder: Embeddings, inputs: Sequence[str] | Sequence[Sequence[int]]) -> tuple[NDArray[np.float32], int]:
    if isinstance(inputs[0], str):
        texts = [str(text) for text in inputs]
        vectors = np.asarray(encoder.embed_documents(texts), dtype=np.float32)
        count = getattr(encoder, "count_tokens", default_tokenizer().count)
        return vectors, sum(count(texts))
    by_ids = getattr(encoder, "encode_ids", None)
    if by_ids is None:
        raise Refusal(400, "this encoder reads texts, not token ids", param="input")
    known = default_tokenizer().engine.get_vocab_size()
    ids = [[int(one) for one in row] for row in inputs]
    if any(one >= known for row in ids for one in row):
        said = f"token ids are those of the encoder's own tokenizer, 0 to {known - 1}; send texts instead"
        raise Refusal(400, said, param="input")
    return by_ids([row[: encoder.max_tokens] for row in ids]), sum(map(len, ids))  # type: ignore[attr-defined]


def _written(vector: NDArray[np.float32], form: str | None) -> Any:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode() if form == "base64" else vector.tolist()

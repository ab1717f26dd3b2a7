"""`GET /v1/sources`: the text that a citation points into."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from langchain_core.documents import Document
from starlette.responses import Response

from rag.errors import IndexMissing
from rag.server.access import FILE, caller_of
from rag.server.problems import DOCUMENTED, Json, Refusal
from rag.server.state import State, state_of

__all__ = ["router"]

router = APIRouter(tags=["sources"], responses=DOCUMENTED)
MOST = 50_000


@router.get("/v1/sources")
async def read_source(
    request: Request,
    source: Annotated[str, Query(min_length=1, max_length=4096)],
    start: Annotated[int, Query(ge=0)] = 0,
    end: Annotated[int | None, Query(ge=0)] = None,
    context: Annotated[int, Query(ge=0, le=MOST)] = 4000,
) -> Response:
    """The text of a source from `context` characters before `start` to as many behind `end`.

    `offset` is the place of the text's first character in the source: the cited words are
    `text[start - offset : end - offset]`.
    """
    state, caller = state_of(request), caller_of(request)
    document = await asyncio.to_thread(_find, state, source)
    hidden = document is not None and (
        document.metadata.get(FILE) in state.gone() or not caller.sees(document.metadata)
    )
    if document is None and caller.sees({}) and any(source in model.databases for model in state.models):
        told = 'the query that is cited and the rows that it gave come with the answer: "rag": {"passages": true}'
        raise Refusal(404, f"this source is a database; {told}", param="source", code="source_is_database")
    if document is None or hidden:
        raise Refusal(404, "no such source", param="source", code="source_not_found")
    return Json(_around(document, start, end, context))


def _find(state: State, source: str) -> Document | None:
    """The document, from the first index that has it."""
    for store, _ in state.models.stores():
        try:
            with store.reading() as snapshot:
                if (found := snapshot.document(source)) is not None:
                    return found
        except IndexMissing:
            continue
    return None


def _around(document: Document, start: int, end: int | None, context: int) -> dict[str, Any]:
    text = document.page_content
    last = min(len(text), start + MOST) if end is None else end
    if not start <= last <= len(text):
        raise Refusal(400, f"the source has {len(text):,} characters: {start} to {last} is not in it", param="start")
    last = min(last, start + MOST)
    offset = max(0, start - context)
    return {
        "source": document.metadata["source"],
        "title": document.metadata.get("title"),
        "text": text[offset : last + context],
        "start": start,
        "end": last,
        "offset": offset,
        "length": len(text),
        "pages": document.metadata.get("pages"),
    }

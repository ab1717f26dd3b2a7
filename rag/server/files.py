"""`/v1/files`: uploads, what became of them, and their end."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import FileResponse, Response

from rag.errors import UsageError
from rag.server.access import caller_of
from rag.server.keys import check_collection
from rag.server.problems import DOCUMENTED, Json, Refusal
from rag.server.state import State, state_of
from rag.server.uploads import File as Stored

__all__ = ["router"]

router = APIRouter(tags=["files"], responses=DOCUMENTED)
MOST_LISTED = 10_000


@router.post("/v1/files")
async def create_file(
    request: Request,
    file: Annotated[UploadFile, File(description="The document.")],
    purpose: Annotated[str, Form(max_length=64)] = "user_data",
    collection: Annotated[str | None, Form(max_length=64)] = None,
    replace: Annotated[bool, Form(description="End earlier uploads of this name once this one is processed.")] = False,
) -> Response:
    """Stores a document and has it indexed. It is on the disk when this answers; later its status is `processed`."""
    state = state_of(request)
    wanted = _collection(collection)
    into = caller_of(request).collection(wanted)
    most = state.settings.max_upload_bytes
    if file.size is not None and file.size > most:
        raise Refusal(413, f"the file has {file.size:,} bytes, more than {most:,}", param="file", code="too_large")
    try:
        stored = await asyncio.to_thread(
            state.uploads.add,
            file.file,
            file.filename or "",
            purpose=purpose,
            collection=into,
            most=most,
            replaces=replace,
        )
    except UsageError as error:
        raise Refusal(400, str(error), param="file", code="invalid_file") from None
    state.indexing.wake()
    return Json(_card(state, stored))


@router.get("/v1/files")
async def list_files(
    request: Request,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = MOST_LISTED,
    order: Literal["asc", "desc"] = "desc",
    purpose: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """The uploads that the key sees, page by page."""
    state, seen = state_of(request), caller_of(request).collections
    found, more = await asyncio.to_thread(
        state.uploads.page, after=after, limit=limit, newest_first=order == "desc", purpose=purpose, seen=seen
    )
    ends = {"first_id": found[0].id if found else None, "last_id": found[-1].id if found else None}
    return Json({"object": "list", "data": [_card(state, one) for one in found], "has_more": more, **ends})


@router.get("/v1/files/{file_id}")
async def retrieve_file(file_id: str, request: Request) -> Response:
    """An upload and how far it is."""
    return Json(_card(state_of(request), _found(request, file_id)))


@router.get("/v1/files/{file_id}/content")
async def download_file(file_id: str, request: Request) -> Response:
    """The bytes as they were uploaded. Never shown in place: a page in it could act for whoever opens it."""
    stored = _found(request, file_id)
    path = state_of(request).uploads.path(stored)
    return FileResponse(path, filename=stored.name, media_type="application/octet-stream")


@router.delete("/v1/files/{file_id}")
async def delete_file(file_id: str, request: Request) -> Response:
    """Deletes an upload: no answer that begins after this rests on it."""
    state, stored = state_of(request), _found(request, file_id)
    await asyncio.to_thread(state.uploads.delete, stored)
    state.indexing.wake()
    return Json({"id": stored.id, "object": "file", "deleted": True})


def _collection(wanted: str | None) -> str | None:
    try:
        return check_collection(wanted) if wanted else None
    except UsageError as error:
        raise Refusal(400, str(error), param="collection") from None


def _found(request: Request, file_id: str) -> Stored:
    """An upload that the caller sees; of others it is not even said that they exist."""
    stored = state_of(request).uploads.get(file_id)
    if stored is None or not caller_of(request).sees({"collection": stored.collection}):
        raise Refusal(404, f"no file {file_id!r}", param="file_id", code="file_not_found")
    return stored


def _card(state: State, stored: Stored) -> dict[str, Any]:
    """OpenAI's file object, and what it does not have under `rag`."""
    progress = 1.0 if stored.status == "processed" else state.uploads.progress.get(stored.id, 0.0)
    return {
        "id": stored.id,
        "object": "file",
        "bytes": stored.bytes,
        "created_at": stored.created,
        "filename": stored.name,
        "purpose": stored.purpose,
        "status": stored.status,
        "status_details": stored.reason or state.uploads.waiting.get(stored.id),
        "rag": {"collection": stored.collection, "progress": round(progress, 3), "source": stored.source},
    }

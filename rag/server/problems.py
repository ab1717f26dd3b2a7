"""Failures in OpenAI's shape: `{"error": {"message", "type", "param", "code"}}`."""

from __future__ import annotations

import errno
import json
import logging
import math
import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from rag.errors import IndexFault, IndexLocked, IndexMissing, MissingExtra, ModelError, RagError, UsageError

__all__ = ["DOCUMENTED", "Json", "Refusal", "as_refusal", "install", "is_full", "problem"]

logger = logging.getLogger("rag.server")

INVALID = "invalid_request_error"
SERVER = "server_error"


class Json(Response):
    """JSON in UTF-8. Half a surrogate pair that came in with a request goes out as a question mark, not as a crash."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body."""
        return dumps(content)


def dumps(content: Any) -> bytes:
    """JSON as bytes; numbers of numpy as Python's, NaN as null."""
    text = json.dumps(_finite(content), ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode("utf-8", errors="replace")


def _finite(value: Any) -> Any:
    """JSON knows no NaN and no infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def _plain(value: Any) -> Any:
    return _finite(value.item()) if hasattr(value, "item") else str(value)


class Refusal(HTTPException):
    """A request that is answered with an error. FastAPI lets an `HTTPException` through while it reads a body."""

    def __init__(  # noqa: PLR0913  # OpenAI's four, and HTTP's two
        self,
        status: int,
        message: str,
        *,
        type: str = INVALID,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, dict(headers or {}))
        self.message = message
        self.type = type
        self.param = param
        self.code = code

    def body(self) -> dict[str, Any]:
        """The JSON."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}


def as_refusal(error: BaseException) -> Refusal:
    """What a client is told. Addresses, paths and keys stay in the log."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, UsageError):
        return Refusal(400, str(error))
    found = next((told for kinds, told in _TOLD if isinstance(error, kinds)), None)
    if found is None and is_full(error):
        found = (507, "disk_full", "the server's disk is full: nothing was stored")
    status, code, message = found or (500, "internal_error", "the server failed; its log says why")
    return Refusal(status, message, type=SERVER, code=code)


def is_full(error: BaseException) -> bool:
    """Whether the disk is full, by the system's word or by SQLite's, and also where another error tells of it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
        return True
    return error.__cause__ is not None and is_full(error.__cause__)


_TOLD: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], tuple[int, str, str]], ...] = (
    (IndexMissing, (503, "index_missing", "nothing is indexed yet: upload a file (POST /v1/files) or run `rag index`")),
    (IndexLocked, (503, "index_locked", "the index is being written by another process: try again shortly")),
    (IndexFault, (503, "index_unusable", "the index cannot serve this model; the server's log says why")),
    (ModelError, (503, "model_failed", "the language model behind this pipeline failed; the server's log says why")),
    (MissingExtra, (503, "package_missing", "a package is not installed; the server's log says which")),
    (RagError, (500, "pipeline_failed", "the pipeline failed; the server's log says why")),
    (TimeoutError, (504, "deadline_exceeded", "the answer took longer than this server allows")),
)


def problem(error: BaseException) -> Json:
    """The response for a failure; one of the server's own is logged."""
    refusal = as_refusal(error)
    if refusal.status_code >= 500 and refusal is not error:
        logger.error("%s: %s", type(error).__name__, error, exc_info=error if refusal.status_code == 500 else None)
    return Json(refusal.body(), refusal.status_code, headers=dict(refusal.headers or {}))


def install(app: FastAPI) -> None:
    """Every failure inside a route in OpenAI's shape."""

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if isinstance(error.body, bytes):  # left as it came: nothing said that it is JSON
            sent = request.headers.get("content-type", "nothing")
            return problem(Refusal(400, f"the body was sent as {sent}: say Content-Type: application/json"))
        return problem(_invalid(error.errors()))

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        codes = {404: "not_found", 405: "method_not_allowed"}
        headers = {str(name): str(value) for name, value in (error.headers or {}).items()}
        code = codes.get(error.status_code)
        return problem(Refusal(error.status_code, str(error.detail), code=code, headers=headers))

    async def on_failure(_: Request, error: Exception) -> Response:
        return problem(error)

    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Refusal, on_failure)
    app.add_exception_handler(RagError, on_failure)
    app.add_exception_handler(OSError, on_failure)


def _invalid(errors: Sequence[Any]) -> Refusal:
    """The first mistake in a body. Unions report one error a member: the most telling one is the deepest."""
    if not errors:
        return Refusal(400, "the request is not valid")
    error = max(errors, key=lambda one: (one["type"] == "json_invalid", len(one["loc"])))
    if error["type"] == "json_invalid":
        return Refusal(400, f"the body is not JSON: {error.get('ctx', {}).get('error', 'it cannot be read')}")
    param = _param(error)
    told = dict.fromkeys(_told(one) for one in errors if _param(one) == param)
    return Refusal(400, f"{param or 'the body'}: {' or '.join(told)}", param=param or None)


_MEMBER = re.compile(r"str|int|float|bool|.*\[.*")
"""Steps of pydantic's locations that name a member of a union, and nothing that was sent."""


def _param(error: Any) -> str:
    """The key that an error is about: `messages.0.role`."""
    return ".".join(str(part) for part in error["loc"][1:] if isinstance(part, int) or not _MEMBER.fullmatch(part))


def _told(error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ").replace(" after validation", "")
    return re.sub(r"\A(?:Input|Value|List) should", "should", message)


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class ErrorBody(BaseModel):
    """Every failure has this shape."""

    error: ErrorDetail


_MEANINGS = {
    400: "not a valid request",
    401: "no valid API key",
    403: "the key may not do that",
    404: "no such thing",
    405: "no such method here",
    408: "the body did not arrive",
    413: "too large",
    429: "too many requests, or too many questions are waiting",
    500: "the server failed",
    503: "the index or the model cannot serve",
    504: "the deadline passed",
    507: "the disk is full",
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": meaning} for status, meaning in _MEANINGS.items()
}
"""For the OpenAPI document."""

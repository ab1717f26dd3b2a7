"""The outermost layer: request ids, one log line a request, figures, security headers, and the last catch."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.metrics import Metrics
from rag.server.problems import problem

__all__ = ["JsonLines", "Observed", "request_id"]

logger = logging.getLogger("rag.server")
request_id: ContextVar[str] = ContextVar("rag_request_id", default="-")
"""The id of the request that is being answered."""

_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Observed:
    """Answers whatever the layers below let through, and says in the log what was answered. No body is logged."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _SANE.fullmatch(given) else uuid4().hex
        token = request_id.set(name)
        started, status = time.perf_counter(), 0

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(message, name)
            await send(message)

        try:
            await self.app(scope, receive, tell)
        except Exception as error:
            if status:  # half of the response is out: nothing better can be said
                logger.exception("the response broke off")
            else:
                await problem(error)(scope, receive, tell)
        finally:
            self._note(scope, status, time.perf_counter() - started)
            request_id.reset(token)

    @staticmethod
    def _dress(message: MutableMapping[str, Any], name: str) -> None:
        headers = MutableHeaders(raw=message["headers"])
        headers["X-Request-Id"] = name
        headers.setdefault("Content-Security-Policy", _API_POLICY)
        headers.setdefault("Cache-Control", "no-store")
        for key, value in _HEADERS.items():
            headers.setdefault(key, value)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        path = getattr(scope.get("route"), "path", None) or "other"
        self.metrics.requests.labels(path, _method(scope), str(status)).inc()
        self.metrics.seconds.labels(path).observe(seconds)
        caller = scope.get("state", {}).get("caller")
        logger.info(
            "%s %s %d %.0f ms",
            scope["method"],
            path,
            status,
            seconds * 1e3,
            extra={"told": {
                "method": scope["method"], "path": path, "status": status, "ms": round(seconds * 1e3, 1),
                **({"key": caller.id} if caller is not None and caller.id else {}),
            }},
        )  # fmt: skip


def _method(scope: Scope) -> str:
    """A label must not grow with what strangers send."""
    method = str(scope["method"])
    return method if method in ("GET", "POST", "DELETE", "OPTIONS", "HEAD", "PUT", "PATCH") else "other"


class JsonLines(logging.Formatter):
    """Log records as JSON, one a line, each with its request's id."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)

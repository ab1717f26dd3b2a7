"""Who may do what, and which documents they see."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from langchain_core.documents import Document
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import UsageError
from rag.server.keys import SCOPES, Key, Keys
from rag.server.problems import Refusal, logger, problem
from rag.server.settings import Settings

__all__ = ["Access", "Caller", "caller_of"]

COLLECTION = "collection"
"""The metadata that says which collection a document is in."""
FILE = "file_id"
"""The metadata that says which upload a document came from."""

_OPEN = ("/health", "/ready", "/", "/openapi.json")
_NEEDED = (("/v1/files", "index"), ("/v1/", "ask"), ("/metrics", "admin"))
_SAFE = ("GET", "HEAD", "OPTIONS")
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    id: str = ""
    """Of the key; empty where no key is asked for."""
    scopes: tuple[str, ...] = SCOPES
    collections: tuple[str, ...] | None = None
    """Collections seen; every document where None."""

    def filter(self, wanted: Mapping[str, Any] | None = None, gone: Collection[str] = ()) -> dict[str, Any] | None:
        """The filter of a question: what was wanted, and of it only what this caller may see.

        Args:
            wanted: the caller's own filter.
            gone: uploads that were deleted and may still be in the index.
        """
        parts: list[dict[str, Any]] = [dict(wanted)] if wanted else []
        if self.collections is not None:
            parts.append({COLLECTION: {"in": list(self.collections)}})
        if gone:
            parts.append({FILE: {"nin": sorted(gone)}})
        return {"and": parts} if len(parts) > 1 else parts[0] if parts else None

    def sees(self, metadata: Mapping[str, Any]) -> bool:
        """Whether a document is one of this caller's."""
        if self.collections is None:
            return True
        found = metadata.get(COLLECTION)
        return any(one in self.collections for one in (found if isinstance(found, (list, tuple)) else [found]))

    def require(self, passages: Iterable[Document]) -> None:
        """A second look at what the filter let through. A summary is as good as its members, which are looked at, too.

        Raises:
            RuntimeError: a passage is not this caller's.
        """
        if not all(self.sees(passage.metadata) or "members" in passage.metadata for passage in passages):
            raise RuntimeError("a passage of another collection reached an answer: the answer was withheld")

    def collection(self, wanted: str | None) -> str | None:
        """The collection that an upload goes into.

        Raises:
            Refusal: the caller may not write there.
        """
        if self.collections is None:
            return wanted
        if wanted is None:
            return self.collections[0]
        if wanted not in self.collections:
            raise Refusal(403, f"this key has no collection {wanted!r}", param="collection", code="wrong_collection")
        return wanted


def caller_of(request: Request) -> Caller:
    """Who sent a request."""
    caller: Caller = request.state.caller
    return caller


class Access:
    """Before a body is read: is this origin allowed, is the key good, may it do this, and is it not too fast."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.keys = Keys(settings.keys) if settings.keys else None
        self._rates: dict[str, tuple[float, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            try:
                self._admit(scope)
            except Refusal as error:
                await problem(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        headers, path = Headers(scope=scope), scope["path"]
        self._check_origin(headers, scope["method"])
        caller = Caller()
        scope.setdefault("state", {})["caller"] = caller
        if path in _OPEN or path.startswith("/page/") or scope["method"] == "OPTIONS":
            return
        if self.keys is not None:
            key = self._key(headers)
            self._pace(key)
            caller = Caller(key.id, key.scopes, key.collections)
            scope["state"]["caller"] = caller
        needed = next((scope for start, scope in _NEEDED if path.startswith(start)), "ask")
        if needed not in caller.scopes and "admin" not in caller.scopes:
            raise Refusal(403, f"this key lacks the scope {needed!r}", code="missing_scope")

    def _check_origin(self, headers: Headers, method: str) -> None:
        """A page of another site must not act through a browser that can reach this server."""
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        if self.settings.local_only and host not in _LOCAL:
            raise Refusal(403, "this server answers to localhost only: give it keys, or another --host", code="host")
        origin = headers.get("origin")
        if origin is None or method in _SAFE or "*" in self.settings.cors or origin in self.settings.cors:
            return
        if urlsplit(origin).netloc != headers.get("host", ""):
            raise Refusal(403, "requests from pages of this origin are not allowed (--cors)", code="origin")

    def _key(self, headers: Headers) -> Key:
        assert self.keys is not None
        kind, _, secret = headers.get("authorization", "").partition(" ")
        try:
            key = self.keys.find(secret.strip()) if kind.lower() == "bearer" else None
        except UsageError as error:
            logger.error("nobody is let in: %s", error)
            raise Refusal(503, "keys cannot be checked; the server's log says why", type="server_error") from None
        if key is None:
            said = "the API key is not valid" if secret else "no API key was given: send `Authorization: Bearer KEY`"
            raise Refusal(401, said, code="invalid_api_key", headers={"WWW-Authenticate": "Bearer"})
        return key

    def _pace(self, key: Key) -> None:
        """A bucket that holds a minute's requests and fills all the time."""
        if key.rate is None:
            return
        now = time.monotonic()
        left, then = self._rates.get(key.id, (float(key.rate), now))
        left = min(float(key.rate), left + (now - then) * key.rate / 60)
        if left < 1:
            self._rates[key.id] = (left, now)
            wait = max(1, round((1 - left) * 60 / key.rate + 0.5))
            raise Refusal(
                429,
                f"this key may send {key.rate} requests a minute",
                type="rate_limit_error",
                code="rate_limit_exceeded",
                headers={"Retry-After": str(wait)},
            )
        self._rates[key.id] = (left - 1, now)

"""Bodies that are too large or never come."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.problems import Refusal, problem
from rag.server.settings import MIB, Settings

__all__ = ["BodyLimits"]

_FORM = 64 * 1024
"""What a multipart body holds beside its file, in bytes."""


class BodyLimits:
    """Stops reading at the limit, whatever the length header says, and does not wait for ever for a body."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        upload = scope["path"].rstrip("/") == "/v1/files"
        most = self.settings.max_upload_bytes + _FORM if upload else self.settings.max_body_bytes
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdigit() and int(declared) > most:
            await problem(_too_large(most))(scope, receive, send)
            return
        begun, seen, whole = False, 0, False

        async def bounded() -> Message:
            nonlocal seen, whole
            if whole:  # from here on it only tells that the client went away
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self.settings.body_timeout_s)
            except TimeoutError:
                raise Refusal(408, "the body did not arrive in time", code="body_timeout") from None
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                whole = not message.get("more_body", False)
                if seen > most:
                    raise _too_large(most)
            return message

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, bounded, noting)
        except Refusal as refusal:
            if begun:
                raise
            await problem(refusal)(scope, receive, send)


def _too_large(most: int) -> Refusal:
    return Refusal(413, f"the body is larger than {most / MIB:.1f} MiB, the most this server reads", code="too_large")

"""Requests to an ASGI application without a socket between: what is measured is the application, not the client."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.types import ASGIApp, Message


@dataclass(frozen=True, slots=True)
class Got:
    """A whole response."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def call(
    app: ASGIApp, method: str, path: str, *, key: str, body: Any = None, query: dict[str, Any] | None = None
) -> Got:
    """One request with an API key; `body` is JSON, or a file as (name, text)."""
    media, content = "application/json", b"" if body is None else json.dumps(body).encode()
    if isinstance(body, tuple):
        name, text = body
        media = "multipart/form-data; boundary=part"
        head = f'--part\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        content = f"{head}{text}\r\n--part--\r\n".encode()
    headers = [
        (b"host", b"127.0.0.1"),
        (b"authorization", f"Bearer {key}".encode()),
        (b"content-type", media.encode()),
        (b"content-length", str(len(content)).encode()),
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
        "method": method, "path": path, "raw_path": quote(path).encode(), "root_path": "",
        "query_string": urlencode(query or {}).encode(), "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    asked, status, pieces = False, 0, list[bytes]()

    async def receive() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()  # the client stays
        asked = True
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    return Got(status, b"".join(pieces))

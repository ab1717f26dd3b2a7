"""The way to an endpoint: its address, its key, and clients that threads and event loops may share."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from rag.errors import ModelError
from rag.llms import failures

if TYPE_CHECKING:
    import openai

__all__ = ["Connection", "address"]

_OPENAI = "https://api.openai.com/v1"
_CONNECT_S = 10.0
_ADDRESSES = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
"""Where the address stands if the configuration does not say; the second is the older name."""


def address(base_url: str | None) -> tuple[str, str]:
    """The API's base, and where it comes from in words. An empty text means not given."""
    if base_url and base_url.strip():
        return base_url.strip(), "base_url"
    for name in _ADDRESSES:
        if value := os.environ.get(name, "").strip():
            return value, name
    return _OPENAI, "the default; base_url or OPENAI_BASE_URL would change it"


class Connection:
    """Calls an endpoint. Opened on first use; what a server refuses to know of a request is not sent again.

    Args:
        base_url: the API's base; see `address`.
        api_key: where empty, OPENAI_API_KEY.
        timeout_s: seconds without a sign of the server.
        retries: of too many requests, a server's failures and lost connections.
    """

    def __init__(self, base_url: str | None, api_key: str, timeout_s: float, retries: int) -> None:
        self.url, self.origin = address(base_url)
        self.timeout_s = timeout_s
        self.retries = retries
        self._key = api_key or os.environ.get("OPENAI_API_KEY", "").strip()
        self._learned: set[str] = set()

    @cached_property
    def _settings(self) -> Mapping[str, Any]:
        from openai import Timeout

        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ModelError(f"{self.url!r} (from {self.origin}) is no address: write http://host:port/v1")
        if not self._key and parts.hostname == urlsplit(_OPENAI).hostname:
            raise ModelError(
                f"{parts.hostname} needs a key: set OPENAI_API_KEY in the environment or in .env (or the model's "
                "api_key); a local server at base_url or OPENAI_BASE_URL needs none"
            )
        timeout = Timeout(self.timeout_s, connect=min(self.timeout_s, _CONNECT_S))
        return {"base_url": self.url, "api_key": self._key or "none", "timeout": timeout, "max_retries": self.retries}

    @cached_property
    def client(self) -> openai.OpenAI:
        """The client of threads."""
        import openai

        return openai.OpenAI(**self._settings)

    @cached_property
    def _clients(self) -> WeakKeyDictionary[Any, tuple[openai.AsyncOpenAI, AsyncGenerator[None, None]]]:
        return WeakKeyDictionary()

    async def async_client(self) -> openai.AsyncOpenAI:
        """The running event loop's own client: connections cannot move between loops."""
        import openai

        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            client = openai.AsyncOpenAI(**self._settings)
            closing = _closing(client)
            await anext(closing)
            self._clients[loop] = client, closing
        return self._clients[loop][0]

    def create(self, request: dict[str, Any]) -> Any:
        """A completion, or the stream of one."""
        import openai

        request = self._known(request)
        while True:
            try:
                return self.client.chat.completions.create(**request)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                request = self._without_refused(request, error)

    async def acreate(self, request: dict[str, Any]) -> Any:
        """`create` without blocking the event loop."""
        import openai

        request = self._known(request)
        while True:
            try:
                return await (await self.async_client()).chat.completions.create(**request)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                request = self._without_refused(request, error)

    def models(self) -> list[str]:
        """The names that the endpoint lists, asked once and quickly."""
        return [model.id for model in self.client.with_options(timeout=_CONNECT_S, max_retries=0).models.list()]

    def _known(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request without what was refused before."""
        for name in self._learned & set(request):
            request = failures.without(request, name)
        return request

    def _without_refused(self, request: dict[str, Any], error: Exception) -> dict[str, Any]:
        name = failures.refused(request, error)
        if name is None:
            raise error
        self._learned.add(name)
        return failures.without(request, name)


async def _closing(client: openai.AsyncOpenAI) -> AsyncGenerator[None, None]:
    """Closes a client when its loop ends: a loop that shuts down closes the generators that it has begun."""
    try:
        yield
    finally:
        await client.close()

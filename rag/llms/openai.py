"""Chat models behind any OpenAI-compatible endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, SecretStr

from rag.component import Component
from rag.errors import ModelError
from rag.llms import failures, wire
from rag.llms.connection import Connection, address

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = ["OpenAI", "Prices"]


class Prices(Component):
    """What a model costs, in US dollars per million tokens."""

    prompt: NonNegativeFloat
    completion: NonNegativeFloat


class OpenAI(BaseChatModel, Component):
    """A chat model at `base_url`: OpenAI, vLLM, Ollama, llama.cpp, LM Studio or any server of their protocol.

    Too many requests (429), a server's failure (5xx) and a lost connection are tried again, waiting twice as long each
    time or as long as the server asks for (`Retry-After`). Whatever then still fails is a `ModelError` that says what
    to do. Threads and event loops may share it.
    """

    model_config = ConfigDict(frozen=False)  # langchain-core's constructor writes its version into `metadata`

    model: str = "gpt-4o-mini"
    """The name that the endpoint knows it by."""
    base_url: str | None = None
    """The API's base, usually ending in /v1. Where empty: OPENAI_BASE_URL, then OPENAI_API_BASE, then OpenAI."""
    api_key: SecretStr | None = None
    """Where empty: OPENAI_API_KEY. A local server needs none."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """0 for the likeliest words. Where not given, the endpoint decides."""
    max_tokens: PositiveInt | None = None
    """Tokens of an answer at most."""
    timeout_s: PositiveFloat = 60.0
    """Seconds without a sign of the server after which a call has failed."""
    retries: NonNegativeInt = 3
    """How often a call is tried again."""
    prices: Prices | None = None
    """Where given, answers carry their cost."""
    extra_body: dict[str, Any] = Field(default_factory=dict)
    """More fields of the request, for what a server offers beyond the protocol."""

    @property
    def _llm_type(self) -> str:
        return "openai-compatible"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        """What answers depend on: the key of caches."""
        return {"url": address(self.base_url)[0], "model": self.model, **self._settings}

    @property
    def _settings(self) -> dict[str, Any]:
        """What every request says beyond model and messages."""
        chosen = {"temperature": self.temperature, "max_tokens": self.max_tokens, "extra_body": self.extra_body}
        return {name: value for name, value in chosen.items() if value not in (None, {})}

    @cached_property
    def _connection(self) -> Connection:
        key = self.api_key.get_secret_value().strip() if self.api_key else ""
        return Connection(self.base_url, key, self.timeout_s, self.retries)

    def _request(self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, **more: Any) -> dict[str, Any]:
        stopped = {"stop": list(stop)} if stop else {}
        if more.get("stream"):
            more.setdefault("stream_options", {"include_usage": True})
        return {"model": self.model, "messages": wire.to_wire(messages), **self._settings, **stopped, **more}

    @property
    def _rates(self) -> wire.Prices | None:
        return (self.prices.prompt, self.prices.completion) if self.prices else None

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self._request(messages, stop, **kwargs)
        try:
            return wire.result_of(self._connection.create(request), self._rates)
        except failures.known() as error:
            raise self._failure(error) from error

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self._request(messages, stop, **kwargs)
        try:
            return wire.result_of(await self._connection.acreate(request), self._rates)
        except failures.known() as error:
            raise await asyncio.to_thread(self._failure, error) from error

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in self._chunks(self._request(messages, stop, **{**kwargs, "stream": True})):
            if run_manager and chunk.text:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async for chunk in self._achunks(self._request(messages, stop, **{**kwargs, "stream": True})):
            if run_manager and chunk.text:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _chunks(self, request: dict[str, Any]) -> Iterator[ChatGenerationChunk]:
        """The pieces of an answer; only what the server does wrong is caught here."""
        heard = wire.Heard(self._rates)
        try:
            with self._connection.create(request) as events:
                for event in events:
                    if chunk := heard.add(event):
                        yield chunk
            yield heard.end()
        except failures.known() as error:
            raise self._failure(error, heard) from error

    async def _achunks(self, request: dict[str, Any]) -> AsyncIterator[ChatGenerationChunk]:
        heard = wire.Heard(self._rates)
        try:
            async with await self._connection.acreate(request) as events:
                async for event in events:
                    if chunk := heard.add(event):
                        yield chunk
            yield heard.end()
        except failures.known() as error:
            raise await asyncio.to_thread(self._failure, error, heard) from error

    def _failure(self, error: Exception, heard: wire.Heard | None = None) -> ModelError:
        if heard is not None and heard.begun:
            return failures.broken_off(error, self._connection, heard.text)
        return failures.failure(error, self._connection, self.model)

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools it may call; `tool_choice` is `auto`, `none`, `any` or a tool's name."""
        from langchain_core.utils.function_calling import convert_to_openai_tool

        if tool_choice and tool_choice not in ("auto", "none"):
            any_tool = tool_choice in ("any", "required")
            choice = "required" if any_tool else {"type": "function", "function": {"name": tool_choice}}
            kwargs["tool_choice"] = choice
        elif tool_choice:
            kwargs["tool_choice"] = tool_choice
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

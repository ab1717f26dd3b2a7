"""What chat models in this process have in common: limits, stop strings, streams, counts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import agenerate_from_stream, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field, NonNegativeFloat, PositiveInt

from rag.component import Component
from rag.errors import ModelError, UsageError
from rag.llms.decoding.choosing import Chooser, logprobs
from rag.llms.decoding.text import Spelled
from rag.llms.openai import Prices
from rag.spending.allowance import current

if TYPE_CHECKING:
    from rag.llms.decoding.checkpoint import Checkpoint

__all__ = ["Decoding", "InProcess"]

_KNOWN = {"logprobs", "top_logprobs", "max_tokens"}
"""What a call may say beside messages and stop strings, in the words of OpenAI's protocol."""


class Decoding(Protocol):
    """One answer while it is decoded."""

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Tokens, each with the logits that it was chosen from."""
        ...

    def told(self) -> dict[str, Any]:
        """What it has cost so far."""
        ...


class InProcess(BaseChatModel, Component):
    """A chat model whose tokens are computed here.

    A stream that is closed, a task that is cancelled and a deadline that passes (`limits.latency_ms`) end the work at
    the next token. Threads may share it.
    """

    model_config = ConfigDict(frozen=False)  # langchain-core's constructor writes its version into `metadata`

    revision: str | None = None
    """Commit, tag or branch on the hub."""
    max_tokens: PositiveInt = 512
    """Tokens of an answer at most."""
    temperature: NonNegativeFloat = 0.0
    """0 for the likeliest token every time, the same answer every time; above it tokens are drawn."""
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Draws from the likeliest tokens that have this probability together."""
    seed: int | None = None
    """Of what is drawn: the same question gets the same answer."""
    context_window: PositiveInt | None = None
    """Tokens of prompt and answer together; the model's own limit where empty."""
    template: dict[str, Any] = Field(default_factory=dict)
    """More variables of the model's chat template, for example `enable_thinking: false`."""
    dtype: Literal["auto", "float32", "bfloat16", "float16", "float64"] = "auto"
    """Type of the numbers; as the weights are stored where `auto`."""
    device: str | None = None
    """`cpu`, `cuda`, `mps`; CUDA where there is one and nobody says."""
    prices: Prices | None = None
    """Where given, answers carry a cost."""

    @property
    @abstractmethod
    def _reader(self) -> Checkpoint:
        """The model whose tokenizer and limits count."""

    @abstractmethod
    def _decoding(self, prompt: Sequence[int], choose: Chooser) -> Decoding:
        """Begins an answer."""

    @property
    @abstractmethod
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The models, none of them loaded.

        Raises:
            MissingExtra: what would load them is not installed.
        """

    @property
    def _identifying_params(self) -> dict[str, Any]:
        """What answers depend on: the key of caches."""
        return self.non_defaults()

    def _checkpoint(self, name: str, revision: str | None = None) -> Checkpoint:
        from rag.llms.decoding.checkpoint import Checkpoint, needed

        needed(type(self).__name__)
        return Checkpoint(name, revision, self.dtype, self.device, self.context_window)

    def get_num_tokens(self, text: str) -> int:
        """Tokens of a text, as this model counts them."""
        return len(self._reader.tokenizer(text, add_special_tokens=False).input_ids)

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], tools: Sequence[Any] | None = None) -> int:
        """Tokens of a prompt, its template included."""
        return len(self._reader.prompt(messages, self.template))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await agenerate_from_stream(self._astream(messages, stop, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in self._chunks(messages, stop or (), kwargs):
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
        # langchain-core takes each piece in a thread: between two of them a cancelled task ends.
        async for chunk in super()._astream(messages, stop, **kwargs):
            if run_manager and chunk.text:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _chunks(
        self, messages: Sequence[BaseMessage], stop: Sequence[str], asked: Mapping[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        """The pieces of an answer, what it cost with the last."""
        if unknown := {name for name in asked if not name.startswith("ls_")} - _KNOWN:
            raise UsageError(
                f"{self._llm_type} takes {', '.join(sorted(_KNOWN))} with a call, not {sorted(unknown)[0]}"
            )
        reader = self._reader
        prompt = reader.prompt(messages, self.template)
        room = min(self._room(len(prompt)), asked.get("max_tokens") or self.max_tokens)
        decoding = self._decoding(prompt, Chooser(self.temperature, self.top_p, self.seed))
        spelled, made, reason = Spelled(reader.decode, stop), 0, "length"
        for token, logits in decoding:
            made += 1
            if token in reader.ends:
                reason = "stop"
                break
            text = spelled.add(token)
            told = _weighed(reader, token, logits, asked) if asked.get("logprobs") else {}
            if text or told:
                yield ChatGenerationChunk(message=AIMessageChunk(content=text, response_metadata=told))
            if spelled.stopped or made >= room or _late():
                break
        if text := spelled.end():
            yield ChatGenerationChunk(message=AIMessageChunk(content=text))
        yield self._last(len(prompt), made, "stop" if spelled.stopped else reason, decoding.told())

    def _room(self, given: int) -> int:
        """Tokens of an answer that a prompt of so many leaves."""
        reader = self._reader
        if reader.window is None:
            return self.max_tokens
        if given >= reader.window:
            raise ModelError(
                f"the prompt has {given:,} tokens and {reader.name!r} reads {reader.window:,}, its answer included: "
                "show it fewer passages (the generator's max_context_tokens, limits.context_tokens), or take a model "
                "that reads more"
            )
        return reader.window if reader.two_sided else reader.window - given

    def _last(self, given: int, made: int, reason: str, told: Mapping[str, Any]) -> ChatGenerationChunk:
        metadata: dict[str, Any] = {"finish_reason": reason, "model_name": self._reader.name, "decoding": dict(told)}
        if self.prices:
            metadata["cost"] = (given * self.prices.prompt + made * self.prices.completion) / 1e6
        said = AIMessageChunk(
            content="",
            usage_metadata=UsageMetadata(input_tokens=given, output_tokens=made, total_tokens=given + made),
            response_metadata=metadata,
            chunk_position="last",
        )
        return ChatGenerationChunk(message=said)


def _late() -> bool:
    """Whether the turn's time is over: nobody waits for the rest."""
    allowance = current()
    return allowance is not None and allowance.left <= 0


def _weighed(reader: Checkpoint, token: int, logits: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A token's log-probabilities, as OpenAI's protocol tells them."""
    own, top = logprobs(logits, token, asked.get("top_logprobs") or 0)
    likeliest = [{"token": reader.decode([other]), "logprob": value} for other, value in top]
    return {"logprobs": {"content": [{"token": reader.decode([token]), "logprob": own, "top_logprobs": likeliest}]}}

"""A small chat model answers; a large one does where the small one is uncertain from the start."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Annotated, Any, Self

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import agenerate_from_stream, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from pydantic import ConfigDict, Field, PositiveInt, model_validator

from rag.component import Component
from rag.errors import ModelError

__all__ = ["Escalate", "least_entropy"]

_QUIET: RunnableConfig = {"callbacks": [], "tags": ["nostream"]}
"""Of the calls inside: their words are told once, by this model."""


def least_entropy(logprobs: Sequence[float]) -> float:
    """The least entropy, in bits, of a distribution of which only the likeliest tokens are known.

    Args:
        logprobs: natural logarithms of their probabilities. What they leave counts as one further token.
    """
    chances = [math.exp(value) for value in logprobs]
    chances.append(max(0.0, 1.0 - sum(chances)))
    return max(0.0, -sum(chance * math.log2(chance) for chance in chances if chance > 0))


class Escalate(BaseChatModel, Component):
    """The small model's answer, or the large one's where the small one begins uncertainly.

    Entropy Adaptive Decoding [1] for a whole answer: where the mean entropy of the small model's first `window` tokens
    is above `threshold`, nothing of its answer is said and the large model is asked. It works with any endpoint that
    gives log-probabilities, and the models need not share their tokens. Endpoints tell the likeliest tokens alone, so
    the entropy is the least it can be. The trace says whether it was escalated. A question may cost two calls.

    [1] Simonds: Entropy Adaptive Decoding (2025), arXiv 2502.06833, which does it token by token.
    """

    model_config = ConfigDict(frozen=False)  # langchain-core's constructor writes its version into `metadata`

    small: BaseChatModel
    """Begins. `openai` and `local` give log-probabilities; so must any other."""
    large: BaseChatModel
    """Any chat model."""
    threshold: float = 1.0
    """Bits. `.inf` never escalates, `-.inf` always does."""
    window: PositiveInt = 16
    """First tokens whose mean counts; the whole answer where it is shorter. As long, the stream holds back."""
    top_logprobs: Annotated[int, Field(ge=1, le=20)] = 20
    """Likeliest tokens that the small model is asked for."""

    @model_validator(mode="after")
    def _compares(self) -> Self:
        if math.isnan(self.threshold):
            raise ValueError("threshold must be a number of bits, .inf or -.inf")
        return self

    @property
    def _llm_type(self) -> str:
        return "escalate"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        """What answers depend on: the key of caches."""
        return {name: repr(value) for name, value in self.non_defaults().items()}

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
        judged = _Judged(self.threshold, self.window)
        asked = {"stop": stop, "logprobs": True, "top_logprobs": self.top_logprobs, **kwargs}
        for said in judged.while_sure(self.small.stream(messages, _QUIET, **asked)):
            yield _told(said, run_manager)
        if not judged.escalated:
            return
        yield ChatGenerationChunk(message=judged.given_up(messages))
        paid = _price(self.small, judged.given_up(messages).usage_metadata)
        for said in self.large.stream(messages, _QUIET, stop=stop, **kwargs):
            yield _told(_with_cost(_chunk(said), paid), run_manager)

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


class _Judged:
    """What the small model says, held back until it is known to be sure."""

    def __init__(self, threshold: float, window: int) -> None:
        self.escalated = False
        self._threshold = threshold
        self._window = window
        self._bits: list[float] = []
        self._held: list[AIMessageChunk] = []

    def while_sure(self, pieces: Iterator[BaseMessage]) -> Iterator[AIMessageChunk]:
        """The pieces, none if it is uncertain.

        Raises:
            ModelError: it tells no log-probabilities.
        """
        decided = False
        try:
            for piece in map(_chunk, pieces):
                if decided:
                    yield piece
                    continue
                self._held.append(piece)
                self._bits += _entropies(piece.response_metadata)
                if len(self._bits) >= self._window:
                    decided = True
                    if self._uncertain():
                        return
                    yield from self._released()
            if not decided and not self._uncertain():
                yield from self._released()
        finally:
            if close := getattr(pieces, "close", None):
                close()

    def _uncertain(self) -> bool:
        if not self._bits:
            raise ModelError(
                "escalate needs log-probabilities, and the small model told none: does its server know `logprobs`?"
            )
        self.escalated = self._mean > self._threshold
        return self.escalated

    @property
    def _mean(self) -> float:
        known = self._bits[: self._window]
        return sum(known) / len(known)

    def _noted(self) -> dict[str, Any]:
        return {"decoding": {"escalated": self.escalated, "first_entropy_bits": round(self._mean, 3)}}

    def _released(self) -> Iterator[AIMessageChunk]:
        yield AIMessageChunk(content="", response_metadata=self._noted())
        yield from self._held

    def given_up(self, asked: Sequence[BaseMessage]) -> AIMessageChunk:
        """What the small model cost before it was given up. Its prompt is estimated where the stream did not end."""
        from rag.encoders.tokenizer import default_tokenizer

        usage = next((piece.usage_metadata for piece in reversed(self._held) if piece.usage_metadata), None)
        if usage is None:
            given, made = sum(default_tokenizer().count([str(message.text) for message in asked])), len(self._bits)
            usage = UsageMetadata(input_tokens=given, output_tokens=made, total_tokens=given + made)
        metadata = {**self._noted(), "llm_calls": 2}
        return AIMessageChunk(content="", usage_metadata=usage, response_metadata=metadata)


def _entropies(metadata: Mapping[str, Any]) -> list[float]:
    rows = (metadata.get("logprobs") or {}).get("content") or ()
    return [least_entropy([one["logprob"] for one in row["top_logprobs"]]) for row in rows]


def _chunk(said: BaseMessage) -> AIMessageChunk:
    """A piece of a stream; a model that cannot stream gives a whole message."""
    if isinstance(said, AIMessageChunk):
        return said
    return AIMessageChunk(**said.model_dump(exclude={"type"}))


def _told(said: AIMessageChunk, run_manager: CallbackManagerForLLMRun | None) -> ChatGenerationChunk:
    chunk = ChatGenerationChunk(message=said)
    if run_manager and chunk.text:
        run_manager.on_llm_new_token(chunk.text, chunk=chunk)
    return chunk


def _price(model: BaseChatModel, usage: UsageMetadata | None) -> float:
    """What a call cost in US dollars, where the model has prices."""
    prices = getattr(model, "prices", None)
    if prices is None or usage is None:
        return 0.0
    return float(usage["input_tokens"] * prices.prompt + usage["output_tokens"] * prices.completion) / 1e6


def _with_cost(said: AIMessageChunk, paid: float) -> AIMessageChunk:
    """The piece that tells a cost, with what was paid before."""
    if not paid or "cost" not in said.response_metadata:
        return said
    metadata = {**said.response_metadata, "cost": said.response_metadata["cost"] + paid}
    return said.model_copy(update={"response_metadata": metadata})

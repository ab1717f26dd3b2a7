"""Spans of OpenTelemetry for questions, steps, searches and language models, in the words of its GenAI conventions.

    pipeline.invoke("Who approves travel?", config={"callbacks": [Telemetry()]})

A question is a trace, or a part of the one that is under way; `rag serve --otel` makes one for each request. No text of
a question, a passage or an answer is put into a span unless `content` says so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from rag import __version__
from rag.errors import MissingExtra
from rag.schema import Delta, Turn

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

__all__ = ["Telemetry", "export"]

_NAME = "composable-rag"


def export() -> None:
    """Sends spans where the variables OTEL_* say (OTEL_EXPORTER_OTLP_ENDPOINT and the others), in the background.

    A provider that is there already, from `opentelemetry-instrument` for one, is left as it is.

    Raises:
        MissingExtra: the extra `otel` is not installed.
    """
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "opentelemetry", "otel", "sending spans") from None
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": _NAME, "service.version": __version__}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


class Telemetry(BaseCallbackHandler):
    """langchain-core's callbacks as spans.

    Args:
        tracer: what makes spans; the global provider's where not given.
        context: the span that a question is part of; the current one where not given. Threads do not inherit it.
        content: whether questions, prompts and answers are put into spans.

    Raises:
        MissingExtra: the extra `otel` is not installed.
    """

    run_inline = True

    def __init__(self, tracer: Tracer | None = None, context: Context | None = None, *, content: bool = False) -> None:
        try:
            from opentelemetry import context as contexts
            from opentelemetry import trace
        except ModuleNotFoundError as error:
            raise MissingExtra(error.name or "opentelemetry", "otel", "spans") from None
        self._trace = trace
        self._tracer = tracer or trace.get_tracer(_NAME, __version__)
        self._context = contexts.get_current() if context is None else context
        self._content = content
        self._open: dict[UUID, Span] = {}

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **more: Any) -> None:
        """A question, or one of its steps."""
        name = str(more.get("name") or "chain")
        root = more.get("parent_run_id") is None
        told = {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": name} if root else {}
        span = self._begin(name, run_id, more.get("parent_run_id"), told)
        if self._content and root:
            span.set_attribute(
                "gen_ai.input.messages", str(inputs.get("input") if isinstance(inputs, dict) else inputs)
            )

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        """What it gave."""
        last = outputs.get("output") if isinstance(outputs, dict) else outputs
        self._end(run_id, self._given(last))

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It failed, or nobody wanted its end."""
        self._fail(run_id, error)

    def on_retriever_start(self, serialized: Any, query: str, *, run_id: UUID, **more: Any) -> None:
        """A search."""
        name = str(more.get("name") or "retriever")
        told = {"gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": name}
        span = self._begin(f"retrieval {name}", run_id, more.get("parent_run_id"), told)
        if self._content:
            span.set_attribute("gen_ai.retrieval.query.text", query)

    def on_retriever_end(self, documents: Sequence[Document], *, run_id: UUID, **_: Any) -> None:
        """What it found."""
        self._end(run_id, {"rag.passages": len(documents)})

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It failed."""
        self._fail(run_id, error)

    def on_chat_model_start(
        self, serialized: Any, messages: list[list[BaseMessage]], *, run_id: UUID, **more: Any
    ) -> None:
        """A call of a language model."""
        asked = {**(more.get("metadata") or {}), **(more.get("invocation_params") or {})}
        model = str(asked.get("ls_model_name") or asked.get("model") or asked.get("_type") or "model")
        address = urlsplit(str(asked.get("base_url") or ""))
        told = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": str(asked.get("ls_provider") or asked.get("_type") or "unknown"),
            "gen_ai.request.model": model,
            "gen_ai.request.temperature": asked.get("ls_temperature", asked.get("temperature")),
            "gen_ai.request.max_tokens": asked.get("ls_max_tokens", asked.get("max_tokens")),
            "server.address": address.hostname,
            "server.port": address.port,
        }
        span = self._begin(f"chat {model}", run_id, more.get("parent_run_id"), told, client=True)
        if self._content:
            said = "\n".join(f"{one.type}: {one.text}" for one in messages[0])
            span.set_attribute("gen_ai.input.messages", said)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """What it said, and what that cost."""
        told: dict[str, Any] = {}
        made = response.generations[0][0] if response.generations and response.generations[0] else None
        if isinstance(made, ChatGeneration):
            message = made.message
            usage = getattr(message, "usage_metadata", None) or {}
            known = message.response_metadata
            reason = known.get("finish_reason")
            told = {
                "gen_ai.usage.input_tokens": usage.get("input_tokens"),
                "gen_ai.usage.output_tokens": usage.get("output_tokens"),
                "gen_ai.response.model": known.get("model_name"),
                "gen_ai.response.id": message.id,
                "gen_ai.response.finish_reasons": [reason] if reason else None,
            }
            if self._content:
                told["gen_ai.output.messages"] = str(message.text)
        self._end(run_id, told)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It failed, or nobody wanted its end."""
        self._fail(run_id, error)

    def _begin(
        self, name: str, run: UUID, parent: UUID | None, told: Mapping[str, Any], *, client: bool = False
    ) -> Span:
        above = self._open.get(parent) if parent is not None else None
        context = self._context if above is None else self._trace.set_span_in_context(above, self._context)
        kind = self._trace.SpanKind.CLIENT if client else self._trace.SpanKind.INTERNAL
        span = self._tracer.start_span(name, context, kind, _known(told))
        self._open[run] = span
        return span

    def _end(self, run: UUID, told: Mapping[str, Any]) -> None:
        if span := self._open.pop(run, None):
            span.set_attributes(_known(told))
            span.end()

    def _fail(self, run: UUID, error: BaseException) -> None:
        if span := self._open.pop(run, None):
            span.set_attribute("error.type", type(error).__qualname__)
            if not isinstance(error, GeneratorExit):  # its reader went away: that is no fault of the step
                span.set_status(self._trace.StatusCode.ERROR, type(error).__qualname__)
            span.end()

    def _given(self, last: Any) -> dict[str, Any]:
        """What a step or a question leaves behind, in numbers."""
        if isinstance(last, Turn):
            detail = last.trace[-1].detail if last.trace else {}
            return {"rag.passages": len(last.passages), "rag.route": last.route, "rag.skipped": detail.get("skipped")}
        answer = last.answer if isinstance(last, Delta) else None
        if answer is None:
            return {}
        usage = answer.usage
        found: dict[str, Any] = {
            "rag.passages": len(answer.passages),
            "rag.citations": len(answer.citations),
            "rag.abstained": answer.abstained,
            "rag.route": answer.route,
            "rag.llm_calls": usage.llm_calls,
            "gen_ai.usage.input_tokens": usage.prompt_tokens,
            "gen_ai.usage.output_tokens": usage.completion_tokens,
        }
        return {**found, "gen_ai.output.messages": answer.text} if self._content else found


def _known(told: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes may not be None."""
    plain = (bool, int, float, list)
    return {key: value if isinstance(value, plain) else str(value) for key, value in told.items() if value is not None}

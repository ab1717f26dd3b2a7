"""Spans of OpenTelemetry, by its own SDK: what is in them, whose trace they are part of, and what never is in them."""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from rag.pipeline import Pipeline
from rag.telemetry import Telemetry
from tests.server.conftest import QUICK, Served, chatting, served

QUESTION = "Who approves travel abroad?"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture(scope="module")
def provider() -> TracerProvider:
    """The process has one; what it exports to changes with each test."""
    made = TracerProvider()
    trace.set_tracer_provider(made)
    return made


@pytest.fixture
def spans(provider: TracerProvider) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    processor = SimpleSpanProcessor(exporter)
    provider.add_span_processor(processor)
    yield exporter
    processor.shutdown()


@pytest.fixture
def traced(handbook: Path, endpoint: Any, spans: InMemorySpanExporter) -> Iterator[Served]:
    with served({"talk": chatting(endpoint.url), "quick": QUICK}, handbook / "index", otel=True) as running:
        yield running


def by_name(spans: InMemorySpanExporter) -> dict[str, Any]:
    return {span.name: span for span in spans.get_finished_spans()}


@pytest.mark.parametrize("model", ["talk", "quick"])
def test_a_request_is_part_of_the_clients_trace(
    traced: Served, endpoint: Any, spans: InMemorySpanExporter, model: str
) -> None:
    endpoint.will(endpoint.streamed([endpoint.event("The director [1]."), endpoint.event(None, "stop"), "[DONE]"]))
    body = {"model": model, "messages": [{"role": "user", "content": QUESTION}]}
    with traced.http(headers={"traceparent": f"00-{TRACE}-{PARENT}-01"}) as http:
        assert http.post("/v1/chat/completions", json=body).status_code == 200
    traced.wait_for(lambda: "POST /v1/chat/completions" in by_name(spans))
    found = by_name(spans)
    request, question = found["POST /v1/chat/completions"], found["Pipeline"]
    assert f"{request.context.trace_id:032x}" == TRACE
    assert f"{request.parent.span_id:016x}" == PARENT
    assert question.parent.span_id == request.context.span_id
    assert {span.context.trace_id for span in found.values()} == {request.context.trace_id}
    assert request.attributes["http.response.status_code"] == 200
    assert question.attributes["rag.citations"] == 1
    assert question.attributes["gen_ai.operation.name"] == "invoke_workflow"
    steps = [span for span in found.values() if span.parent and span.parent.span_id == question.context.span_id]
    assert [span.name.partition(":")[0] for span in steps] == ["retrieve", "generate"]
    assert steps[0].attributes["rag.passages"] > 0


def test_a_call_of_a_language_model_says_which_and_what_it_cost(
    traced: Served, endpoint: Any, spans: InMemorySpanExporter
) -> None:
    usage = {"usage": endpoint.usage}
    endpoint.will(endpoint.streamed([endpoint.event("The director."), endpoint.event(None, "stop", **usage), "[DONE]"]))
    traced.client().chat.completions.create(model="talk", messages=[{"role": "user", "content": QUESTION}])
    traced.wait_for(lambda: "chat tiny" in by_name(spans))
    told = by_name(spans)["chat tiny"]
    assert told.kind is trace.SpanKind.CLIENT
    assert told.attributes["gen_ai.request.model"] == "tiny"
    assert told.attributes["gen_ai.usage.input_tokens"] == endpoint.usage["prompt_tokens"]
    assert told.attributes["gen_ai.usage.output_tokens"] == endpoint.usage["completion_tokens"]
    assert told.attributes["gen_ai.response.finish_reasons"] == ("stop",)


def test_nothing_of_what_was_said_is_in_a_span(traced: Served, endpoint: Any, spans: InMemorySpanExporter) -> None:
    endpoint.will(
        endpoint.streamed([endpoint.event("The director, xylophone."), endpoint.event(None, "stop"), "[DONE]"])
    )
    client = traced.client("sk-very-secret")
    client.chat.completions.create(model="talk", messages=[{"role": "user", "content": "Who, zanzibar?"}])
    traced.wait_for(lambda: "POST /v1/chat/completions" in by_name(spans))
    everything = "".join(span.to_json() for span in spans.get_finished_spans())
    assert not any(word in everything for word in ("xylophone", "zanzibar", "very-secret", "approved"))


def test_a_failure_is_told_by_its_kind(traced: Served, endpoint: Any, spans: InMemorySpanExporter) -> None:
    endpoint.will(endpoint.send(500, {"error": {"message": "broken"}}))
    body = {"model": "talk", "messages": [{"role": "user", "content": QUESTION}]}
    with traced.http() as http:
        assert http.post("/v1/chat/completions", json=body).status_code == 503
        assert http.get("/v1/models/none").status_code == 404
        http.get("/health")
    traced.wait_for(lambda: len([one for one in spans.get_finished_spans() if one.kind is trace.SpanKind.SERVER]) == 2)
    found = by_name(spans)
    assert found["chat tiny"].attributes["error.type"] == "ModelError"
    assert not found["chat tiny"].status.is_ok
    assert found["POST /v1/chat/completions"].attributes["error.type"] == "503"
    assert found["GET /v1/models/{model}"].attributes["http.response.status_code"] == 404


def test_a_stream_that_its_reader_leaves_ends_its_spans(
    traced: Served, endpoint: Any, spans: InMemorySpanExporter
) -> None:
    words = [endpoint.event(f"word {n} ") for n in range(200)]
    endpoint.will(endpoint.streamed(words, pause_s=0.02))
    body = {"model": "talk", "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    with traced.http() as http, http.stream("POST", "/v1/chat/completions", json=body) as response:
        next(response.iter_lines())
    traced.wait_for(lambda: {"POST /v1/chat/completions", "Pipeline", "generate:Chat"} <= set(by_name(spans)))


def test_in_a_program_a_span_of_its_own_is_the_parent(
    handbook: Path, provider: TracerProvider, spans: InMemorySpanExporter
) -> None:
    pipeline = Pipeline.from_yaml(QUICK, index=handbook / "index")
    with provider.get_tracer("mine").start_as_current_span("mine"):
        answer = pipeline.invoke(QUESTION, config={"callbacks": [Telemetry(content=True)]})
    found = by_name(spans)
    assert found["Pipeline"].parent.span_id == found["mine"].context.span_id
    assert found["Pipeline"].attributes["gen_ai.output.messages"] == answer.text
    assert QUESTION in found["Pipeline"].attributes["gen_ai.input.messages"]


def test_spans_are_sent_where_the_variables_say() -> None:
    """In a process of its own: a provider is set once."""
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    program = (
        "from rag.telemetry import export; export(); from opentelemetry import trace\n"
        "trace.get_tracer('t').start_span('measured').end(); trace.get_tracer_provider().shutdown()"
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        where = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}"}
        subprocess.run([sys.executable, "-c", program], env={**os.environ, **where}, check=True)
        server.shutdown()
    ((path, body),) = received
    assert path == "/v1/traces"
    assert b"measured" in body
    assert b"composable-rag" in body

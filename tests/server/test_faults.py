"""A server whose language model does everything wrong."""

import shutil
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.endpoint import Endpoint, Reply
from tests.server.conftest import chatting
from tests.server.processes import Running, running, written
from tests.server.test_files import free_port

ASKED: list[Any] = [{"role": "user", "content": "Who approves travel abroad?"}]
HANG_S = 0.6


def raw(content: bytes, media: str = "text/event-stream") -> Reply:
    """Bytes that are no answer, and the end of the connection."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", media)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = True

    return reply


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Nothing at all."""
    handler.close_connection = True


@pytest.fixture(scope="module")
def model() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def faulty(model: Endpoint, handbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for every fault: each finds what the ones before have left of it."""
    folder = tmp_path_factory.mktemp("faulty")

    def talking(url: str, retries: int) -> dict[str, Any]:
        made = chatting(url)
        return {**made, "llm": {**made["llm"], "timeout_s": HANG_S, "retries": retries}}

    nowhere = f"http://127.0.0.1:{free_port()}/v1"
    configurations = {"talk": talking(model.url, 0), "again": talking(model.url, 2), "refused": talking(nowhere, 0)}
    shutil.copytree(handbook / "index", folder / "index")
    with running(folder, *written(folder, configurations), "--index", "index") as server:
        yield server
        assert server.figure("rag_running") == 0
        assert "Traceback" not in server.log.read_text()


def says(server: Running, asked: str, *, stream: bool) -> str:
    """The answer's text."""
    with server.client() as client:
        if not stream:
            return client.chat.completions.create(model=asked, messages=ASKED).choices[0].message.content or ""
        pieces = client.chat.completions.create(model=asked, messages=ASKED, stream=True)
        return "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)


def good(model: Endpoint) -> Reply:
    return model.streamed([model.event("The director [1]."), model.event(None, "stop"), "[DONE]"])


def test_an_endpoint_that_refuses(faulty: Running) -> None:
    for stream in (False, True):
        with pytest.raises(openai.InternalServerError) as failed:
            says(faulty, "refused", stream=stream)
        assert (failed.value.status_code, failed.value.code) == (503, "model_failed")


FAULTS: dict[str, Reply] = {
    "hangs": Endpoint.hang(HANG_S * 3),
    "closes": reset,
    "html": raw(b"<!doctype html><title>Welcome</title><h1>It works!</h1>", "text/html"),
    "no json": raw(b"I am a teapot", "application/json"),
    "another json": Endpoint.send(200, {"answer": 42}),
    "no events": raw(b""),
    "broken event": raw(b'data: {"choices": [{"delta"\n\n'),
    "no choices": raw(b'data: {"id": 7}\n\ndata: [DONE]\n\n'),
    "bytes": raw(bytes(range(256)) * 8),
    "error page": Endpoint.send(502, "<html>Bad gateway</html>", "text/html"),
    "not allowed": Endpoint.send(401, {"error": {"message": "Incorrect API key sk-secret"}}),
    "no model": Endpoint.send(404, {"error": {"message": "no such model"}}),
    "busy": Endpoint.send(429, {"error": {"message": "slow down"}}),
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_comes_before_the_first_word_is_a_status(
    faulty: Running, model: Endpoint, fault: str, stream: bool
) -> None:
    model.will(FAULTS[fault])
    started = time.monotonic()
    with pytest.raises(openai.InternalServerError) as failed:
        says(faulty, "talk", stream=stream)
    assert time.monotonic() - started < 15
    assert (failed.value.status_code, failed.value.code) == (503, "model_failed")
    body = str(failed.value.body)
    assert "language model" in body
    assert not any(hidden in body for hidden in ("127.0.0.1", "sk-secret", "html"))
    model.will(good(model))
    assert says(faulty, "talk", stream=stream) == "The director [1]."


@pytest.mark.parametrize("ending", ["closes", "hangs", "breaks"])
def test_half_a_stream_is_an_error_behind_its_text(faulty: Running, model: Endpoint, ending: str) -> None:
    half = [model.event("The director "), model.event("does")]
    endings = {
        "closes": model.streamed(half, drop=True),
        "hangs": model.streamed(half, pause_s=HANG_S * 3),
        "breaks": model.streamed([*half, '{"choices": [{"del']),
    }
    model.will(endings[ending])
    heard: list[str] = []
    with faulty.client() as client, pytest.raises(openai.APIError, match="language model"):
        pieces = client.chat.completions.create(model="talk", messages=ASKED, stream=True)
        heard.extend(piece.choices[0].delta.content or "" for piece in pieces)
    assert "".join(heard).startswith("The director")
    with pytest.raises(openai.InternalServerError):  # without a stream there is no half of an answer
        says(faulty, "talk", stream=False)


def test_too_many_requests_are_waited_out(faulty: Running, model: Endpoint) -> None:
    busy = model.send(429, {"error": {"message": "slow down"}})
    model.will(busy, good(model))
    assert says(faulty, "again", stream=True) == "The director [1]."
    model.will(model.send(429, {"error": {"message": "slow down"}}, Retry_After="1"), good(model))
    model.times.clear()
    assert says(faulty, "again", stream=False) == "The director [1]."
    first, second = model.times
    assert second - first >= 1
    model.will(busy)
    with pytest.raises(openai.InternalServerError):
        says(faulty, "again", stream=True)
    assert len(model.requests) == 3

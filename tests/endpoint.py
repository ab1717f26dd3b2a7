"""An endpoint of the chat-completions protocol that does what a test tells it to, over real sockets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Reply = Callable[[BaseHTTPRequestHandler], None]
USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}


def send(status: int, body: Any, content_type: str = "application/json", **headers: str) -> Reply:
    """One whole response."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {"Content-Type": content_type, **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return reply


def completion(text: str, **more: Any) -> Reply:
    message = {"role": "assistant", "content": text, **more}
    return send(
        200,
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 0,
            "model": "tiny",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": USAGE,
        },
    )


def event(text: str | None = None, reason: str | None = None, **more: Any) -> str:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return json.dumps(
        {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "tiny", "choices": [choice], **more}
    )


def streamed(events: Sequence[str], *, drop: bool = False, pause_s: float = 0.0) -> Reply:
    """Server-sent events, chunked; `drop` closes the connection in the middle of the body."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for data in events:
            line = f"data: {data}\n\n".encode()
            handler.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            handler.wfile.flush()
            time.sleep(pause_s)
        if not drop:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    return reply


def hang(seconds: float) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return reply


class Endpoint:
    """Replies in the order they were given; the last one stays. `requests` holds what was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.models: Sequence[str] | None = ("tiny", "llama3.2")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if outer.models is None:
                    send(404, {"error": "nothing here"})(self)
                else:
                    listed = [{"id": name, "object": "model", "created": 0, "owned_by": "us"} for name in outer.models]
                    send(200, {"object": "list", "data": listed})(self)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append(json.loads(body))
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                outer.times.append(time.monotonic())
                place = min(len(outer.requests), len(outer.replies)) - 1
                outer.replies[place](self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def will(self, *replies: Reply) -> Endpoint:
        """What it answers from now on."""
        self.replies = list(replies)
        self.requests.clear()
        return self

    completion = staticmethod(completion)
    event = staticmethod(event)
    hang = staticmethod(hang)
    send = staticmethod(send)
    streamed = staticmethod(streamed)
    usage = USAGE


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()

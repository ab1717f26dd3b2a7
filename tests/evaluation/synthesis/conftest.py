"""A handbook, and a chat model behind a real socket that writes questions about whatever window it is shown."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rag.config import Configuration, load

DOCUMENTS = {
    "travel.md": """\
# Travel

## Abroad

Trips abroad are approved by the head of department, two weeks before they begin. Rail is preferred to air for trips of
less than five hours.

## Meals

Meals abroad are paid up to 165 EUR a day. Receipts for meals are kept for seven years in the finance archive.
""",
    "leave.txt": """\
Parental leave lasts 14 weeks and is asked for in the portal. The People team answers within three working days.

Unused holidays are carried over until the end of March. Sick leave needs a note of a doctor from the fourth day on.
""",
    "security.txt": """\
A lost laptop is reported within one hour to extension 4444. Passwords of shared accounts are changed every 90 days.

Visitors wear a green badge and are met at the reception by their host. The server room is locked with two keys.
""",
}


def sentences(window: str) -> list[str]:
    lines = (line for line in window.split("\n\n") if not line.startswith("#"))
    return [part for line in lines for part in re.split(r"(?<=\.)\s", line.strip()) if part]


def question_of(sentence: str) -> dict[str, Any]:
    """The first words asked about; the last two, as its answer."""
    words = sentence.rstrip(".").split()
    return {
        "question": f"How does this go on: {' '.join(words[:-2])}?".replace("this", "the rule"),
        "answer": " ".join(words[-2:]),
        "excerpts": [" ".join(sentence.split())],
    }


class Writer(ThreadingHTTPServer):
    """Answers chat completions: a question about the first sentence of the window that was not asked about yet."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[dict[str, Any]] = []
        self.replies: list[Callable[[str], str] | int] = []
        """What is said first, one a call: made from the window, or a status of failure."""
        self.pause_s = 0.0
        self.most_at_once = 0
        self.at_once = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def said(self, number: int) -> str:
        """What it was asked, the user's message."""
        return str(self.requests[number]["messages"][-1]["content"])

    def write(self, asked: str) -> str:
        window = asked.split("<window>\n", 1)[1].split("\n</window>", 1)[0]
        with self.lock:
            reply = self.replies.pop(0) if self.replies else None
        if isinstance(reply, int):
            raise ConnectionError(reply)
        if reply is not None:
            return reply(window)
        for sentence in sentences(window):
            written = question_of(sentence)
            if written["question"] not in asked:
                return f"Here it is:\n```json\n{json.dumps(written)}\n```"
        return '{"question": null}'


class Handler(BaseHTTPRequestHandler):
    server: Writer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = self.server
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            server.requests.append(request)
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        time.sleep(server.pause_s)
        try:
            text = server.write(request["messages"][-1]["content"])
        except ConnectionError as error:
            self.answer(int(error.args[0]), {"error": {"message": "not now"}})
        else:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 700, "completion_tokens": 60, "total_tokens": 760}
            head = {"id": "c1", "object": "chat.completion", "created": 0, "model": "writer"}
            self.answer(200, {**head, "choices": [choice], "usage": usage})
        finally:
            with server.lock:
                server.at_once -= 1

    def answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def writer() -> Iterator[Writer]:
    made = Writer()
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def handbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder holds `handbook/`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "handbook").mkdir()
    for name, text in DOCUMENTS.items():
        (tmp_path / "handbook" / name).write_text(text, encoding="utf-8")
    return tmp_path / "handbook"


PLAIN: dict[str, Any] = {
    "version": 1,
    "encoder": "static",
    "index": {"path": "unused", "segment": {"use": "sentence", "max_tokens": 32}},
    "pipeline": [{"retrieve": {"use": "bm25", "top_k": 3}}, {"generate": {"use": "extractive"}}],
}


@pytest.fixture
def rules() -> Configuration:
    """A configuration without a model."""
    return load(PLAIN)


@pytest.fixture
def configuration(writer: Writer) -> Configuration:
    """One whose model is the writer."""
    llm = {"use": "openai", "model": "writer", "base_url": writer.url, "retries": 0, "timeout_s": 10}
    return load({**PLAIN, "llm": {**llm, "prices": {"prompt": 1.0, "completion": 2.0}}})

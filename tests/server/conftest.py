"""A server over a real index, on a real socket."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import uvicorn

from rag.pipeline import Pipeline
from rag.server.app import create_app
from rag.server.models import Model
from rag.server.settings import Settings

TRAVEL = """\
# Travel

Travel is approved by your manager.

## Abroad

Travel abroad is approved by the director, two weeks ahead.
"""
PRINTER = "The printer is on the second floor. Paper is kept below it.\n"

QUICK: dict[str, Any] = {
    "version": 1,
    "encoder": {"use": "static"},
    "index": {"segment": {"use": "sentence", "max_tokens": 32}},
    "pipeline": [
        {"retrieve": {"use": "fusion", "of": [{"use": "bm25"}, {"use": "dense"}], "top_k": 5}},
        {"generate": {"use": "extractive"}},
    ],
}


def chatting(url: str) -> dict[str, Any]:
    """The same with a chat model behind an endpoint."""
    llm = {"use": "openai", "model": "tiny", "base_url": url, "retries": 0}
    return {**QUICK, "llm": llm, "pipeline": [QUICK["pipeline"][0], {"generate": {"use": "chat"}}]}


@dataclass
class Served:
    """A running server."""

    url: str
    app: Any
    clients: list[openai.OpenAI] = field(default_factory=list)
    """Closed with the server: a socket that nobody closes is a warning in some later test."""

    def client(self, key: str = "none") -> openai.OpenAI:
        made = openai.OpenAI(base_url=f"{self.url}/v1", api_key=key, max_retries=0, timeout=30)
        self.clients.append(made)
        return made

    def http(self, **more: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **more)

    @property
    def state(self) -> Any:
        return self.app.state.rag

    def wait_for(self, condition: Callable[[], object], seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, "it did not happen in time"
            time.sleep(0.02)

    def indexed(self, file: str, client: openai.OpenAI | None = None) -> str:
        """The status of an upload once it is final."""
        done = (client or self.client()).files.wait_for_processing(file, poll_interval=0.05, max_wait_seconds=30)
        return str(done.status)


@contextmanager
def served(models: dict[str, dict[str, Any]], index: Path, **settings: Any) -> Iterator[Served]:
    """A server with these configurations over one index."""
    made = [Model(name, Pipeline.from_yaml(source, index=index)) for name, source in models.items()]
    app = create_app(made, Settings(**settings))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=10))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    running = Served(f"http://127.0.0.1:{listener.getsockname()[1]}", app)
    try:
        running.wait_for(lambda: server.started and app.state.rag.models.warmed)
        yield running
    finally:
        for client in running.clients:
            client.close()
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()
        assert not thread.is_alive()


@pytest.fixture(scope="session")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a handbook and its index."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "handbook").mkdir()
    for name, text in (("travel.md", TRAVEL), ("printer.txt", PRINTER)):
        (folder / "handbook" / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Pipeline.from_yaml(QUICK, index=folder / "index").index(["handbook"])
    return folder


@pytest.fixture(scope="module")
def server(handbook: Path) -> Iterator[Served]:
    """A server that computes; its index is shared and must not be changed."""
    with served({"quick": QUICK}, handbook / "index", max_body_bytes=100_000) as running:
        yield running


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    """A server without a document."""
    with served({"quick": QUICK}, tmp_path / "index") as running:
        yield running


@pytest.fixture
def talking(handbook: Path, endpoint: Any) -> Iterator[Served]:
    """A server with a chat model that does what a test tells it to."""
    with served({"talk": chatting(endpoint.url)}, handbook / "index") as running:
        yield running

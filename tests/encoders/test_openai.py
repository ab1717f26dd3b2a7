import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from rag.encoders.openai import OpenAI
from rag.errors import ModelError


def letters(text: str, size: int) -> list[float]:
    """How often each of the first letters of the alphabet stands in a text."""
    return [float(text.lower().count(chr(ord("a") + place))) for place in range(size)]


class Endpoint(ThreadingHTTPServer):
    """Speaks the embeddings protocol; `failures` are answered first, one each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.failures: list[int] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.drop_last = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.failures:
            return self.answer(self.server.failures.pop(0), {"error": {"message": "not now"}})
        if self.path != "/v1/embeddings" or wanted["model"] != "letters":
            return self.answer(404, {"error": {"message": f"no model {wanted['model']}"}})
        self.server.requests.append(wanted)
        self.server.keys.append(self.headers["Authorization"])
        size = wanted.get("dimensions", 26)
        rows = [
            {"object": "embedding", "index": index, "embedding": letters(text, size)}
            for index, text in enumerate(wanted["input"])
        ]
        rows = rows[: len(rows) - self.server.drop_last]
        return self.answer(200, {"object": "list", "model": "letters", "data": rows[::-1], "usage": {}})

    def answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("retry-after-ms", "1")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_vectors_come_back_in_order_and_at_unit_length(endpoint: Endpoint) -> None:
    encoder = OpenAI(model="letters", base_url=endpoint.url, batch_size=2)
    texts = ["abba", "cab", "zoo", "a", "bee"]
    vectors = encoder.encode(texts)
    expected = np.array([letters(text, 26) for text in texts])
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True))
    assert sorted(len(request["input"]) for request in endpoint.requests) == [1, 2, 2]
    assert encoder.dimensions == 26


def test_blank_texts_are_never_sent(endpoint: Endpoint) -> None:
    encoder = OpenAI(model="letters", base_url=endpoint.url, size=8)
    vectors = encoder.encode(["", "bed", " \n"])
    assert [request["input"] for request in endpoint.requests] == [["bed"]]
    assert endpoint.requests[0]["dimensions"] == 8
    assert np.linalg.norm(vectors, axis=1).tolist() == pytest.approx([0, 1, 0])
    assert encoder.encode([]).shape == (0, 8)
    assert encoder.encode([""]).shape == (1, 8)


def test_requests_hold_no_more_tokens_than_allowed_and_long_texts_are_cut(endpoint: Endpoint) -> None:
    encoder = OpenAI(model="letters", base_url=endpoint.url, batch_tokens=8, window=5)
    encoder.encode(["bed bed bed", "bed bed bed", "bed " * 9, "bed"])
    sent = sorted(request["input"] for request in endpoint.requests)
    assert sent == [["bed bed bed", "bed bed bed"], ["bed bed bed bed bed", "bed"]]


def test_prefixes_go_in_front(endpoint: Endpoint) -> None:
    encoder = OpenAI(model="letters", base_url=endpoint.url, query_prefix="query: ", passage_prefix="passage: ")
    encoder.encode(["bed"], query=True)
    encoder.encode(["bed"])
    assert [request["input"] for request in endpoint.requests] == [["query: bed"], ["passage: bed"]]
    assert OpenAI(model="intfloat/e5-base-v2").prefixes == ("query: ", "passage: ")


def test_the_key_and_the_address_come_from_the_environment(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", endpoint.url)
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    OpenAI(model="letters").encode(["bed"])
    OpenAI(model="letters", api_key=SecretStr("from-the-field")).encode(["bed"])
    assert endpoint.keys == ["Bearer from-the-environment", "Bearer from-the-field"]
    assert "from-the-field" not in repr(OpenAI(api_key=SecretStr("from-the-field")))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_endpoint_is_asked_again(endpoint: Endpoint, status: int) -> None:
    endpoint.failures = [status, status]
    assert OpenAI(model="letters", base_url=endpoint.url).encode(["bed"]).shape == (1, 26)


def test_what_went_wrong_is_said(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        OpenAI().encode(["bed"])
    with pytest.raises(ModelError, match=r"check `model` and `base_url`.*no model words"):
        OpenAI(model="words", base_url=endpoint.url).encode(["bed"])
    with pytest.raises(ModelError, match="cannot be reached"):
        OpenAI(model="letters", base_url="http://127.0.0.1:9/v1", retries=0).encode(["bed"])
    endpoint.failures = [401]
    with pytest.raises(ModelError, match="refused the key"):
        OpenAI(model="letters", base_url=endpoint.url).encode(["bed"])
    endpoint.failures = [500]
    with pytest.raises(ModelError, match=r"failed: .*not now"):
        OpenAI(model="letters", base_url=endpoint.url, retries=0).encode(["bed"])
    endpoint.drop_last = True
    with pytest.raises(ModelError, match="gave 1 vectors for 2 texts"):
        OpenAI(model="letters", base_url=endpoint.url).encode(["bed", "bee"])

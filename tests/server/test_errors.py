"""Every failure in OpenAI's shape, whatever is sent."""

import socket
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.server.conftest import QUICK, Served, chatting, served

ASKED: list[Any] = [{"role": "user", "content": "Who approves travel abroad?"}]


HALF = b'{"messages": [{"role": "user", "content": "\\ud800"}]}'


def shaped(got: httpx.Response) -> dict[str, Any]:
    error: dict[str, Any] = got.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": "x" * 100_001}]}, None),
        ({"messages": ASKED, "n": 2}, "n"),
        ({"messages": ASKED, "rag": {"filter": {"year": {"like": 1}}}}, None),
        ({"messages": ASKED, "rag": {"filters": {"year": 2024}}}, "rag"),
    ],
)
def test_what_is_wrong_with_a_body(handbook: Path, body: dict[str, Any], param: str | None) -> None:
    with served({"quick": QUICK}, handbook / "index") as running, running.http() as http:
        got = http.post("/v1/chat/completions", json=body)
    assert got.status_code == 400, got.text
    error = shaped(got)
    assert error["type"] == "invalid_request_error"
    assert param is None or str(error["param"]).startswith(param)
    if param == "rag":
        told = "rag: there is no 'filters', only passages, trace, seen, filter; did you mean 'filter'?"
        assert error["message"] == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "input: should be a valid string or should have at least 1 item, not 0"),
        (5, "input: should be a valid string or should be a valid list"),
    ],
)
def test_what_is_wrong_is_said_without_names_of_types(server: Served, given: object, told: str) -> None:
    with server.http() as http:
        error = shaped(http.post("/v1/embeddings", json={"input": given}))
    assert (error["message"], error["param"]) == (told, "input")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 50_000, b'{"messages": [{"role": "\\ud800"}]}', HALF],
)
def test_bodies_that_are_no_request(server: Served, body: bytes) -> None:
    with server.http() as http:
        got = http.post("/v1/chat/completions", content=body, headers={"Content-Type": "application/json"})
    assert got.status_code == 400
    shaped(got)


@pytest.mark.parametrize(("headers", "sent"), [({"content-type": "text/plain"}, "text/plain"), ({}, "nothing")])
def test_a_body_that_is_not_said_to_be_json(server: Served, headers: dict[str, str], sent: str) -> None:
    with server.http() as http:
        got = http.post("/v1/chat/completions", content=b'{"messages": []}', headers=headers)
    assert got.status_code == 400
    assert shaped(got)["message"] == f"the body was sent as {sent}: say Content-Type: application/json"


def test_the_official_client_raises_the_right_error(server: Served) -> None:
    client = server.client()
    with pytest.raises(openai.NotFoundError, match="did you mean 'quick'") as failed:
        client.chat.completions.create(model="qick", messages=ASKED)
    assert failed.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="quick", messages=[])
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("none")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v2/nothing", 404), ("DELETE", "/v1/models", 405), ("POST", "/health", 405), ("GET", "/docs", 404)],
)
def test_paths_and_methods_that_are_not_there(server: Served, method: str, path: str, status: int) -> None:
    with server.http() as http:
        got = http.request(method, path)
    assert got.status_code == status
    shaped(got)


def test_a_body_that_is_too_large(server: Served) -> None:
    with server.http() as http:
        declared = http.post("/v1/chat/completions", content=b" " * 200_000)
        pieces = http.post("/v1/chat/completions", content=(b" " * 10_000 for _ in range(20)))
    assert (declared.status_code, pieces.status_code) == (413, 413)
    assert shaped(declared)["code"] == "too_large"


def test_a_body_that_never_comes(handbook: Path) -> None:
    with served({"quick": QUICK}, handbook / "index", body_timeout_s=0.3) as running:
        host, port = running.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as slow:
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            slow.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
            assert slow.recv(1000).startswith(b"HTTP/1.1 408")


def test_without_an_index_it_says_what_to_do(empty: Served) -> None:
    with empty.http() as http:
        got = http.post("/v1/chat/completions", json={"messages": ASKED})
        assert http.get("/ready").status_code == 200
    assert got.status_code == 503
    assert shaped(got)["code"] == "index_missing"


def test_the_deadline(handbook: Path, endpoint: Any) -> None:
    endpoint.will(endpoint.hang(4))
    with served({"talk": chatting(endpoint.url)}, handbook / "index", timeout_s=0.4) as running, running.http() as http:
        started = time.monotonic()
        got = http.post("/v1/chat/completions", json={"messages": ASKED})
        assert time.monotonic() - started < 3.5
    assert got.status_code == 504
    assert shaped(got)["code"] == "deadline_exceeded"


def test_a_full_queue_says_when_to_come_back(handbook: Path, endpoint: Any) -> None:
    endpoint.will(endpoint.hang(1.5))
    bounds = {"concurrency": 1, "queue": 1, "timeout_s": 10.0}
    with served({"talk": chatting(endpoint.url)}, handbook / "index", **bounds) as running:
        statuses: list[int] = []

        def ask() -> None:
            statuses.append(
                httpx.post(f"{running.url}/v1/chat/completions", json={"messages": ASKED}, timeout=30).status_code
            )

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        value = running.state.metrics.registry.get_sample_value
        running.wait_for(lambda: (value("rag_running"), value("rag_waiting")) == (1, 1))
        got = httpx.post(f"{running.url}/v1/chat/completions", json={"messages": ASKED})
        for thread in threads:
            thread.join()
    assert got.status_code == 429
    assert int(got.headers["retry-after"]) >= 1
    assert shaped(got)["type"] == "rate_limit_error"


def test_every_response_has_an_id_and_safe_headers(server: Served) -> None:
    with server.http() as http:
        got = http.get("/health", headers={"X-Request-Id": "abc-1"})
        other = http.get("/health", headers={"X-Request-Id": "<script>"})
    assert got.headers["x-request-id"] == "abc-1"
    assert other.headers["x-request-id"] != "<script>"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in got.headers["content-security-policy"]


def test_head_answers_like_get_without_a_body(server: Served) -> None:
    described = httpx.get(f"{server.url}/openapi.json").json()["paths"]
    paths = [path for path, methods in described.items() if "get" in methods]
    assert len(paths) >= 8
    with server.http() as http:
        for path in ["/", "/openapi.json", "/page/style.css", *paths]:
            asked = path.replace("{model}", "quick").replace("{file_id}", "file-none")
            get, head = http.get(asked), http.head(asked)
            assert (head.status_code, head.content) == (get.status_code, b""), path
            if "/metrics" not in path:  # its figures grow
                assert head.headers["content-length"] == get.headers["content-length"], path
    assert all("head" not in methods for methods in described.values())

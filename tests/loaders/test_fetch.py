from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from langchain_core.documents import Document

from rag.errors import LoadError
from rag.loaders.discover import Found, discover
from rag.loaders.limits import Limits
from rag.loaders.load import load

PAGES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/rules": (
        200,
        {"content-type": "text/html; charset=windows-1251"},
        "<title>Часы</title><p>Привет".encode("cp1251"),
    ),
    "/rules.md": (200, {"content-type": "text/plain"}, b"# Hours\n\nFrom eight."),
    "/data": (200, {"content-type": "application/json"}, b'{"sensor": "A7"}'),
    "/small": (200, {"content-type": "text/plain", "content-encoding": "gzip"}, gzip.compress(b"x" * 3_000_000)),
    "/gone": (404, {}, b"no"),
    "/moved": (302, {"location": "/rules.md"}, b""),
    "/loop": (302, {"location": "/loop"}, b""),
    "/file": (302, {"location": "file:///etc/passwd"}, b""),
    "/metadata": (302, {"location": "http://169.254.169.254/latest/"}, b""),
    "/other-port": (302, {"location": "http://127.0.0.1:9/"}, b""),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, headers, body = PAGES[self.path]
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def fetched(url: str, limits: Limits | None = None) -> Document:
    [found] = discover([url])
    assert isinstance(found, Found)
    [document] = load(found, limits)
    return document


def test_media_type_charset_and_name_decide(server: str) -> None:
    page = fetched(f"{server}/rules")
    assert (page.page_content, page.metadata["title"]) == ("Привет", "Часы")
    assert page.metadata["source"] == f"{server}/rules"
    assert fetched(f"{server}/rules.md").metadata["format"] == "markdown"
    assert fetched(f"{server}/data").page_content == "sensor: A7"


def test_redirects_on_the_typed_host(server: str) -> None:
    page = fetched(f"{server}/moved")
    assert page.metadata["source"] == f"{server}/moved"
    assert page.page_content.startswith("# Hours")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone", "the server answered 404 Not Found"),
        ("/loop", "more than 5 redirects"),
        ("/file", "only http and https are followed"),
        ("/metadata", "which is not a public address"),
        ("/other-port", "which is not a public address"),
    ],
)
def test_what_is_not_fetched(server: str, path: str, reason: str) -> None:
    with pytest.raises(LoadError, match=reason):
        fetched(server + path)


def test_size_is_counted_after_unpacking(server: str) -> None:
    with pytest.raises(LoadError, match=r"more than 1,000,000 bytes \(max_bytes\)"):
        fetched(f"{server}/small", Limits(max_bytes=1_000_000))


def test_nobody_there() -> None:
    with pytest.raises(LoadError, match=r"http://127.0.0.1:9/: cannot be fetched"):
        fetched("http://127.0.0.1:9/")

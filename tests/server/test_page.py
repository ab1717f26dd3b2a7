"""The page's files, where they are installed."""

from pathlib import Path

import pytest

from rag.server import app
from tests.server.conftest import QUICK, served


def test_the_page_is_served_under_a_strict_policy(
    handbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><script src=page/main.js></script>")
    (tmp_path / "main.js").write_text("1")
    monkeypatch.setattr(app, "PAGE", tmp_path)
    with served({"quick": QUICK}, handbook / "index") as running, running.http() as http:
        page, script = http.get("/"), http.get("/page/main.js")
        assert (page.status_code, script.status_code) == (200, 200)
        assert page.headers["content-type"].startswith("text/html")
        for got in (page, script):
            assert got.headers["content-security-policy"].startswith("default-src 'self'")
        assert http.get("/page/../app.py").status_code == 404
        assert http.get("/page/%2e%2e/app.py").status_code == 404

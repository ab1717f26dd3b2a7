"""The page's files: complete, small, and nothing in them that its content security policy would refuse."""

from __future__ import annotations

import gzip
import re
import tomllib
from pathlib import Path

import pytest

from rag import __file__ as package

PAGE = Path(package).parent / "server" / "page"
ROOT = Path(__file__).parents[2]
OURS = sorted(path for path in PAGE.glob("*.js") if path.name not in ("preact.js", "marked.js"))


def test_everything_the_page_asks_for_is_there() -> None:
    text = (PAGE / "index.html").read_text()
    asked = re.findall(r'(?:href|src)="([^"]+)"', text)
    assert {"page/app.js", "page/style.css", "page/theme.js"} <= set(asked)
    assert all((PAGE.parent / path).is_file() for path in asked)  # `page/` is served from this folder


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.name))
def test_modules_import_what_exists(path: Path) -> None:
    modules = re.findall(r'^import .*? from "([^"]+)";$', path.read_text(), re.MULTILINE)
    for module in modules:
        assert module.startswith("./")
        assert (PAGE / module).is_file()
    for names, module in re.findall(r'^import \{ ([^}]+) \} from "(\./[^"]+)";$', path.read_text(), re.MULTILINE):
        other = (PAGE / module).read_text()
        exported = re.findall(r"export (?:async )?(?:function\*? ?|const |class )(\w+)", other)
        exported += [
            name for group in re.findall(r"export\{([^}]+)\}", other) for name in re.findall(r"(\w+)(?:,|$)", group)
        ]
        assert set(names.split(", ")) <= set(exported)


def test_no_script_or_style_stands_inline() -> None:
    text = (PAGE / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=", text)
    assert re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL) == ["", ""]
    assert "default-src 'self'" in text


@pytest.mark.parametrize("path", [*OURS, PAGE / "style.css", PAGE / "index.html"], ids=lambda path: str(path.name))
def test_no_other_host_is_named(path: Path) -> None:
    assert not re.search(r"https?://\w|url\(|@import", path.read_text())


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.name))
def test_no_text_becomes_html(path: Path) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
    )


def test_the_first_load_is_small() -> None:
    sent = [path for path in PAGE.iterdir() if path.suffix in {".js", ".css", ".html", ".svg"}]
    assert sum(path.stat().st_size for path in sent) < 300_000
    assert sum(len(gzip.compress(path.read_bytes())) for path in sent) < 60_000


def test_libraries_come_with_their_licences() -> None:
    text = (PAGE / "LICENSES.txt").read_text()
    for name in ("Jason Miller", "MarkedJS", "Apache License"):
        assert name in text


def test_the_page_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "server/page/*" in settings["tool"]["setuptools"]["package-data"]["rag"]

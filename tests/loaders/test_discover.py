from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.loaders.discover import Found, discover
from rag.loaders.limits import Limits


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return_to = tmp_path / "docs"
    for name in ("b.md", "a.txt", "sub/c.pdf", ".hidden.md", ".git/x.md", "node_modules/y.js", "sub/__pycache__/z.py"):
        path = return_to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    yield return_to


def told(*paths: str | Path, limits: Limits | None = None) -> list[str]:
    """Sources, and reasons in front of a mark."""
    return [
        item.source if isinstance(item, Found) else f"! {item.source}: {item.reason}"
        for item in discover(paths, limits=limits)
    ]


def test_folders_in_order_without_what_is_hidden(folder: Path) -> None:
    assert told("docs") == ["docs/a.txt", "docs/b.md", "docs/sub/c.pdf"]


def test_what_a_source_is(folder: Path) -> None:
    [found, *_] = discover([folder])
    assert isinstance(found, Found)
    path = (folder / "a.txt").resolve()
    assert (found.uri, found.source, found.root) == (str(path), "docs/a.txt", str(folder.resolve()))
    assert (found.size, found.mtime_ns) == (4, path.stat().st_mtime_ns)
    [alone] = discover([folder / "a.txt"])
    assert isinstance(alone, Found)
    assert alone.root == alone.uri == found.uri


def test_outside_the_current_folder_sources_are_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "sub")
    assert told("..")[0] == str(folder / "a.txt")


def test_patterns_and_repetitions(folder: Path) -> None:
    assert told("docs/**/*.md", "docs", "docs/b.md") == ["docs/b.md", "docs/a.txt", "docs/sub/c.pdf"]
    assert told("docs/*.rst") == ["! docs/*.rst: no file matches this pattern"]


def test_hidden_things_are_read_when_named(folder: Path) -> None:
    assert told("docs/.git", "docs/.hidden.md") == ["docs/.git/x.md", "docs/.hidden.md"]


def test_urls_and_standard_input() -> None:
    url, stdin = discover(["https://lab.example/rules.html", "-"])
    assert isinstance(url, Found)
    assert isinstance(stdin, Found)
    assert url.is_url
    assert (url.uri, url.source, url.size) == ("https://lab.example/rules.html",) * 2 + (0,)
    assert (stdin.uri, stdin.source, stdin.is_url) == ("stdin:", "stdin", False)


def test_what_is_not_there(folder: Path) -> None:
    assert told("docs/a.tx") == ["! docs/a.tx: no such file or folder; did you mean 'a.txt'?"]
    assert told("nowhere/x") == ["! nowhere/x: no such file or folder"]


def test_links(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("elsewhere")
    (folder / "k1-again.md").symlink_to(folder / "b.md")
    (folder / "k2-broken.md").symlink_to(folder / "gone.md")
    (folder / "k3-self").symlink_to(folder / "k3-self")
    (folder / "k4-out.md").symlink_to(outside)
    (folder / "k5-from-hidden.md").symlink_to(folder / ".hidden.md")
    (folder / "sub" / "loop").symlink_to(folder)
    assert told("docs") == [
        "docs/a.txt",
        "docs/b.md",
        f"! docs/k2-broken.md: a broken link to {folder / 'gone.md'}",
        "! docs/k3-self: a symbolic link to itself",
        f"! docs/k4-out.md: a link that leads out of docs to {outside}: name that to index it",
        "docs/k5-from-hidden.md",
        "docs/sub/c.pdf",
        "! docs/sub/loop: a symbolic link loop: it leads back to docs",
    ]
    [linked] = discover([folder / "k4-out.md"])
    assert isinstance(linked, Found)
    assert (linked.uri, linked.source) == (str(outside), "docs/k4-out.md")
    assert told("docs/k3-self") == ["! docs/k3-self: a symbolic link to itself"]


def test_a_link_that_cannot_be_followed_is_told_and_the_rest_found(folder: Path) -> None:
    (folder / "a-long.md").symlink_to("x" * 300)
    assert told("docs")[:2] == ["! docs/a-long.md: file name too long", "docs/a.txt"]


def test_an_index_among_the_files_is_none_of_them(folder: Path) -> None:
    before = told("docs")
    for name in ("index.sqlite", "lock", "writer.json", "segments/000001/a.json"):
        path = folder / "sub" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    assert told("docs") == before
    (folder / "sub" / "index.sqlite").unlink()
    assert told("docs")[-2:] == ["docs/sub/segments/000001/a.json", "docs/sub/writer.json"]


def test_a_folder_named_through_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "shortcut").symlink_to(folder)
    [found, *_] = discover(["shortcut"])
    assert isinstance(found, Found)
    assert (found.source, found.uri) == ("shortcut/a.txt", str(folder / "a.txt"))


def test_kinds_of_files_in_a_folder(folder: Path) -> None:
    for name, data in {
        "f1.png": b"\x89PNG",
        "f2.doc": b"\xd0\xcf\x11\xe0",
        "f3.unknown": b"\0\1\2\3" * 99,
        "f4.unknown": b"plain words",
        "Makefile": b"all:",
        "~$lock.docx": b"x",
    }.items():
        (folder / "sub" / name).write_bytes(data)
    assert told("docs/sub") == [
        "docs/sub/Makefile",
        "docs/sub/c.pdf",
        "! docs/sub/f2.doc: no reader for .doc: save it as .docx or .pdf",
        "docs/sub/f4.unknown",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_block(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe")
    reasons = [line for line in told("docs", "docs/pipe") if line.startswith("!")]
    assert reasons == [f"! docs/{name}: not a regular file (pipe it in with `-`)" for name in ("pipe.txt", "pipe")]


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode here")
def test_a_name_that_is_no_unicode(folder: Path) -> None:
    path = os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")
    Path(path).write_text("x")
    [error] = [item for item in discover([folder]) if isinstance(item, LoadError)]
    assert (error.source, error.reason) == ("docs/caf\\udce9.txt", "its name is not valid Unicode: rename it")


def test_size_is_checked_before_reading(folder: Path) -> None:
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(200 << 20)
    told_ = told("docs/huge.txt")
    assert told_ == ["! docs/huge.txt: 209,715,200 bytes, more than 134,217,728 (max_bytes)"]

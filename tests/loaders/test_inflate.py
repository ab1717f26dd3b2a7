from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from rag.loaders.inflate import Archive
from rag.loaders.limits import Limits
from rag.loaders.part import Part, Unreadable

Reason = Callable[..., str]


def test_bombs_are_refused_by_size_ratio_and_number(reason: Reason, made: dict[str, Any]) -> None:
    bomb = made["zipped"]({"word/document.xml": b"\0" * (9 << 20)})
    assert "more than 200 times its size (max_ratio)" in reason(bomb, "a.docx")
    assert "more than 1 MiB (max_expanded_bytes)" in reason(bomb, "a.docx", max_expanded_bytes=1 << 20)
    many = made["zipped"]({f"{number}.xml": "" for number in range(60)})
    assert "60 files inside, more than 50 (max_members)" in reason(many, "a.docx", max_members=50)
    assert "max_ratio" in reason(gzip.compress(b"\0" * (9 << 20)), "a.txt.gz")


def test_a_directory_that_lies_about_sizes(made: dict[str, Any]) -> None:
    data = made["zipped"]({"a": b"\0" * (1 << 20)})
    lying = data.replace((1 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    with pytest.raises(Unreadable, match="cannot be unpacked"):
        Archive(lying, Limits()).read("a")


def test_gz_of_anything(one: Callable[..., Part], samples: dict[str, bytes]) -> None:
    part = one(gzip.compress(samples["rules.md"]), "rules.md.gz")
    assert part.metadata["format"] == "markdown"
    assert part.metadata["title"] == "Rules"
    assert one(gzip.compress(b"one ") + gzip.compress(b"two") + bytes(8), "a.txt.gz").text == "one two"


def test_broken_gz(reason: Reason) -> None:
    whole = gzip.compress(bytes(range(256)) * 10)
    assert reason(whole[:-20], "a.txt.gz") == "truncated gzip: it ends before its data do"
    assert "damaged gzip" in reason(whole[:-8] + b"\xff" * 8, "a.txt.gz")
    assert "not gzip" in reason(b"plain", "a.txt.gz")
    assert "unpack it" in reason(gzip.compress(b"x"), "a.tar.gz")


def test_gz_in_gz_in_gz(reason: Reason) -> None:
    data = b"deep"
    for _ in range(6):
        data = gzip.compress(data)
    assert reason(data, "a.txt" + ".gz" * 6) == "nested in more than 4 containers (max_nesting)"

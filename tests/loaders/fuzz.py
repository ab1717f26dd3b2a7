"""Damages files and checks what a loader makes of them. Run by path (`runpy`), for tests have no packages."""

from __future__ import annotations

import io
import json
import random
import re
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from rag.errors import LoadError
from rag.loaders.discover import Found, found_at
from rag.loaders.limits import Limits
from rag.loaders.load import load

__all__ = ["fuzz", "mutate"]

TOKENS = (
    b"\x00", b"\xff\xfe", b"\xff" * 8, b"\n" * 50, b"<" * 200, b"{" * 500, b"[" * 5000, b"99999999999999999999",
    b"-1", b"<!DOCTYPE a [<!ENTITY a 'b'>]>", b"<w:p>", b"</w:tbl>", b"%%EOF", b"endobj", b"<< /Length 4294967295 >>",
    b"\\u-1?", b"=?utf-8?b?/w==?=", b"\xed\xa0\x80", b"\r", b";" * 300, b"XFD1048576", b"&amp;", b"'''",
    b"Content-Type: multipart/mixed",
)  # fmt: skip


def mutate(data: bytes, random_: random.Random, others: list[bytes]) -> bytes:
    """One to four kinds of damage; inside a ZIP container half of the time, where checksums would hide it."""
    if data.startswith(b"PK") and random_.random() < 0.5:
        return _inside(data, random_, others)
    for _ in range(random_.randint(1, 4)):
        data = _damage(bytearray(data), random_, others)
    return data


def _inside(data: bytes, random_: random.Random, others: list[bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        chosen = set(random_.sample(names, min(len(names), random_.randint(1, 3))))
        for name in names:
            member = source.read(name)
            for _ in range(random_.randint(1, 4) if name in chosen else 0):
                member = _damage(bytearray(member), random_, others)
            target.writestr(name, member)
    return out.getvalue()


def _damage(data: bytearray, random_: random.Random, others: list[bytes]) -> bytes:
    at = random_.randrange(len(data) + 1)
    length = random_.choice((1, 4, 16, 256, 4096))
    kind = random_.choice(("flip", "flip", "cut", "drop", "repeat", "splice", "token", "noise"))
    if kind == "flip" and data:
        for _ in range(random_.choice((1, 3, 30))):
            data[random_.randrange(len(data))] ^= 1 << random_.randrange(8)
    elif kind == "cut":
        del data[at:]
    elif kind == "drop":
        del data[at : at + length]
    elif kind == "repeat":
        data[at:at] = data[at : at + length] * random_.choice((1, 10, 100))
    elif kind == "splice":
        other = random_.choice(others)
        start = random_.randrange(len(other))
        data[at : at + length] = other[start : start + length]
    elif kind == "token":
        data[at:at] = random_.choice(TOKENS)
    else:
        data[at : at + length] = random_.randbytes(length)
    return bytes(data)


def fuzz(seeds: dict[str, bytes], folder: Path, count: int, limits: Limits, seed: int = 0) -> Counter[str]:
    """Load `count` damaged files and count outcomes by kind; asserts that each is documents or a `LoadError`."""
    random_ = random.Random(seed)
    names, others = list(seeds), list(seeds.values())
    outcomes: Counter[str] = Counter()
    for number in range(count):
        name = names[number % len(names)]
        path = folder / name
        path.write_bytes(mutate(seeds[name], random_, others))
        began = time.monotonic()
        outcome = _outcome(path, limits)
        assert time.monotonic() - began < limits.timeout_s + 5, f"{name} #{number} hung"
        outcomes[outcome] += 1
        if outcome in {"crash", "timeout", "surprise"}:
            path.rename(folder / f"{outcome}-{number}-{name}")
    return outcomes


def _outcome(path: Path, limits: Limits) -> str:
    found = found_at(path)
    assert isinstance(found, Found)
    try:
        documents = load(found, limits, report=lambda fault: None)
    except LoadError as error:
        assert error.source == found.source
        kinds = (("crashed", "crash"), ("took longer", "timeout"), ("damaged or unusual", "surprise"))
        return next((kind for mark, kind in kinds if mark in error.reason), "refused")
    for document in documents:
        _check(document.page_content, document.metadata)
    return "read" if documents else "empty"


def _check(text: str, metadata: dict[str, Any]) -> None:
    assert text.strip()
    assert not re.search("[\r\0\ud800-\udfff]", text)
    json.dumps(metadata).encode()
    for start, level, title in metadata.get("headings", ()):
        assert 0 <= start <= len(text), (start, title)
        assert 1 <= level <= 100
    pages = metadata.get("pages", [])
    assert all(0 <= start <= end <= len(text) for start, end in pages)
    assert sorted(pages) == pages

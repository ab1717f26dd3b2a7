"""`extends`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag import config
from rag.config import presets as shipped
from rag.config.merge import merge
from rag.config.node import from_plain

BASE = """
encoder: {use: letters, half: true}
llm: parrot
index: {path: base, segment: lines}
pipeline: [{retrieve: words}, {generate: chat}]
"""


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        ({"a": 1, "b": {"c": 2}}, {"b": {"d": 3}}, {"a": 1, "b": {"c": 2, "d": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"use": "words", "top_k": 5}}, {"a": {"use": "vectors"}}, {"a": {"use": "vectors"}}),
        ({"a": {"use": "words", "top_k": 5}}, {"a": {"use": "words", "x": 1}}, {"a": {"use": "words", "top_k": 5, "x": 1}}),  # noqa: E501
        ({"a": {"use": "words", "top_k": 5}}, {"a": {"top_k": 9}}, {"a": {"use": "words", "top_k": 9}}),
        ({"a": "words"}, {"a": {"top_k": 9}}, {"a": {"use": "words", "top_k": 9}}),
        ({"a": {"use": "words"}}, {"a": "vectors"}, {"a": "vectors"}),
        ({"a": {"use": "words"}}, {"a": None}, {"a": None}),
    ],
)  # fmt: skip
def test_merge(below: Any, above: Any, merged: Any) -> None:
    assert merge(from_plain(below), from_plain(above)).plain() == merged


def test_files_lie_over_each_other_and_keep_their_origins(write: Callable[..., Path]) -> None:
    write(BASE, "base.yaml")
    write("extends: base.yaml\nindex: {path: middle}\nencoder: {half: false}\n", "middle.yaml")
    loaded = config.load(write("extends: middle.yaml\nindex:\n  segment: {max_tokens: 50}\n"))
    rows = {row.path: (row.value, Path(row.origin).name) for row in loaded.show()}
    assert rows["index.path"] == ("middle", "middle.yaml:2")
    assert rows["index.segment.use"] == ("lines", "base.yaml:4")
    assert rows["index.segment.max_tokens"] == (50, "rag.yaml:3")
    assert rows["encoder.half"] == (False, "middle.yaml:3")
    assert rows["pipeline.0.retrieve.top_k"] == (20, "default")


def test_a_problem_stands_in_the_file_that_has_it(write: Callable[..., Path]) -> None:
    base = write("pipeline: [{retrieve: wrods}]\n", "base.yaml")
    (found,) = config.check(write("extends: base.yaml\n"))
    assert str(found).startswith(f"{base}:1:23: pipeline.0.retrieve: no retriever is called 'wrods'")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("extends: defualt\n", f"there is no file and no preset 'defualt'; presets: {', '.join(shipped())}", "did you mean 'default'?"),  # noqa: E501
        ("extends: rag.yaml\n", "files extend each other in a ring: rag.yaml -> rag.yaml", ""),
        ("extends: [a]\n", "should be a file or a preset's name, not a list", ""),
        ("extends: list.yaml\n", "list.yaml holds no mapping", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_extended(write: Callable[..., Path], text: str, message: str, hint: str) -> None:
    write("[1, 2]\n", "list.yaml")
    (found,) = config.check(write(text))
    assert (found.path, found.line, found.column, found.hint) == ("extends", 1, 10, hint)
    assert found.message.endswith(message)


def test_a_ring_of_three(write: Callable[..., Path]) -> None:
    write("extends: b.yaml\n", "a.yaml")
    write("extends: rag.yaml\n", "b.yaml")
    (found,) = config.check(write("extends: a.yaml\n"))
    assert found.message == "files extend each other in a ring: rag.yaml -> a.yaml -> b.yaml -> rag.yaml"
    assert Path(found.file or "").name == "b.yaml"


def test_presets_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.find("default") == shipped()["default"]
    (tmp_path / "default").write_text("version: 1\n")
    assert config.find("default") == Path("default")
    for name, hint in (("defautl", "did you mean 'default'?"), (".", "")):
        (found,) = config.check(name)
        assert found.hint == hint
        assert found.file == name

"""What the page strikes through in a passage that was shortened inside: the words that went, where they stood."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document

from rag import __file__ as package
from rag.passages.condensed import condensed, rewritten
from rag.schema import Answer
from rag.server.citing import extension
from rag.server.schemas import Extension

STRUCK = Path(package).parent / "server" / "page" / "struck.js"
WHOLE = "Of the 🙂 hotels the committee pays the limit, and the staff pays the rest."
START = 7


def told(passage: Document) -> dict[str, Any]:
    """What the server gives the page."""
    found = extension(Answer("Yes.", passages=(Document("Whole."), passage)), Extension(passages=True, trace=True))
    assert found is not None
    return found


def passage_of(text: str = WHOLE) -> Document:
    return Document(text, id="p", metadata={"source": "a.md", "start": START, "end": START + len(text)})


def parts(pieces: list[list[int]]) -> list[list[Any]] | None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    program = (
        f"import {{ struck }} from {json.dumps(STRUCK.as_uri())};"
        f"console.log(JSON.stringify(struck({json.dumps(WHOLE)}, {START}, {json.dumps(pieces)})))"
    )
    done = subprocess.run([node, "--input-type=module", "-e", program], capture_output=True, text=True, check=True)
    found: list[list[Any]] | None = json.loads(done.stdout)
    return found


def kept_but(*words: tuple[str, int]) -> Document:
    """The passage without some words, each with how often it stands before the one that goes."""
    gone = []
    for word, before in words:
        at = -1
        for _ in range(before + 1):
            at = WHOLE.index(word, at + 1)
        gone.append((at, at + len(word)))
    edges = [0, *(edge for span in sorted(gone) for edge in span), len(WHOLE)]
    return condensed(passage_of(), list(zip(edges[::2], edges[1::2], strict=True)))


def test_of_a_repeated_word_the_one_that_went_is_struck() -> None:
    ((number, pieces),) = told(kept_but(("the ", 0), ("the ", 2), ("pays ", 1)))["shortened"]
    assert number == 2
    assert parts(pieces) == [
        ["Of ", True],
        ["the ", False],
        ["🙂 hotels the committee pays ", True],
        ["the ", False],
        ["limit, and the staff ", True],
        ["pays ", False],
        ["the rest.", True],
    ]


def test_white_space_that_nobody_misses_is_not_struck() -> None:
    short = condensed(passage_of(), [(0, 6), (8, len(WHOLE))])
    ((_, pieces),) = told(short)["shortened"]
    assert parts(pieces) == [["Of the ", True], ["🙂", False], [WHOLE[8:], True]]


def test_words_written_anew_strike_nothing() -> None:
    ((_, pieces),) = told(rewritten(passage_of(), [("It pays.", 0, len(WHOLE))]))["shortened"]
    assert parts(pieces) is None


def test_where_nothing_was_shortened_nothing_is_told() -> None:
    assert "shortened" not in told(passage_of())
    assert parts([[len(WHOLE), START]]) == [[WHOLE, True]]

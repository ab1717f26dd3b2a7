"""What is printed and how: few colours, aligned, plain when nobody watches."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

__all__ = ["TEXT_WIDTH", "err", "hang", "note", "out", "print_json", "rich_text", "wrapped"]

TEXT_WIDTH = 100
"""Running text is not set wider, however wide the terminal is."""


def out() -> Console:
    """The result, and nothing else."""
    return _console(sys.stdout)


def err() -> Console:
    """Everything else: progress, notes, failures."""
    return _console(sys.stderr)


def _console(file: Any) -> Console:
    # A name in a file system may hold bytes that are no text; printing it must not fail.
    if hasattr(file, "reconfigure"):
        file.reconfigure(errors="backslashreplace")
    return Console(file=file, highlight=False, markup=False, emoji=False)


def rich_text(*parts: str | tuple[str, str]) -> Text:
    """Text of plain parts and (part, style) pairs."""
    return Text.assemble(*parts)


def note(message: str) -> None:
    """A quiet line beside the result."""
    err().print(Text(message, style="dim"), soft_wrap=True)


def print_json(value: Any) -> None:
    """JSON on stdout; arrays' scalars as numbers."""

    def plain(other: Any) -> Any:
        return other.item() if hasattr(other, "item") else str(other)

    out().print(json.dumps(value, ensure_ascii=False, indent=2, default=plain), soft_wrap=True)


def hang(console: Console, text: Text, indent: int) -> None:
    """A paragraph whose first `indent` characters stand out to its left; one line where nobody watches."""
    if not console.is_terminal:
        console.print(text, soft_wrap=True)
        return
    width = min(console.width, TEXT_WIDTH) - indent
    head, tail = text[:indent], text[indent:]
    for number, line in enumerate(wrapped(console, tail, width)):
        console.print((Text(" " * indent) if number else head).append_text(line), soft_wrap=True)


def wrapped(console: Console, text: Text, width: int) -> list[Text]:
    """Lines of at most `width` columns, without space at their ends."""
    lines = list(text.wrap(console, max(width, 1)))
    for line in lines:
        line.rstrip()
    return lines or [Text()]

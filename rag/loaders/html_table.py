"""Merged cells of an HTML table: a cell that spans rows says the same in each of them."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

__all__ = ["Grid"]

MOST = 1_000
"""Rows or columns a cell may span; browsers stop there too (HTML, 4.9.11)."""


class Grid:
    """Where the next cell of a table stands, and what cells above carry down."""

    def __init__(self) -> None:
        self.column = 0
        self._carried: dict[int, tuple[int, int, str]] = {}
        """By column: rows left, columns wide, text."""

    def start_row(self) -> None:
        """The next cell is the first of its row."""
        self.column = 0

    def above(self) -> Iterator[str]:
        """Texts that reach down to where the next cell would stand; it moves behind them."""
        while self.column in self._carried:
            rows, columns, text = self._carried.pop(self.column)
            if rows > 1:
                self._carried[self.column] = (rows - 1, columns, text)
            self.column += columns
            yield text

    def place(self, node: LexborNode, text: str) -> None:
        """A cell has been read."""
        rows, columns = (_span(node, name) for name in ("rowspan", "colspan"))
        if rows > 1:
            self._carried[self.column] = (rows - 1, columns, text)
        self.column += columns


def _span(node: LexborNode, name: str) -> int:
    value = node.attributes.get(name) or ""
    return min(max(1, int(value)), MOST) if value.isascii() and value.isdecimal() and len(value) < 5 else 1

"""Aligned columns that fit the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from rag.cli.terminal import out, wrapped

__all__ = ["Cell", "Columns"]

NARROWEST = 16
"""Characters that a column keeps when it gives way."""

Cell = str | Text


@dataclass(frozen=True)
class Columns:
    """How rows are set. On a terminal one column gives way so that they fit; elsewhere a row is one line."""

    head: Sequence[str] = ()
    """Titles."""
    styles: Sequence[str] = ()
    """A style a column, for cells that are plain strings."""
    right: Iterable[int] = ()
    """Columns that align to the right."""
    flexible: int = -1
    """The column that gives way."""
    crop: bool = False
    """Whether it loses its beginning, instead of going over several lines."""
    indent: int = 0
    """Spaces before every row."""

    def print(self, rows: Iterable[Sequence[Cell]]) -> None:
        """The rows, on stdout."""
        table = [[Text(title, style="dim") for title in self.head]] if self.head else []
        table += [[self._text(cell, column) for column, cell in enumerate(row)] for row in rows]
        if not table:
            return
        console = out()
        widths = [max(cell.cell_len for cell in column) for column in zip(*table, strict=True)]
        if console.is_terminal:
            room = console.width - self.indent - sum(widths) - 2 * (len(widths) - 1) + widths[self.flexible]
            widths[self.flexible] = min(widths[self.flexible], max(room, NARROWEST))
        for row in table:
            for line in self._lines(row, widths):
                console.print(line, soft_wrap=True)

    def _text(self, cell: Cell, column: int) -> Text:
        style = self.styles[column] if column < len(self.styles) else ""
        return cell if isinstance(cell, Text) else Text(cell, style=style)

    def _lines(self, row: list[Text], widths: list[int]) -> Iterable[Text]:
        """A row, as many lines as its flexible cell needs."""
        at, width = self.flexible % len(row), widths[self.flexible]
        flexible = _end_of(row[at], width) if self.crop else row[at]
        for number, part in enumerate(wrapped(out(), flexible, width)):
            cells = [part if column == at else Text() if number else cell for column, cell in enumerate(row)]
            yield self._joined(cells, widths)

    def _joined(self, cells: list[Text], widths: list[int]) -> Text:
        line = Text(" " * self.indent)
        right = set(self.right)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            gap = " " * max(width - cell.cell_len, 0)
            line.append("  " if column else "").append(gap if column in right else "")
            line.append_text(cell).append("" if column in right else gap)
        line.rstrip()
        return line


def _end_of(text: Text, width: int) -> Text:
    if text.cell_len <= width:
        return text
    plain = text.plain
    while cell_len(plain) > width - 1:
        plain = plain[1:]
    return Text(f"…{plain}", style=text.style)

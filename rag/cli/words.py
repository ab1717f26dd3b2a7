"""Text that arrives in pieces, laid out in lines of whole words."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rag.cli.terminal import TEXT_WIDTH

__all__ = ["Words"]

_CITATION = re.compile(r"\[\d+(?:,\d+)*[\],]|\b\d+\]")


class Words:
    """Writes pieces of text to a console as they come: on a terminal wrapped between words, elsewhere unchanged."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = min(console.width, TEXT_WIDTH) if console.is_terminal else 0
        self._column = 0
        self._pending = self._space = ""
        self.text = ""
        """Everything written so far."""

    def write(self, piece: str) -> None:
        """The next piece."""
        self.text += piece
        if not self._width:
            self._console.out(piece, end="", highlight=False)
            return
        self._pending += piece
        *done, self._pending = re.split(r"(?<=\s)(?=\S)", self._pending)
        for word in done:
            self._put(word)

    def end(self) -> None:
        """No more pieces: the last word, and the end of the line."""
        self._put(self._pending)
        self._pending = self._space = ""
        if self.text and not self.text.endswith("\n"):
            self._console.print()
        self._column = 0

    def _put(self, word: str) -> None:
        """A word with the white space behind it, which is held back until the next word needs it."""
        bare = word.rstrip()
        if self._column and self._column + len(self._space) + cell_len(bare) > self._width:
            self._console.print()
            self._column, self._space = 0, ""
        styled = Text(self._space + bare)
        styled.highlight_regex(_CITATION, "cyan")
        self._console.print(styled, end="", soft_wrap=True)
        self._column += len(self._space) + cell_len(bare)
        self._space = word[len(bare) :]
        if "\n" in self._space:
            self._console.print("\n" * self._space.count("\n"), end="")
            self._column, self._space = 0, ""

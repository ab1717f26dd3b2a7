"""The lines of a PDF page: text, place and type size."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pypdfium2 import raw

__all__ = ["Line", "lines_of"]

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
HYPHEN = "\ufffe"
"""How PDFium writes a hyphen that breaks a word at the end of a line."""


class Line(NamedTuple):
    """One line of type. Places are in points (1/72 inch) from the page's lower left corner."""

    text: str
    left: float
    right: float
    base: float
    size: float
    """Type size of its first character, in points."""
    broken: bool = False
    """It ends within a word."""


def lines_of(page: Any) -> Iterator[Line]:
    """Every line that says something, in the order of the page's content.

    Args:
        page: a `pypdfium2.PdfTextPage`.
    """
    text = page.get_text_range()
    start = 0
    for piece in re.split(f"(\r\n|\r|\n|{HYPHEN})", text):
        shown = CONTROL.sub("", piece).strip()
        if piece == HYPHEN:
            pass
        elif shown:
            first = start + len(piece) - len(piece.lstrip())
            last = start + len(piece.rstrip()) - 1
            broken = text[start + len(piece) : start + len(piece) + 1] == HYPHEN
            yield _line(page.raw, shown, first, last, broken=broken)
        start += len(piece)


def _line(page: Any, text: str, first: int, last: int, *, broken: bool) -> Line:
    left, right, base, size = _box(page, first)
    if last > first:
        other_left, other_right, _, _ = _box(page, last)
        left, right = min(left, other_left), max(right, other_right)
    return Line(text, left, right, base, size, broken)


def _box(page: Any, at: int) -> tuple[float, float, float, float]:
    """Left, right, baseline and type size of the character at an index of the text."""
    index = max(0, raw.FPDFText_GetCharIndexFromTextIndex(page, at))
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(page, index, left, right, bottom, top)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(page, index, x, y)
    size = raw.FPDFText_GetFontSize(page, index)
    if size <= 1.5:  # the size is in the text matrix: the height of the character tells
        size = max(1.0, (top.value - bottom.value) * 1.4)
    return left.value, right.value, y.value, size

"""Lines of type to paragraphs, by what a typesetter does: leading, indents, and lines that end before they must."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.loaders.pdf_lines import Line

__all__ = ["Block", "blocks_of", "body_size", "without_running_heads"]

BULLET = re.compile(r"[•‣▪●○◦–—*-] |\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)] ")
DIGITS = re.compile(r"\d+")
CHARACTER = 0.5
"""Mean width of a character, as a part of the type size."""
SPARSE = 1.35
"""Width of a line to that of its characters above which it has gaps; typewriter faces reach 1.2."""
SHORTEST_PROSE = 30
"""Characters of a line in the narrowest columns."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list or the rows of a table: its lines joined where they are one sentence."""

    text: str
    size: float
    """Type size of its first line, in points."""


def body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The type size that most characters have, in points."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[round(line.size, 1)] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=1.0)


def without_running_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without what stands at the top or bottom of most of them, page numbers apart."""
    if len(pages) < 3:
        return pages
    places = Counter(key for page in pages for key in {_place(line) for line in (*page[:2], *page[-2:])})
    repeated = {key for key, count in places.items() if count >= max(3, len(pages) // 2)}
    bodies = [
        [line for at, line in enumerate(page) if 2 <= at < len(page) - 2 or _place(line) not in repeated]
        for page in pages
    ]
    return bodies if any(bodies) else pages


def _place(line: Line) -> tuple[str, int]:
    return DIGITS.sub("#", line.text), round(line.base / 8)


def blocks_of(lines: Sequence[Line]) -> Iterator[Block]:
    """The blocks of a page, in order."""
    leading = _leading(lines)
    run: list[Line] = []
    for line in lines:
        if run and not _continues(run[-1], line, leading):
            yield _block(run, lines)
            run = []
        run.append(line)
    if run:
        yield _block(run, lines)


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance of lines, as a multiple of the type size."""
    steps = [(above.base - below.base) / above.size for above, below in pairwise(lines)]
    return median([step for step in steps if 0.8 < step < 2.5] or [1.2])


def _continues(above: Line, below: Line, leading: float) -> bool:
    """Whether two lines stand in one block: same size, usual distance; or a sentence going on in the next column."""
    if abs(above.size - below.size) > 0.1 * above.size:
        return False
    step = (above.base - below.base) / above.size
    return -0.5 < step < max(leading * 1.3, 1.5) or (_is_next_column(above, below) and _is_open(above, below))


def _block(run: list[Line], page: Sequence[Line]) -> Block:
    pieces = [run[0].text]
    left, margin = _margins(run, run[0], page)
    for above, below in pairwise(run):
        if _is_next_column(above, below):
            separator = "" if above.broken else " " if _is_open(above, below) else "\n\n"
            left, margin = _margins(run, below, page)
        elif above.broken:
            separator = ""
        elif _ends_early(above, below, margin) or BULLET.match(below.text):
            indented = below.left - left > 0.8 * below.size and above.left - left < 0.8 * above.size
            separator = "\n\n" if indented else "\n"  # an indented line begins a paragraph
        else:
            separator = " "
        pieces.append(separator + below.text)
    return Block("".join(pieces), run[0].size)


def _margins(run: list[Line], first: Line, page: Sequence[Line]) -> tuple[float, float]:
    """Left edge and right margin of the column in which a block stands: where most lines that begin there end."""
    column = [line for line in run if abs(line.left - first.left) < 4 * first.size]
    left = min((line.left for line in column), default=first.left)
    rights = sorted(
        line.right
        for line in page
        if abs(line.left - left) < 2 * line.size and abs(line.size - first.size) < 0.1 * first.size
    )
    usual = rights[int(0.85 * len(rights))] if rights else first.right
    return left, max(usual, max((line.right for line in column), default=usual))


def _is_next_column(above: Line, below: Line) -> bool:
    return below.base > above.base + 0.5 * above.size


def _is_open(above: Line, below: Line) -> bool:
    """Whether a sentence goes on."""
    return above.broken or (below.text[0].islower() and (above.text[-1].isalpha() or above.text[-1] == ","))


def _ends_early(above: Line, below: Line, margin: float) -> bool:
    """Whether the next word would have fitted, or the line is no prose: too short, or with the gaps of a table."""
    word = below.text.split(None, 1)[0]
    fits = margin - above.right > (len(word) + 1) * CHARACTER * above.size
    short = len(above.text) < SHORTEST_PROSE and not below.text[0].islower()
    return fits or short or above.right - above.left > SPARSE * CHARACTER * above.size * len(above.text)

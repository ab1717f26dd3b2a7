"""The sentences of an answer with the markers that belong to each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.generators.markers import Markers
from rag.segmenters.sentences import sentences

__all__ = ["Mark", "Statement", "marks_in", "statements", "without"]

Mark = tuple[int, int]
"""Place in the text, and number, of a marker `[n]`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer."""

    start: int
    end: int
    """Characters of the answer's text, markers included."""
    text: str
    """Without markers."""
    marks: tuple[Mark, ...]


def marks_in(text: str, known: int) -> list[Mark]:
    """Place and number of every marker of a finished text; those in code and of numbers above `known` are none."""
    read = Markers(known)
    read.add(text)
    read.end()
    return read.marks if read.text == text else []


def statements(text: str, marks: Sequence[Mark]) -> list[Statement]:
    """Every sentence, in order.

    A marker belongs to the one it stands behind or, at the beginning of a line, in front of.
    """
    bare, origin, places = _bare(text, marks)
    whole = [(start, end) for start, end in sentences(bare) if bare[start:end].strip()] or [(0, len(bare))]
    spans = [part for span in whole for part in _parts(bare, span, places)]
    own: list[list[Mark]] = [[] for _ in spans]
    for mark, at in zip(marks, places, strict=True):
        own[_owner(spans, _beside(bare, at))].append(mark)
    found = []
    for (start, end), mine in zip(spans, own, strict=True):
        first = min([origin[start], *(place for place, _ in mine)])
        last = max([origin[end - 1] + 1 if end else 0, *(place + len(f"[{number}]") for place, number in mine)])
        said = re.sub(r"[ \t]+(?=[.,;:!?](?:\s|$)|[ \t])", "", bare[start:end]).strip()
        found.append(Statement(first, last, said, tuple(mine)))
    return found


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text without some of its parts; lines of which nothing but a bullet is left go as well.

    Args:
        text: the whole.
        spans: in order and apart.
    """
    kept, done = "", 0
    for start, end in spans:
        kept += text[done:start]
        done = end
        if not kept or kept[-1].isspace():
            done += len(text[end:]) - len(text[end:].lstrip(" \t"))
        if kept.endswith("\n") and text[done : done + 1] == "\n":
            done += 1
    lines = (line.rstrip() for line in (kept + text[done:]).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if not _BULLET.fullmatch(line))).strip()


_BULLET = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s*")


def _bare(text: str, marks: Sequence[Mark]) -> tuple[str, list[int], list[int]]:
    """The text without markers, where each of its characters and its end stood, and each marker's place in it."""
    bare, done = "", 0
    origin: list[int] = []
    places: list[int] = []
    for place, number in [*marks, (len(text), 0)]:
        bare += text[done:place]
        origin += range(done, place)
        places.append(len(bare))
        done = place + len(f"[{number}]")
    return bare, [*origin, len(text)], places[:-1]


def _parts(bare: str, span: tuple[int, int], places: Sequence[int]) -> list[tuple[int, int]]:
    """A sentence cut where a marker stands in place of a stop: a quoted row, and behind it a quoted sentence."""
    start, end = span
    inside = sorted({place for place in places if start <= _beside(bare, place) < end})
    cuts = [place for place in inside[:-1] if start < place and bare[place:end].lstrip()[:1].isupper()]
    bounds = [start, *cuts, end]
    return [(first + len(bare[first:last]) - len(bare[first:last].lstrip()), last) for first, last in pairwise(bounds)]


def _owner(spans: Sequence[tuple[int, int]], at: int) -> int:
    """The sentence that a character stands in, or else the last that begins before it."""
    begun = [place for place, (start, _) in enumerate(spans) if start <= at]
    return begun[-1] if begun else 0


def _beside(text: str, place: int) -> int:
    """The character that a marker belongs to: the last before it; where it begins a line, the first behind it."""
    before, behind = text[:place].rstrip(" \t"), text[place:]
    if behind.strip() and (not before or before.endswith("\n")):
        return len(text) - len(behind.lstrip())
    return len(before.rstrip()) - 1

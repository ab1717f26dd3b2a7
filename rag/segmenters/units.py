"""A text into the smallest pieces worth keeping whole, each with the level of the cut in front of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.segmenters.graphemes import cluster_start
from rag.segmenters.packing import Level, pack
from rag.segmenters.sentences import sentences
from rag.segmenters.tokens import Ruler

__all__ = ["Unit", "packed", "units"]

_CLAUSE = re.compile(r"[,;:)\]](?=\s)\s+|\s[–—-]+\s+|[，、；：،؛၊፣、··]\s*|[—…]\s*")
_WORD = re.compile(r"\s+|[\u200b/]")
_LINE = re.compile(r"\n\s*")
_SHARES = 8  # pieces that a passage's worth of words is offered in: finer would cost time and change little
_SLACK = 3  # tokens by which a text read alone may differ from the same text in its place


@dataclass(frozen=True, slots=True)
class Unit:
    """`text[start:end]`, without white space at its ends."""

    start: int
    end: int
    level: Level


def units(
    ruler: Ruler, start: int, end: int, limit: int, cut: Callable[[str], list[tuple[int, int]]] = sentences
) -> list[Unit]:
    """The sentences of a part of a text; those of more than `limit` tokens as lines, clauses, words or graphemes.

    Together they hold every character that is not white space. `cut` tells where the sentences of a text stand.
    """
    spans = cut(ruler.text[start:end])
    places = np.array(spans, np.int64).reshape(-1, 2) + start
    counts = np.diff(ruler.index(places), axis=1)[:, 0]
    text = ruler.text
    found: list[Unit] = []
    before = start
    for (first, last), count in zip(places.tolist(), counts.tolist(), strict=True):
        breaks = text.count("\n", before, first)
        level = Level.PARAGRAPH if breaks > 1 or before == start else Level.LINE if breaks else Level.SENTENCE
        if count <= limit:
            found.append(Unit(first, last, level))
        else:
            found.extend(_finer(ruler, Unit(first, last, level), limit, Level.LINE))
        before = last
    return found


def _finer(ruler: Ruler, unit: Unit, limit: int, level: Level) -> Iterator[Unit]:
    """A unit of too many tokens, cut at a level and, where that is not enough, at the next ones."""
    text = ruler.text
    bounds = [unit.start, *_places(ruler, unit.start, unit.end, limit, level), unit.end]
    for start, stop in pairwise(bounds):
        begin = stop - len(text[start:stop].lstrip())
        end = begin + len(text[begin:stop].rstrip())
        if begin == end:
            continue
        piece = Unit(begin, end, unit.level if start == unit.start else level)
        if level < Level.TOKEN and ruler.count(begin, end) > limit:
            yield from _finer(ruler, piece, limit, Level(level + 1))
        else:
            yield piece


def _places(ruler: Ruler, start: int, end: int, limit: int, level: Level) -> list[int]:
    """Where a span may be cut at a level, about `_SHARES` places to a passage."""
    if level is Level.TOKEN:
        low, high = np.searchsorted(ruler.starts, (start, end))
        step = max(1, limit // _SHARES)
        cut = {cluster_start(ruler.text, place) for place in ruler.starts[low:high:step].tolist()}
        return sorted(place for place in cut if start < place < end)
    if level in (Level.LINE, Level.SENTENCE):  # every line of a table or list; a sentence has no sentences inside
        return [match.end() for match in _LINE.finditer(ruler.text, start, end)] if level is Level.LINE else []
    pattern = _CLAUSE if level is Level.CLAUSE else _WORD
    places = np.array([match.end() for match in pattern.finditer(ruler.text, start, end)], np.int64)
    places = places[(places > start) & (places < end)]
    share = (ruler.index(places) - ruler.index(np.array([start]))) // max(1, limit // _SHARES)
    chosen: list[int] = places[np.diff(share, prepend=-1) > 0].tolist()
    return chosen


def packed(  # noqa: PLR0913, PLR0917  # what is packed, how large, at what cost
    ruler: Ruler,
    pieces: Sequence[Unit],
    costs: Sequence[float],
    limit: int,
    overlap: int = 0,
    empty: Sequence[float] | None = None,
) -> list[tuple[int, int]]:
    """Spans of passages of at most `limit` tokens, at most `overlap` of them repeated from the passage before.

    `costs` are those of a cut in front of each piece, `empty` those of a passage of so many tokens (`pack`).
    """
    if not pieces:
        return []
    starts = np.array([unit.start for unit in pieces], np.int64)
    room = limit - overlap
    sizes = np.clip(np.diff(ruler.index(np.append(starts, pieces[-1].end))), 1, room)
    cuts = pack(sizes.tolist(), costs, room, empty)
    ends = [pieces[cut - 1].end for cut in [*cuts[1:], len(pieces)]]
    spans = [
        part for cut, end in zip(cuts, ends, strict=True) for part in _fitting(ruler, pieces[cut].start, end, room)
    ]
    if not overlap:
        return spans
    begins = _repeated(ruler, starts, np.array([start for start, _ in spans], np.int64), overlap)
    return [
        (start if _too_long(ruler, begin, end, limit) else begin, end)
        for begin, (start, end) in zip(begins, spans, strict=True)
    ]


def _repeated(ruler: Ruler, starts: NDArray[np.int64], begins: NDArray[np.int64], overlap: int) -> list[int]:
    """Passage starts moved back by at most `overlap` tokens: to a unit's start, else a word's."""
    first = ruler.index(begins)
    before = np.append(-1, begins[:-1])
    reach = np.maximum(
        np.searchsorted(ruler.index(starts), first - overlap), np.searchsorted(starts, before, side="right")
    )
    moved = np.minimum(np.append(starts, begins[-1])[reach], begins)
    moved[0] = begins[0]
    for i in np.flatnonzero(moved == begins)[1:].tolist():
        low = max(int(ruler.starts[max(int(first[i]) - overlap, 0)]), int(before[i]) + 1)
        space = _WORD.search(ruler.text, low, int(begins[i]))
        moved[i] = space.end() if space else begins[i]
    return [int(place) for place in moved]


def _too_long(ruler: Ruler, start: int, end: int, limit: int) -> bool:
    """Whether a span has more than `limit` tokens when it is read alone.

    A tokenizer may read a word's rest as other tokens than it read in the word, and the beginning of a text as others
    than behind a space. So spans near the limit or cut inside a word are read again.
    """
    text = ruler.text
    whole = (start == 0 or text[start - 1].isspace()) and (end == len(text) or text[end].isspace())
    near = ruler.count(start, end) > limit - _SLACK
    return (near or not whole) and ruler.true_count(start, end) > limit


def _fitting(ruler: Ruler, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """The span, cut again in the middle where it is too long after all."""
    text = ruler.text
    if end - start < 2 or not _too_long(ruler, start, end, limit):
        yield start, end
        return
    middle = (start + end) // 2
    spaces = [match.end() for match in _WORD.finditer(text, start, end) if start < match.end() < end]
    cut = min(spaces, key=lambda place: abs(place - middle)) if spaces else cluster_start(text, middle)
    cut = cut if cut > start else middle
    yield from _fitting(ruler, start, start + len(text[start:cut].rstrip()), limit)
    yield from _fitting(ruler, cut, end, limit)

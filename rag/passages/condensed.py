"""Passages shortened inside: less text than their place in the source, and a map back to it.

A condensed passage keeps `start` and `end` of what it was made from, and in its metadata `whole`, that text, and
`places`: of every piece of `page_content`, from where to where it goes and which characters of `whole` it stands for.
`source_text[start:end] == whole` holds; a citation quotes `whole`, so that what is quoted is what the source says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from langchain_core.documents import Document

__all__ = ["condensed", "condensed_at", "cut", "is_condensed", "kept", "original", "pieces", "rewritten", "whole_of"]

WHOLE, PLACES = "whole", "places"

Place = tuple[int, int, int, int]
"""Start and end in `page_content`, start and end in `whole`."""


def is_condensed(passage: Document) -> bool:
    """Whether a passage has less text than its place in the source."""
    return PLACES in passage.metadata


def whole_of(passage: Document) -> str:
    """The text at the passage's place in the source."""
    return str(passage.metadata[WHOLE]) if is_condensed(passage) else passage.page_content


def kept(passage: Document) -> list[tuple[int, int]]:
    """The characters of `whole` that a passage still has, in order of its text; all where none were left out."""
    return (
        [(first, last) for _, _, first, last in _places(passage)]
        if is_condensed(passage)
        else [(0, len(whole_of(passage)))]
    )


def condensed(passage: Document, spans: Iterable[tuple[int, int]]) -> Document:
    """A passage of which only some characters stay.

    Args:
        passage: it may be condensed already.
        spans: of its `page_content`, in order and apart; white space at the end of the last goes.
    """
    text = passage.page_content
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    while joined and not text[slice(*joined[-1])].strip():
        joined.pop()
    if joined:
        start, end = joined[-1]
        joined[-1] = start, start + len(text[start:end].rstrip())
    if joined == [(0, len(text))] or (len(joined) == 1 and joined[0] == (0, len(text.rstrip()))):
        return passage
    return rewritten(passage, [(text[start:end], start, end) for start, end in joined])


def rewritten(passage: Document, pieces: Sequence[tuple[str, int, int]]) -> Document:
    """A passage with other text.

    Args:
        passage: it may be condensed already.
        pieces: of the new text, end to end, each with the characters of `page_content` that it stands for.
    """
    ends = list(accumulate(len(text) for text, _, _ in pieces))
    places = tuple(
        (end - len(text), end, *original(passage, first, last))
        for (text, first, last), end in zip(pieces, ends, strict=True)
    )
    metadata = {key: value for key, value in passage.metadata.items() if key != "tokens"}  # it would no longer hold
    metadata |= {WHOLE: whole_of(passage), PLACES: places}
    return Document("".join(text for text, _, _ in pieces), id=passage.id, metadata=metadata)


def original(passage: Document, start: int, end: int) -> tuple[int, int]:
    """The characters of `whole` that `page_content[start:end]` stands for, with all that went between them.

    Exact for characters that were kept; of words that were written anew it is what they stand for.
    """
    if not is_condensed(passage):
        return start, end
    touched = [place for place in _places(passage) if place[0] < end and start < place[1]]
    if not touched:
        return 0, len(whole_of(passage))
    firsts = [_within(passage, place, start, end) for place in touched]
    return min(first for first, _ in firsts), max(last for _, last in firsts)


def condensed_at(passage: Document, start: int, end: int) -> int | None:
    """Where `page_content` has the characters `whole[start:end]`; None where they did not stay as they were."""
    if not is_condensed(passage):
        return start if start >= 0 and end <= len(passage.page_content) else None
    for low, high, first, last in _places(passage):
        verbatim = passage.page_content[low:high] == whole_of(passage)[first:last]
        if first <= start and end <= last and verbatim:
            return low + start - first
    return None


def pieces(passage: Document) -> list[tuple[int, ...]]:
    """What each piece of `page_content` stands for, for who has the text but not the passage.

    Returns:
        For every piece, in order of the text and end to end, its length and the offset in `whole` that it begins at;
        of words that were written anew also the offset that it ends at. Behind these, pieces of no characters for the
        white space that begins what was left out: nobody misses it.
    """
    whole = whole_of(passage)
    if not is_condensed(passage):
        return [(len(whole), 0)]
    told: list[tuple[int, ...]] = []
    for low, high, first, last in _places(passage):
        verbatim = passage.page_content[low:high] == whole[first:last]
        told.append((high - low, first) if verbatim else (high - low, first, last))
    reached = 0
    for first, last in [*sorted(kept(passage)), (len(whole), len(whole))]:
        gap = whole[reached:first]
        if blank := len(gap) - len(gap.lstrip()):
            told.append((0, reached, reached + blank))
        reached = max(reached, last)
    return told


def cut(passage: Document, start: int, end: int) -> tuple[int, Document]:
    """`page_content[start:end]` of a condensed passage, and by how much its place begins later."""
    first, last = original(passage, start, end)
    places = []
    for place in _places(passage):
        if place[0] < end and start < place[1]:
            low, high = _within(passage, place, start, end)
            places.append((max(start, place[0]) - start, min(end, place[1]) - start, low - first, high - first))
    metadata = {**passage.metadata, WHOLE: whole_of(passage)[first:last], PLACES: tuple(places)}
    return first, Document(passage.page_content[start:end], id=passage.id, metadata=metadata)


def _places(passage: Document) -> tuple[Place, ...]:
    places: tuple[Place, ...] = passage.metadata[PLACES]
    return places


def _within(passage: Document, place: Place, start: int, end: int) -> tuple[int, int]:
    """What as much of `page_content[start:end]` as lies in one piece stands for."""
    low, high, first, last = place
    if passage.page_content[low:high] != whole_of(passage)[first:last]:
        return first, last  # written anew: there is nothing finer than the piece
    return first + max(start, low) - low, first + min(end, high) - low

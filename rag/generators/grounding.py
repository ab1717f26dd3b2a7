"""From a marker in an answer to the place in a source that bears it out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from langchain_core.documents import Document

from rag.generators.quotable import quotable
from rag.generators.statements import Mark, statements
from rag.generators.verdict import BORNE, Judge, evidence
from rag.passages.overlap import overlap
from rag.passages.parts import cite
from rag.schema import Citation

__all__ = ["citations", "claims", "supporting"]

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{8,})[\"”“»]")


def citations(
    text: str, marks: Sequence[Mark], passages: Sequence[Document], judge: Judge | None = None
) -> tuple[Citation, ...]:
    """A citation for every statement and passage, in the order of the text, none twice.

    Args:
        text: with markers `[n]`.
        marks: place and number of each marker.
        passages: passage n is the nth.
        judge: checks each claim against its whole passage; a citation of several claims is supported if all are.
    """
    found: dict[tuple[int, int, int], Citation] = {}
    said: dict[tuple[int, int, int], list[str]] = {}
    for number, claim in claims(text, marks):
        start, end = supporting(claim, passages[number - 1])
        found.setdefault((number, start, end), cite(passages, number, start, end))
        said.setdefault((number, start, end), []).append(claim)
    if judge is None or not found:
        return tuple(found.values())
    pairs = [(claim, evidence(passages[place[0] - 1])) for place, some in said.items() for claim in some]
    scores = iter(judge(pairs).tolist())
    return tuple(
        replace(citation, supported=min(next(scores) for _ in said[place]) >= BORNE)
        for place, citation in found.items()
    )


def claims(text: str, marks: Sequence[Mark]) -> Iterator[tuple[int, str]]:
    """Each marker's number and the sentence it stands behind (or, at the beginning of a line, in front of)."""
    for statement in statements(text, marks):
        for _, number in statement.marks:
            yield number, statement.text


def supporting(claim: str, passage: Document) -> tuple[int, int]:
    """The characters of a passage that bear a claim: its own words if they stand there, else the likest sentence.

    Likeness is the share of the claim's words, rare ones counting more. Where no word is shared (another language), the
    whole passage.
    """
    text = passage.page_content
    for said in (*_QUOTED.findall(claim), claim):
        if verbatim := _find(said, text):
            return verbatim
    pieces = quotable(passage)
    if not pieces:
        return 0, len(text)
    shares = overlap(claim, [piece.text for piece in pieces])
    best = int(shares.argmax())
    return (pieces[best].start, pieces[best].end) if shares[best] > 0 else (0, len(text))


def _find(said: str, text: str) -> tuple[int, int] | None:
    """Where some words stand in a text, white space and case aside."""
    words = said.strip().strip(".,;:!?\"'“”„«»").split()
    if len(words) < 2:
        return None
    match = re.search(r"\s+".join(map(re.escape, words)) + r"[.!?]?", text, re.IGNORECASE)
    return match.span() if match else None

"""What the text itself says of its terms: long forms of acronyms, definitions, what stands beside what.

[1] Schwartz, Hearst: A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical Text (2003).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.segmenters.sentences import sentences
from rag.translation.graph import TEXT, Fact, Node

__all__ = ["acronyms", "with_relations"]

_BRACKETED = re.compile(r"\(([^()\n]{2,80})\)")
_DEFINES = re.compile(
    r"\s*(?:\([^()\n]{1,40}\)\s*)?(?:,?\s*(?:i\.e\.|that is|d\.\s?h\.|c'est-à-dire|es decir|cioè|tj\.)"
    r"|(?:is|are|was|were|means|denotes|refers to)\s+(?:an?|the|any|a kind of|a type of)\b"
    r"|(?:ist|sind|war|bezeichnet|bedeutet)\s+(?:eine?[nr]?|der|die|das)\b"
    r"|(?:est|sont|désigne)\s+(?:une?|l[ea'’]|les)\b|(?:es|son)\s+(?:una?|el|la|los|las)\b|je\s+to\b"
    r"|,\s+(?:an?|the|eine?|der|die|das|une?|l[ea])\s+)",
    re.IGNORECASE,
)
"""What stands behind a term that is defined, or named in other words behind a comma."""
_BESIDE = 5
"""Terms of the same sentence that a term is linked to."""
_WORDS = 3
"""Words that a long form may have for each letter of its acronym."""


def with_relations(text: str, nodes: Sequence[Node]) -> list[Node]:
    """The nodes with what the text says of them, each fact at its place in the text."""
    spans = sentences(text)
    long_forms = acronyms(text)
    found = []
    for node in nodes:
        facts: list[Fact] = []
        for start, end in node.places:
            first, last = next(((s, e) for s, e in spans if s <= start < e), (start, end))
            for short, long in long_forms:
                if (start, end) == short:
                    facts.append(_fact("acronym", text, _hull(short, long), text[slice(*long)]))
                elif start >= long[0] and end <= long[1] and end - start > (long[1] - long[0]) / 2:
                    facts.append(_fact("acronym", text, _hull(short, long), text[slice(*short)]))
            if _DEFINES.match(text, end):
                facts.append(_fact("definition", text, (first, last)))
            beside = [other for other in nodes if other is not node and _within(other, first, last)]
            facts += [_fact("beside", text, (first, last), other.term) for other in beside[:_BESIDE]]
        unique = {(fact.kind, fact.other, fact.start if fact.kind != "beside" else 0): fact for fact in reversed(facts)}
        found.append(node.with_(facts=(*node.facts, *reversed(unique.values()))))
    return found


def acronyms(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Places of acronyms with their long forms': `retrieval-augmented generation (RAG)`, or the other way round.

    Every letter of the acronym stands in the long form in order, the first one at its beginning [1].
    """
    found = []
    for match in _BRACKETED.finditer(text):
        inside, (start, end) = match[1].strip(), match.span(1)
        start += len(match[1]) - len(match[1].lstrip())
        end = start + len(inside)
        before = text[: match.start()].rstrip()
        if _acronym(inside):
            most = min(len(inside) + 5, _WORDS * len(inside))
            words = list(re.finditer(r"[^\s]+", before[-200:]))[-most:]
            offset = max(0, len(before) - 200)
            if words and (at := _begins(inside, before[offset + words[0].start() :])) is not None:
                found.append(((start, end), (offset + words[0].start() + at, len(before))))
            continue
        short = re.search(r"[\w-]+$", before)
        if short is not None and _acronym(short[0]) and _begins(short[0], inside) == 0:
            found.append((short.span(), (start, end)))
    return found


def _acronym(text: str) -> bool:
    capitals = sum(map(str.isupper, text))
    return 2 <= len(text) <= 10 and " " not in text and capitals >= 2 and text[:1].isalnum()


def _begins(short: str, long: str) -> int | None:
    """Where in a text the long form of an acronym begins that ends with the text; None where there is none."""
    place = len(long)
    letters = [letter.casefold() for letter in short if letter.isalnum()]
    for number, letter in reversed(list(enumerate(letters))):
        place -= 1
        while place >= 0 and (
            long[place].casefold() != letter or (number == 0 and place > 0 and long[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return None
    return place


def _hull(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return min(one[0], other[0]), max(one[1], other[1])


def _within(node: Node, start: int, end: int) -> bool:
    return any(start <= place[0] and place[1] <= end for place in node.places)


def _fact(kind: str, text: str, place: tuple[int, int], other: str = "") -> Fact:
    return Fact(kind, text[slice(*place)], TEXT, *place, other)  # type: ignore[arg-type]

"""What the text itself says of its terms: long forms of acronyms, definitions, what stands beside what.

[1] Schwartz, Hearst: A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical Text (2003).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import cast

from rag.translation.graph import TEXT, Fact, Node
from rag.translation.located import located

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
_PLACES = 20
"""Places of a term at which it is looked for definitions and neighbours: the first ones."""
_BEFORE = 200
"""Characters before a bracket in which a long form, or an acronym, is looked for."""
_WORDS = 3
"""Words that a long form may have for each letter of its acronym."""

Place = tuple[int, int]


def with_relations(text: str, nodes: Sequence[Node]) -> list[Node]:
    """The nodes with what the text says of them, each fact at its place in the text."""
    there = located(text)
    long_forms = acronyms(text)
    neighbours: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        for number in {there.number(start) for start, _ in node.places} - {None}:
            neighbours[cast(int, number)].append(node)
    return [node.with_(facts=(*node.facts, *_facts(text, node, long_forms, neighbours))) for node in nodes]


def _facts(
    text: str, node: Node, long_forms: Sequence[tuple[Place, Place]], neighbours: Mapping[int, Sequence[Node]]
) -> list[Fact]:
    """What is said at the first places of a term; each kind of fact once, and each neighbour once."""
    there = located(text)
    facts: list[Fact] = []
    for short, long in long_forms:
        for start, end in node.places:
            if (start, end) == short:
                facts.append(_fact("acronym", text, _hull(short, long), text[slice(*long)]))
            elif start >= long[0] and end <= long[1] and end - start > (long[1] - long[0]) / 2:
                facts.append(_fact("acronym", text, _hull(short, long), text[slice(*short)]))
    for start, end in node.places[:_PLACES]:
        number = there.number(start)
        sentence = there.spans[number] if number is not None else (start, end)
        if _DEFINES.match(text, end):
            facts.append(_fact("definition", text, sentence))
        beside = [other for other in neighbours.get(number, ()) if other is not node] if number is not None else []
        facts += [_fact("beside", text, sentence, other.term) for other in beside[:_BESIDE]]
    unique = {(fact.kind, fact.other, fact.start if fact.kind != "beside" else 0): fact for fact in reversed(facts)}
    return list(reversed(unique.values()))


def acronyms(text: str) -> list[tuple[Place, Place]]:
    """Places of acronyms with their long forms': `retrieval-augmented generation (RAG)`, or the other way round.

    Every letter of the acronym stands in the long form in order, the first one at its beginning [1].
    """
    found = []
    for match in _BRACKETED.finditer(text):
        inside, (start, end) = match[1].strip(), match.span(1)
        start += len(match[1]) - len(match[1].lstrip())
        end = start + len(inside)
        offset = max(0, match.start() - _BEFORE)
        before = text[offset : match.start()].rstrip()
        if _acronym(inside):
            most = min(len(inside) + 5, _WORDS * len(inside))
            words = list(re.finditer(r"\S+", before))[-most:]
            if words and (at := _begins(inside, before[words[0].start() :])) is not None:
                found.append(((start, end), (offset + words[0].start() + at, offset + len(before))))
            continue
        short = re.search(r"[\w-]+$", before)
        if short is not None and _acronym(short[0]) and _begins(short[0], inside) == 0:
            found.append(((offset + short.start(), offset + short.end()), (start, end)))
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


def _hull(one: Place, other: Place) -> Place:
    return min(one[0], other[0]), max(one[1], other[1])


def _fact(kind: str, text: str, place: tuple[int, int], other: str = "") -> Fact:
    return Fact(kind, text[slice(*place)], TEXT, *place, other)  # type: ignore[arg-type]

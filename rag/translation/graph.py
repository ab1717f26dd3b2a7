"""TransKG: terms with what is known of them, each fact with its place, and the translations that it bears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

__all__ = ["Candidate", "Fact", "Node", "Pair", "merged", "pairs_of"]

TEXT = ""
"""The source of a fact that stands in the text itself."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is said of a term at a place: `source_text[start:end] == quote`."""

    kind: Literal["definition", "acronym", "beside", "glossary", "passage"]
    quote: str
    source: str
    """Empty for the text that is translated."""
    start: int
    end: int
    other: str = ""
    """What the term is related to: the long form of an acronym, the term that it stands beside."""

    def told(self) -> dict[str, Any]:
        """For the trace."""
        said = {"kind": self.kind, "source": self.source, "start": self.start, "end": self.end, "quote": self.quote}
        return {**said, **({"other": self.other} if self.other else {})}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A translation that a term could have, and the sense that it stands for."""

    translation: str
    meaning: str = ""
    origin: Literal["glossary", "index", "model", "kept"] = "glossary"
    """`kept`: the translation left it as it is."""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge found of a candidate."""

    candidate: Candidate
    kept: bool
    reason: str
    margin: float | None = None
    """How much nearer it lies than the best other one, where that was measured."""


@dataclass(frozen=True, slots=True)
class Node:
    """A term, where it stands in the text, and what is known of it."""

    term: str
    """As it is written first."""
    places: tuple[tuple[int, int], ...] = ()
    why: str = ""
    """What made it a term: `glossary`, `name`, `acronym`, `rare`, `model` ..."""
    facts: tuple[Fact, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    chosen: Candidate | None = None

    def with_(self, **changes: Any) -> Node:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def told(self) -> dict[str, Any]:
        """For the trace."""
        return {
            "term": self.term,
            "places": [list(place) for place in self.places],
            "why": self.why,
            "translation": self.chosen.translation if self.chosen else None,
            "origin": self.chosen.origin if self.chosen else None,
            "facts": [fact.told() for fact in dict.fromkeys((*self.facts, *_of(self.chosen)))],
            "verdicts": [
                {
                    "translation": verdict.candidate.translation,
                    "kept": verdict.kept,
                    "reason": verdict.reason,
                    **({} if verdict.margin is None else {"margin": round(verdict.margin, 3)}),
                }
                for verdict in self.verdicts
            ],
        }


@dataclass(frozen=True, slots=True)
class Pair:
    """A term and the one translation that it is to have, with those that it is not."""

    term: str
    translation: str
    others: tuple[str, ...] = field(default=())


def merged(nodes: Iterable[Node]) -> list[Node]:
    """Each term once, in the order of its first place; what is known of it put together."""
    found: dict[str, Node] = {}
    for node in nodes:
        key = node.term if node.term.isupper() else node.term.casefold()
        if (before := found.get(key)) is None:
            found[key] = node
            continue
        found[key] = before.with_(
            places=tuple(sorted({*before.places, *node.places})),
            facts=tuple(dict.fromkeys((*before.facts, *node.facts))),
            candidates=distinct((*before.candidates, *node.candidates)),
        )
    return sorted(found.values(), key=lambda node: node.places[:1])


def distinct(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Each translation once; what is known of its sense put together."""
    found: dict[str, Candidate] = {}
    for one in candidates:
        key = one.translation.casefold()
        before = found.get(key)
        found[key] = (
            one
            if before is None
            else replace(
                before, meaning=before.meaning or one.meaning, facts=tuple(dict.fromkeys((*before.facts, *one.facts)))
            )
        )
    return tuple(found.values())


def pairs_of(nodes: Iterable[Node]) -> list[Pair]:
    """The terms with a translation that holds."""
    return [
        Pair(
            node.term,
            node.chosen.translation,
            tuple(
                one.translation
                for one in node.candidates
                if one.translation.casefold() != node.chosen.translation.casefold()
            ),
        )
        for node in nodes
        if node.chosen is not None
    ]


def _of(candidate: Candidate | None) -> Mapping[Fact, None] | tuple[Fact, ...]:
    return candidate.facts if candidate else ()

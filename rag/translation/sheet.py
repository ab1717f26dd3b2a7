"""The term sheet: what a translator has to know of a text, where nothing is there that could translate it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.schema import Citation
from rag.translation.graph import Fact, Node

__all__ = ["sheet"]

_SHOWN = 3
"""Places of a term that are cited."""


def sheet(nodes: Sequence[Node], languages: tuple[str, str], reason: str) -> tuple[str, tuple[Citation, ...]]:
    """The terms of a text with their translations, and the places in glossary and index that they come from.

    Args:
        nodes: the terms, judged.
        languages: source and target.
        reason: why nothing was translated.
    """
    citations: dict[tuple[str, int, int], Citation] = {}

    def marks(facts: Sequence[Fact]) -> str:
        told = []
        for fact in [fact for fact in facts if fact.source][:_SHOWN]:
            place = (fact.source, fact.start, fact.end)
            number = len(citations) + 1
            one = citations.setdefault(place, Citation(*place, fact.quote, number=number))
            told.append(f"[{one.number}]")
        return "".join(told)

    head = f"Nothing was translated: {reason}"
    if not nodes:
        return f"{head}\nNo terms were found in the text.", ()
    known = [node for node in nodes if node.chosen]
    lines = [head, "", f"Terms with a translation ({languages[0]} -> {languages[1]}): {len(known)} of {len(nodes)}"]
    for node in known:
        assert node.chosen is not None
        told = f"- {node.term} -> {node.chosen.translation}"
        lines.append(f"{told} ({_why(node)}) {marks(node.chosen.facts)}".rstrip())
    open_ = [node for node in nodes if not node.chosen]
    if open_:
        lines += ["", "Terms to look up:"]
    for node in open_:
        said = _said(node)
        lines.append(f"- {node.term}{f': {said}' if said else ''} {marks(node.facts)}".rstrip())
    return "\n".join(lines), tuple(citations.values())


def _why(node: Node) -> str:
    assert node.chosen is not None
    origin = {"glossary": "glossary", "index": "index", "model": "proposed", "kept": "as it is"}[node.chosen.origin]
    reason = next((verdict.reason for verdict in node.verdicts if verdict.candidate == node.chosen), "")
    dropped = [verdict.candidate.translation for verdict in node.verdicts if not verdict.kept]
    told = [origin]
    if len(node.verdicts) > 1 and reason:
        told.append(reason)
    if dropped:
        told.append(f"not: {', '.join(dropped)}")
    return "; ".join(told)


def _said(node: Node) -> str:
    """What the text itself says of a term."""
    long = next((fact.other for fact in node.facts if fact.kind == "acronym"), "")
    definition = next((" ".join(fact.quote.split()) for fact in node.facts if fact.kind == "definition"), "")
    refused = ", ".join(verdict.candidate.translation for verdict in node.verdicts if not verdict.kept)
    parts = [long, f'"{definition}"' if definition else "", f"does not fit: {refused}" if refused else ""]
    return "; ".join(part for part in parts if part)

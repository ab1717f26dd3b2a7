"""Late interaction to look at: which word of a passage each word of the question met, and how well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from rag.cli.columns import Cell, Columns
from rag.cli.terminal import rich_text
from rag.component import SHARED, Component, yaml_fields

if TYPE_CHECKING:
    from rag.cli.fates import Fate
    from rag.schema import Document

__all__ = ["print_heat", "with_matches"]

P = TypeVar("P")
PASSAGES = 4
"""Shown side by side."""
LONGEST = 14
"""Characters of a token."""
WARM = ((0.75, "bold green"), (0.6, "green"), (0.45, ""), (-1.0, "dim"))
"""Cosine from which a match is drawn so."""


def with_matches(part: P) -> P:
    """The same part, every retriever in it told to say which tokens matched; itself where none can."""
    if isinstance(part, Component):
        changed = {}
        for name in yaml_fields(type(part)):
            if name not in SHARED and (new := with_matches(getattr(part, name))) is not getattr(part, name):
                changed[name] = new
        if getattr(part, "matches", None) is False:
            changed["matches"] = True
        return part.model_copy(update=changed) if changed else part
    if isinstance(part, tuple):
        some = tuple(map(with_matches, part))
        return some if any(new is not old for new, old in zip(some, part, strict=True)) else part  # type: ignore[return-value]
    if isinstance(part, Mapping):
        named = {name: with_matches(value) for name, value in part.items()}
        return named if any(named[name] is not part[name] for name in part) else part  # type: ignore[return-value]
    return part


def print_heat(fates: Sequence[Fate]) -> None:
    """A row for each token of the question, a column for each of the first passages that say what matched."""
    told = [(number, _matches(fate.passage)) for number, fate in enumerate(fates, 1) if _matches(fate.passage)]
    told = told[:PASSAGES]
    if not told:
        return
    rows = [
        [_word(match["question"]), *(_cell(matches[place]) for _, matches in told)]
        for place, match in enumerate(told[0][1])
    ]
    mean = [sum(match["score"] for match in matches) / len(matches) for _, matches in told]
    rows.append(["mean", *(f"{value:.2f}" for value in mean)])
    Columns(head=("token", *(f"passage {number}" for number, _ in told)), styles=("dim",)).print(rows)


def _matches(passage: Document) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = passage.metadata.get("matches") or []
    return found


def _cell(match: Mapping[str, Any]) -> Cell:
    style = next(style for least, style in WARM if match["score"] >= least)
    return rich_text((f"{match['score']:.2f} {_word(match['passage'])}", style))


def _word(text: str) -> str:
    """A token; one that stands for no characters is the model's own."""
    word = " ".join(text.split()) or "·"
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"

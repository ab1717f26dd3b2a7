"""Late interaction to look at: which word of a passage each word of the question met, and how well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from rag.cli.columns import Cell, Columns
from rag.cli.terminal import out, rich_text
from rag.component import SHARED, Component, yaml_fields
from rag.passages.matches import Heat, Met

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


def print_heat(found: Sequence[Heat]) -> None:
    """A row for each token of the question, a column for each of the first passages that say what matched.

    A table for each question, where an agent asked several.
    """
    for number, heat in enumerate(found):
        if number:
            out().print()
        told = heat.passages[:PASSAGES]
        rows = [[_word(token), *(_cell(met[place]) for _, met in told)] for place, token in enumerate(heat.question)]
        rows.append(["mean", *(f"{sum(each.score for each in met) / len(met):.2f}" for _, met in told)])
        Columns(head=("token", *(f"passage {passage}" for passage, _ in told)), styles=("dim",)).print(rows)


def _cell(met: Met) -> Cell:
    style = next(style for least, style in WARM if met.score >= least)
    return rich_text((f"{met.score:.2f} {_word(met.token)}", style))


def _word(text: str) -> str:
    """A token; one that stands for no characters is the model's own."""
    word = " ".join(text.split()) or "·"
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"

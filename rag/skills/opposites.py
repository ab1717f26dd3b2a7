"""Words that are opposites of each other, by a list and by what is put in front of them."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib.resources import files

from rag.words.analysis import Analyzer

__all__ = ["opposite_in"]

_BEFORE = ("un", "in", "im", "ir", "il", "dis", "non")
_FEWEST = 4
"""Letters of a stem from which one with `un-` in front of it is its opposite: `aim` and `aid` begin with no prefix."""


def opposite_in(stem: str, there: Collection[str]) -> bool:
    """Whether a word's opposite is among some others; all are given as stems of `rag.words.analysis`."""
    if any(other in there for other in _opposites().get(stem, ())):
        return True
    if len(stem) >= _FEWEST and any(before + stem in there for before in _BEFORE):
        return True
    return any(stem.startswith(before) and len(stem) - len(before) >= _FEWEST and stem[len(before) :] in there
               for before in _BEFORE)  # fmt: skip


@cache
def _opposites() -> dict[str, frozenset[str]]:
    """Of each stem the stems of its opposites."""
    lines = files(__package__).joinpath("opposites.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, set[str]] = {}
    for line in lines:
        if not line or line.startswith("#"):
            continue
        one, *others = (_stem(word.strip()) for word in line.split(";"))
        for other in others:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {stem: frozenset(others) for stem, others in found.items()}


def _stem(word: str) -> str:
    return next(iter(Analyzer().terms(word)), word)

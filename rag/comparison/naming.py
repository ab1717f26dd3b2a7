"""Which passages are about a thing that is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import combining, normalize

__all__ = ["about", "proper", "without_addition"]

_ADDITION = re.compile(r"\s*\([^)]*\)\s*\Z")
_OPENING = 12
"""Words of a passage's beginning in which a longer form of the name may stand."""
_TITLES = 3
"""Words of it among which the longer form begins: `Sir Ada Maria Lund`."""
_NAMED = 1.0
"""The strength of a passage that only has the name somewhere."""
_LEAST = 0.5
"""How far behind the best passage's strength another one may be."""


def without_addition(name: str) -> str:
    """A name without what tells it apart from others of its name: `Class (Film)` is `Class`."""
    return _ADDITION.sub("", name) or name


_CONNECTING = frozenset(
    (
        *("of", "the", "and", "de", "la", "le", "van", "von", "der", "den"),
        *("du", "da", "di", "del", "al", "el", "bin", "ibn", "y"),
    )
)


def proper(words: str) -> str:
    """The name that some words begin with: `Ann Lee` of `Ann Lee starring Bob Ray`. The words themselves, if none."""
    kept: list[str] = []
    for word in words.split():
        if word[0].islower() and word not in _CONNECTING:
            break
        kept.append(word)
        if word[-1] in ",;(":
            break
    while kept and kept[-1] in _CONNECTING:
        kept.pop()
    return " ".join(kept).rstrip(" ,;(") or words


def about(name: str, passages: Sequence[tuple[str, str]], most: int = 3, *, own: bool = False) -> list[int]:
    """The passages that are about what a name stands for, the most certain first; none where none has it.

    Args:
        name: perhaps with an addition in brackets.
        passages: title, or the path of headings (`A > B`), and text of each; a text's first line may be its title.
        most: passages at most.
        own: not those that only name it.
    """
    strengths = [_strength(name, title, text) for title, text in passages]
    strengths = [some if some > _NAMED or not own else 0.0 for some in strengths]
    best = max(strengths, default=0.0)
    order = sorted(
        (place for place, some in enumerate(strengths) if some), key=lambda place: (-strengths[place], place)
    )
    return [place for place in order if strengths[place] >= best * _LEAST][:most]


def _strength(name: str, title: str, text: str) -> float:
    """4 where the title is the very name, 3 but for an addition, 2 where the text begins with it, then less."""
    line, _, _ = text.partition("\n")
    full, bare = _plain(name), _plain(without_addition(name))
    if not bare:
        return 0.0
    headings = [heading for heading in (*title.split(" > "), line) if heading]
    if any(_plain(heading) == full for heading in headings):
        return 4.0
    if any(_plain(without_addition(heading)) == bare for heading in headings):
        return 3.0
    said = _plain(text)
    if f"{said} ".startswith(f"{bare} ") or any(f"{_plain(heading)} ".startswith(f"{bare} ") for heading in headings):
        return 2.0
    opening = said.split()[:_OPENING]
    first, *rest = bare.split()
    if rest and first in opening[:_TITLES] and set(rest) <= set(opening):
        return 1.5
    return _NAMED if f" {bare} " in f" {said} " else 0.0


def _plain(text: str) -> str:
    """Lower case without accents, punctuation and the article in front."""
    letters = (char for char in normalize("NFKD", text.casefold()) if not combining(char))
    words = re.findall(r"\w+", "".join(letters))
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "a", "an") else words)

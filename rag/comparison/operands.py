"""Two names side by side in a question, and where they end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

__all__ = ["CONNECTING", "divided", "is_name", "listed", "pair_of", "until_lower", "words_of"]

CONNECTING = frozenset(
    (
        *("of", "the", "a", "an", "and", "in", "for", "v.", "vs."),
        *("de", "la", "le", "van", "von", "der", "den", "du", "da", "di"),
    )
)
"""Small words inside names."""
_WAYS = 4
"""Ways to divide names that are looked at."""


def divided(names: str, word: Literal["or", "and"]) -> list[tuple[str, str]]:
    """The ways to divide two names at `or` or `and`, the one first whose parts are most alike in length."""
    matches = re.finditer(rf",?\s+{word}\s+", names)
    parts = [_whole(_bare(names[: match.start()]), _bare(names[match.end() :])) for match in matches]
    found = [(one, other) for one, other in parts if is_name(one) and is_name(other)]
    return sorted(found, key=lambda pair: abs(len(pair[0]) - len(pair[1])))[:_WAYS]


def listed(names: str) -> tuple[str, ...]:
    """The names of a list of three or more, `A, B or C`; none where it has fewer, or something else in it."""
    parts = tuple(map(_bare, re.split(r",?\s+(?:and|or)\s+|,\s+", names)))
    return parts if len(parts) > 2 and all(map(is_name, parts)) else ()


def pair_of(one: str, other: str) -> tuple[tuple[str, str], ...]:
    """Two names, and the two without the noun that both end with: `the Lund office` and `the Turku office`.

    None where one is a clause, or no name.
    """
    told = ([word for word in name.split() if word.islower() and word not in CONNECTING] for name in (one, other))
    if any(len(words) > 1 for words in told):
        return ()
    one, other = _whole(_bare(one), _bare(other))
    ways = [(one, other)]
    last = one.rpartition(" ")[2]
    if last.islower() and other.endswith(f" {last}"):
        ways.append((one.removesuffix(f" {last}"), other.removesuffix(f" {last}")))
    return tuple(way for way in ways if all(map(is_name, way)))


_NUMBERED = re.compile(r"(?P<name>.+ )(?P<number>\d[\d.]*|[IVX]+|[A-Z])")


def _whole(one: str, other: str) -> tuple[str, str]:
    """Two names, the second in full where only its number was said: `GPL 2` and `3`."""
    match = _NUMBERED.fullmatch(one)
    alike = (
        match is not None and _NUMBERED.fullmatch(f"x {other}") and other[0].isdigit() == match["number"][0].isdigit()
    )
    return one, f"{match['name']}{other}" if match is not None and alike and " " not in other else other


_LOWER = re.compile(r"(?:both |either |the two |two )?(?:(?:[a-z]+ ){0,2}[a-z]+[:,] |(?:[a-z]+ )+(?=[^\Wa-z_]|[\"“]))?")


_OF_KIND = re.compile(r" (?:films|movies|bands|songs|albums|books|villages|towns|cities|rivers|mountains)\Z")


def _bare(name: str) -> str:
    """A name without `the films`, quotes and stray commas before and behind it."""
    name = name.strip(' ,"“”')
    shorter = name[_LOWER.match(name).end() :]  # type: ignore[union-attr]  # everything in it may be missing
    shorter = _OF_KIND.sub("", shorter).strip(' ,:"“”')
    return shorter if len(shorter) > 1 else name


def until_lower(text: str) -> tuple[str, str]:
    """Two names and what is said of them: it begins at the first word in lower case behind the `and`."""
    words = text.split()
    last = max((place for place, word in enumerate(words) if word == "and"), default=-1)
    seen = False
    for place, word in _behind(words, last):
        seen = seen or not word[0].islower()
        if seen and word[0].islower() and word not in CONNECTING:
            return " ".join(words[:place]).rstrip(","), " ".join(words[place:])
    return "", ""


def _behind(words: list[str], place: int) -> Iterator[tuple[int, str]]:
    return ((at, word) for at, word in enumerate(words) if at > place)


def words_of(text: str) -> set[str]:
    """The words of a text, in lower case; never none."""
    return set(re.findall(r"\w+", text.lower())) or {""}


def is_name(text: str) -> bool:
    """Whether a word of it has a capital, or a digit."""
    return any(not char.islower() and (char.isalpha() or char.isdigit()) for char in text)

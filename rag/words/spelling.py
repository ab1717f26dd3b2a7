"""Words that nothing is known by, and what they were meant to be: one slip away, and known [1, 2].

[1] Damerau: A technique for computer detection and correction of spelling errors (1964): four slips in five are one
    letter that is wrong, missing or too many, or two that changed places.
[2] Kernighan, Church, Gale: A Spelling Correction Program Based on a Noisy Channel Model (1990): slips differ in how
    usual they are, and so do the words that they may have been.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from unicodedata import name as called

__all__ = ["likely", "slips"]

_ALPHABETS = {
    "LATIN": "abcdefghijklmnopqrstuvwxyz",
    "CYRILLIC": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "GREEK": "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώς",
}
_VOWELS = frozenset("aeiouyаеиоуыэюяαεηιουω")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_USUAL, _KEY, _EXTRA, _OTHER = 1.0, 0.6, 0.6, 0.3
"""How usual a slip is: letters that changed places, one that is missing, doubled or another vowel; the key beside it;
one too many; any other letter."""
_FIRST = 0.2
"""Of that, where the first letter is concerned: it is hardly ever wrong."""
_CLEARLY = 1.5
"""How many times likelier than any other word the one that is taken has to be."""


def slips(word: str) -> dict[str, float]:
    """What may have become this word by one slip, each with how usual that is; nothing for scripts without letters.

    What differs in its last letter is taken for another word (lodge, lodger, lodged), unless a letter is missing there,
    is doubled, or one vowel stands for another.

    Args:
        word: in small letters.
    """
    letters = _letters(word)
    found: dict[str, float] = {}

    def add(meant: str, usual: float, place: int) -> None:
        usual *= 1.0 if place else _FIRST
        if meant != word and usual > found.get(meant, 0.0):
            found[meant] = usual

    for place in range(len(word) + 1 if letters else 0):
        before, after = word[:place], word[place:]
        if len(after) > 1:
            add(f"{before}{after[1]}{after[0]}{after[2:]}", _USUAL, place)
        if after:
            doubled = after[0] in (before[-1:], after[1:2])
            if doubled or len(after) > 1:
                add(before + after[1:], _USUAL if doubled else _EXTRA, place)
        for letter in letters:
            add(before + letter + after, _USUAL, place)
            if len(after) > 1 or {after, letter} <= _VOWELS:
                add(before + letter + after[1:], _wrong(after[0], letter), place)
    return found


def likely(word: str, counted: Callable[[Sequence[str]], Mapping[str, tuple[str, int]]]) -> list[str]:
    """What the word was meant to be, the likeliest first; nothing where several words are about as likely.

    Args:
        word: in small letters.
        counted: of some words those that are known, each with what it is counted as (its stem) and how often.
    """
    usual = slips(word)
    best: dict[str, float] = {}
    worth: dict[str, tuple[float, str]] = {}
    for meant, (stem, count) in counted(list(usual)).items():
        value = usual[meant] * (1 + math.log(count))
        worth[meant] = value, stem
        best[stem] = max(best.get(stem, 0.0), value)
    if not best:
        return []
    first, *others = sorted(best.values(), reverse=True)
    if others and first < _CLEARLY * others[0]:
        return []
    mine = [(value, meant) for meant, (value, stem) in worth.items() if best[stem] == first]
    return [meant for _, meant in sorted(mine, key=lambda one: (-one[0], one[1]))]


@cache
def _letters(word: str) -> str:
    """The letters of the word's script, and those of its own beside them."""
    script = called(word[0], "").partition(" ")[0] if word else ""
    alphabet = _ALPHABETS.get(script, "")
    return alphabet + "".join(sorted(set(word) - set(alphabet))) if alphabet and word.isalpha() else ""


def _wrong(typed: str, meant: str) -> float:
    if typed in _VOWELS and meant in _VOWELS:
        return _USUAL
    return _KEY if meant in _beside(typed) else _OTHER


@cache
def _beside(key: str) -> frozenset[str]:
    """Keys next to one, on a keyboard as English and, but for two letters, German have it."""
    for row, keys in enumerate(_KEYS):
        place = keys.find(key)
        if place >= 0:
            near = [keys[max(0, place - 1) : place + 2]]
            near += [other[max(0, place - 1) : place + 2] for other in _KEYS[max(0, row - 1) : row + 2]]
            return frozenset("".join(near)) - {key}
    return frozenset()

"""Where a text may be cut without breaking a character as its readers see it (Unicode Standard Annex 29)."""

from __future__ import annotations

from unicodedata import category, combining

__all__ = ["cluster_start"]

_JOINER, _NON_JOINER = "\u200d", "\u200c"
_VIRAMA = 9  # canonical combining class: joins the next consonant (rule GB9c)
_LEADING_VOWELS = (
    "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"  # Thai and Lao: written before their consonant
)
_TRAILING_VOWELS = "\u0e33\u0eb3"
_LONGEST = 64  # a run of combining marks longer than this is noise; cutting it is unavoidable


def cluster_start(text: str, at: int) -> int:
    """The last place at or before `at` that is not inside a grapheme cluster; `at` itself where the run is noise."""
    place = at
    while place > 0 and at - place < _LONGEST and _joined(text, place):
        place -= 1
    return place if at - place < _LONGEST else at


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and after `at` belong together."""
    if at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if after < "\u0300":
        return before == "\r" and after == "\n"
    return (
        after in (_JOINER, _NON_JOINER)
        or before == _JOINER
        or category(after)[0] == "M"
        or (before in _LEADING_VOWELS and category(after)[0] == "L")
        or after in _TRAILING_VOWELS
        or ("\u1160" <= after <= "\u11ff" and ("\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3"))
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= after <= "\U000e007f"  # tags of a flag
        or ("\U0001f1e6" <= after <= "\U0001f1ff" and _flags_before(text, at) % 2 == 1)
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")
        or (combining(before) == _VIRAMA and category(after) == "Lo")
    )


def _flags_before(text: str, at: int) -> int:
    """How many regional indicators stand in an unbroken run before `at`: two make a flag."""
    first = at
    while first > 0 and at - first < _LONGEST and "\U0001f1e6" <= text[first - 1] <= "\U0001f1ff":
        first -= 1
    return at - first

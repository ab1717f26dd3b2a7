"""A text without what copying changes - case, white space, quotes, ligatures, accents' form - and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from unicodedata import category, normalize

from rag.segmenters.graphemes import cluster_start

__all__ = ["Folded", "fold"]

_ALIKE = {
    **dict.fromkeys("‘’‚‛′´`ʼ＇", "'"),
    **dict.fromkeys("“”„‟″«»＂", '"'),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("‹", "<"),
    **dict.fromkeys("›", ">"),
    **dict.fromkeys("*_", ""),  # marks of Markdown's emphasis, which copies leave out
}


@dataclass(frozen=True, slots=True)
class Folded:
    """What a text reads like, and where each of its characters comes from."""

    text: str
    original: str
    starts: tuple[int, ...]
    """For each character of `text`, the place in `original` of the character it comes from."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the original that `text[start:end]`, not empty, comes from; never part of a cluster."""
        first = cluster_start(self.original, self.starts[start])
        last = self.starts[end - 1] + 1
        while last < len(self.original) and cluster_start(self.original, last) != last:
            last += 1
        return first, last


def fold(text: str) -> Folded:
    """Compatibility-decomposed, case-folded, white space as single spaces, quotes and dashes as the keyboard has them.

    Characters without a width (joiners, soft hyphens, marks of direction) and the `*` and `_` of Markdown are left out.
    """
    pieces: list[str] = []
    starts: list[int] = []
    blank = True
    for place, char in enumerate(text):
        piece = _folded(char)
        if piece == " ":
            if blank:
                continue
            blank = True
        elif piece:
            blank = False
        pieces.append(piece)
        starts.extend([place] * len(piece))
    return Folded("".join(pieces), text, tuple(starts))


@cache
def _folded(char: str) -> str:
    """One character, case and form aside."""
    if char.isspace():
        return " "
    if char in _ALIKE:
        return _ALIKE[char]
    if category(char) in ("Cf", "Cc"):
        return ""
    return "".join(_ALIKE.get(part, part) for part in normalize("NFKD", normalize("NFKD", char).casefold())).strip()

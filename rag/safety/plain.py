"""Text without its disguises, and the way back to the characters it had."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["HIDDEN", "Plain"]

HIDDEN = re.compile(
    "[\U000e0020-\U000e007f]{4,}|[\u202d\u202e\u2066-\u2068]|[\u200b\u2060\ufeff]{3,}|[\u200b-\u200d\u2060]{8,}"
)
"""Characters that nobody sees and a model reads: letters of the tag block, turned direction, runs of no width."""

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_QUOTES = {ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'", ord("＇"): "'"}
# Letters of other scripts that look like Latin ones. Words that are wholly of such a script are left alone.
_ALIKE = dict(
    zip(
        "аеорсухіјѕһԁɡԛԝАВЕКМНОРСТХІЈЅαοριντυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijshdgqwABEKMHOPCTXIJSaopivtukABEZHIKMNOPTYX",
        strict=True,
    )
)
_MIXED = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[Ͱ-ӿ])\w+\b")


class Plain:
    """A text as rules read it: compatibility characters made plain, what has no width taken out, tags made letters.

    `text` is what they read; `start(at)` and `end(at)` lead from places in it to places in the original.
    """

    def __init__(self, original: str) -> None:
        self.text = original
        self._places: list[int] | None = None
        if not original.isascii():
            self._read(original)

    def _read(self, original: str) -> None:
        looking = list(original)
        for word in _MIXED.finditer(original):
            for at in range(*word.span()):
                looking[at] = _ALIKE.get(looking[at], looking[at])
        pieces: list[str] = []
        places: list[int] = []
        for at, character in enumerate(looking):
            plain = _plain(character)
            pieces.append(plain)
            places += [at] * len(plain)
        self.text = "".join(pieces)
        self._places = [*places, len(original)]

    def start(self, at: int) -> int:
        """The place in the original of a character of `text`."""
        return at if self._places is None else self._places[at]

    def end(self, at: int) -> int:
        """The place behind the original of the character of `text` before `at`."""
        return at if self._places is None or at == 0 else self._places[at - 1] + 1


def _plain(character: str) -> str:
    if character.isascii():
        return character
    code = ord(character)
    if 0xE0020 <= code < 0xE007F:
        return chr(code - 0xE0000)
    if unicodedata.category(character) in ("Cf", "Mn") and not unicodedata.combining(character):
        return ""
    if code in _DASHES or code in _QUOTES:
        return (_DASHES | _QUOTES)[code]
    return unicodedata.normalize("NFKC", character)

"""Texts whose sentence ends are known, made harder: without case, without punctuation, lines run together [1].

[1] Frohmann et al.: Segment Any Text (2024), section 3.2.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["GOLD", "MODES", "SILVER", "Marked", "corrupted", "gaps", "joined", "plain", "wrapped"]

MODES, GOLD, SILVER = (
    ("clean", "bare", "lower", "unpunctuated", "careless"),
    (0.4, 0.3, 0.08, 0.07, 0.15),
    (0.0, 0.6, 0.1, 0.1, 0.2),
)
"""How a text is changed, and how often: of texts whose ends people marked, and of texts that were cut by rule. Of these
none stays as it is: rules are not what is to be learnt."""
CARELESS = 0.5
"""Of the sentences of a careless text, how many lose their last mark or their capital."""
LINES, PARAGRAPHS, WRAPPED = 0.08, 0.4, 0.08
"""How often lines end where sentences do, where paragraphs do, and at a width, wherever that falls."""
WIDTHS = (40, 100)
"""Characters of a wrapped line, about."""

_MARKS = re.compile(r"[^\w\s]")
_SPACES = re.compile(r"\s+")
_LAST = re.compile(r"[.!?…]+[\"'”’)]*$")


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and the characters after which its sentences end, that of the last one included."""

    text: str
    ends: tuple[int, ...]


def joined(sentences: Sequence[str], gaps: Sequence[str]) -> Marked:
    """Sentences as one text.

    Args:
        sentences: those that are empty are left out.
        gaps: what stands behind each.
    """
    text, ends = "", []
    for sentence, gap in zip(sentences, gaps, strict=True):
        if sentence := sentence.strip():
            text += sentence
            ends.append(len(text))
            text += gap
    stripped = text.rstrip()
    return Marked(stripped, tuple(ends))


def plain(sentence: str, mode: str, chance: random.Random) -> str:
    """One sentence, changed by one of `MODES`."""
    if mode in ("bare", "lower"):
        sentence = sentence.lower()
    if mode in ("bare", "unpunctuated"):
        sentence = _MARKS.sub("", sentence)
    if mode == "careless":
        if chance.random() < CARELESS:
            sentence = _LAST.sub("", sentence)
        if chance.random() < CARELESS:
            sentence = sentence[:1].lower() + sentence[1:]
    return _SPACES.sub(" ", sentence).strip()


def gaps(sentences: Sequence[str], within: str, behind: str) -> list[str]:
    """What stands behind each sentence: `behind` where its paragraph ends (it ends with a newline), else `within`."""
    return [behind if sentence.endswith("\n") else within for sentence in sentences]


def corrupted(sentences: Sequence[str], shares: Sequence[float], chance: random.Random) -> Marked:
    """Sentences as one text, all changed alike by a mode that is drawn by `shares`."""
    mode = chance.choices(MODES, shares)[0]
    line = chance.choice(("\n", "\n\n"))
    drawn = chance.random()
    if drawn < LINES:
        within, behind = line, line
    else:
        within, behind = " ", line if drawn < LINES + PARAGRAPHS else " "
    marked = joined([plain(sentence, mode, chance) for sentence in sentences], gaps(sentences, within, behind))
    one = "\n" not in (within + behind)
    return wrapped(marked, chance.randint(*WIDTHS)) if one and chance.random() < WRAPPED else marked


def wrapped(marked: Marked, width: int) -> Marked:
    """The text in lines: some of its spaces are line ends."""
    chars, begin = list(marked.text), 0
    for place, char in enumerate(chars):
        if char == " " and place - begin >= width:
            chars[place], begin = "\n", place + 1
    return Marked("".join(chars), marked.ends)

"""From one passage to the next without a model: what the question leaves open, and the names that the passage adds."""

from __future__ import annotations

import re

from rag.segmenters.sentences import sentences
from rag.words.analysis import Analyzer

__all__ = ["following", "left_open", "new_names"]

_CAPITALS = "".join(char for char in map(chr, range(0x41, 0x590)) if char.isupper())
"""Of Latin, Greek, Cyrillic and Armenian; other scripts have none."""
_NAME = re.compile(
    rf"(?<!\w)[{_CAPITALS}][\w'’.-]*\w"
    rf"(?:\s+(?:(?:of|the|de|la|le|van|von|der|den|du|da|di|and)\s+){{0,2}}[{_CAPITALS}][\w'’.-]*\w)*"
)
"""A word with a capital and those behind it."""


def new_names(text: str, question: str, most: int = 6) -> list[str]:
    """The first names in a text of which the question says nothing, each once.

    A single word at the beginning of a sentence may be any word: it is no name unless it stands elsewhere, too.

    Args:
        text: of a passage, its title in front.
        question: names in it lead nowhere new.
        most: names at most.
    """
    analyzer = Analyzer()
    asked = set(analyzer.terms(question))
    openings = {start for start, _ in sentences(text)}
    found: dict[str, bool] = {}
    for match in _NAME.finditer(text):
        name = " ".join(match[0].split())
        certain = match.start() not in openings or " " in name
        if set(analyzer.terms(name)) - asked:
            found[name] = found.get(name, False) or certain
    return [name for name, certain in found.items() if certain][:most]


def left_open(question: str, text: str) -> str:
    """The words of a question that a text says nothing of, in their order, and its small words.

    Args:
        question: words between white space.
        text: of a passage, its title in front.
    """
    analyzer = Analyzer()
    said = set(analyzer.terms(text))
    return " ".join(word for word in question.rstrip(" ?").split() if not said.intersection(analyzer.terms(word)))


def following(question: str, text: str) -> str:
    """What to search for behind a passage: what it leaves open of the question, and its new names.

    "Who is the spouse of the performer of Thriller?", behind a passage about Thriller by Michael Jackson, becomes "Who
    is the spouse of the performer of Michael Jackson". Empty where there are no new names: they alone lead on.
    """
    names = new_names(text, question)
    return " ".join(filter(None, (left_open(question, text), *names))) if names else ""

"""Measures by which things are compared: how high, how heavy, how dear; and what a question's degree says of them."""

from __future__ import annotations

import re

__all__ = ["measure_of"]

_MEASURES = (
    ("taller tallest", "", "How tall is {}?"),
    ("higher highest", "lower lowest", "How high is {}?"),
    ("longer longest", "shorter shortest", "How long is {}?"),
    ("deeper deepest", "shallower shallowest", "How deep is {}?"),
    ("wider widest broader broadest", "narrower narrowest", "How wide is {}?"),
    ("heavier heaviest", "lighter lightest", "How much does {} weigh?"),
    ("expensive", "cheaper cheapest", "How much does {} cost?"),
    ("faster fastest", "slower slowest", "How fast is {}?"),
    ("populous populated", "", "What is the population of {}?"),
)
"""Words for more of it, words for less of it, and what is asked of each thing."""
_MORE = {word: ask for words, _, ask in _MEASURES for word in words.split()}
_LESS = {word: ask for _, words, ask in _MEASURES for word in words.split()}
_EXTENDS = re.compile(
    rf"\b(?:is|are|was|were|stands?|runs?|more|most|(?P<less>less|least)) (?:the )?"
    rf"(?P<word>{'|'.join([*_MORE, *_LESS])})\b(?! \w)",
    re.IGNORECASE,
)
_HOW = {
    **dict.fromkeys(("more", "most", "less", "least"), "much"),
    **dict.fromkeys(("longer", "longest"), "long"),
    **dict.fromkeys(("faster", "fastest"), "fast"),
}
_DOES = re.compile(
    rf"(?:who|which|what)\b(?: [\w'-]+){{0,4}}? (?P<verb>(?!(?:has|is|was|does)\b)[a-z]+s) (?:the )?"
    rf"(?P<degree>{'|'.join(_HOW)})\Z",
    re.IGNORECASE,
)
_SIBILANT = re.compile(r"(?<=ch|sh|ss)es\Z|(?<=x)es\Z|s\Z")


def measure_of(head: str) -> tuple[str, bool] | None:
    """What is asked of each of the things that `which mountain is taller` or `who earns more` compares.

    Returns:
        The question with `{}` for the name, and whether the one with more of it is meant; None where none is known.
    """
    if match := _EXTENDS.search(head):
        word = match["word"].lower()
        ask = _MORE.get(word) or _LESS[word]
        return ask, (word in _MORE) != bool(match["less"])
    if match := _DOES.match(head):
        degree = match["degree"].lower()
        verb = _SIBILANT.sub("", match["verb"].lower())
        return f"How {_HOW[degree]} does {{}} {verb}?", degree not in ("less", "least")
    return None

"""Measures by which things are compared: how high, how heavy, how dear; and what a question's degree says of them.

A question says *earns more* where the page says *monthly salary*, so what a measure is called is asked for, too.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["AGE", "Measure", "infinitive", "measure_of", "ways_of"]


class Measure(NamedTuple):
    """What is asked of each of the things that are compared."""

    ask: str
    """The question, `{}` for the name."""
    more: bool
    """Whether the one with more of it is meant."""
    also: tuple[str, ...] = ()
    """Other ways to ask for it."""


AGE = "How old is {}?"
_OF = "What is the {} of {{}}?"
_MEASURES = (
    ("taller tallest", "", "How tall is {}?", "height"),
    ("higher highest", "lower lowest", "How high is {}?", "height"),
    ("longer longest", "shorter shortest", "How long is {}?", "length"),
    ("deeper deepest", "shallower shallowest", "How deep is {}?", "depth"),
    ("wider widest broader broadest", "narrower narrowest", "How wide is {}?", "width"),
    ("heavier heaviest", "lighter lightest", "How much does {} weigh?", "weight"),
    ("expensive costly dearer dearest", "cheaper cheapest", "How much does {} cost?", "price"),
    ("faster fastest", "slower slowest", "How fast is {}?", "speed"),
    ("populous populated", "", "What is the population of {}?", ""),
)
"""Words for more of it, words for less of it, what is asked of each thing, and what it is called."""
_CALLED = {ask: (_OF.format(noun),) for _, _, ask, noun in _MEASURES if noun}
_MORE = {word: ask for words, _, ask, _ in _MEASURES for word in words.split()}
_LESS = {word: ask for _, words, ask, _ in _MEASURES for word in words.split()}
_EXTENDS = re.compile(
    rf"\b(?:is|are|was|were|stands?|runs?|more|most|(?P<less>less|least)) (?:the )?"
    rf"(?P<word>{'|'.join([*_MORE, *_LESS])})\b(?! \w)",
    re.IGNORECASE,
)
_SHORT = re.compile(r"who (?:is|was) (?:the )?short(?:er|est)\Z", re.IGNORECASE)
"""A person: what is asked is not how long they are."""
_HOW = {
    **dict.fromkeys(("more", "most", "less", "least"), "much"),
    **dict.fromkeys(("longer", "longest", "shorter", "shortest"), "long"),
    **dict.fromkeys(("faster", "fastest", "slower", "slowest"), "fast"),
}
_DOES = re.compile(
    rf"(?:who|which|what)\b(?: [\w'-]+){{0,4}}? (?P<verb>(?!(?:has|is|was|does)\b)[a-z]+s) (?:the )?"
    rf"(?P<degree>{'|'.join(_HOW)})\Z",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"(?:who|which|what)\b(?: [\w'-]+){0,4}? (?:(?:is|gets) paid|makes|earns|gets) (?:the )?"
    r"(?P<degree>more|most|less|least)(?: money)?\Z",
    re.IGNORECASE,
)
_VERBS = {
    **{"earn": "salary pay income", "make": "salary pay income", "cost": "price", "weigh": "weight"},
    **{"measure": "size", "last": "duration", "consume": "consumption"},
}
"""What the value of a verb is called."""
_SIBILANT = re.compile(r"(?<=ch|sh|ss)es\Z|(?<=x)es\Z|s\Z")
_AWAY = re.compile(
    r"\b(?:is|are|was|were|lies?|stands?) (?:the )?(?:(?P<far>farther|farthest|further|furthest)|"
    r"(?P<near>closer|closest|nearer|nearest)) (?:away )?(?:from|to) (?P<place>(?:the |our )?[\w' -]+)\Z",
    re.IGNORECASE,
)
_HAS = re.compile(
    r"(?:who|which|what)\b(?: [\w'-]+){0,4}? (?:has|have|had) (?:the |an? )?"
    r"(?:(?P<more>higher|highest|larger|largest|bigger|biggest|greater|greatest|longer|longest)|"
    r"(?P<less>lower|lowest|smaller|smallest|shorter|shortest)) (?P<noun>[a-z][\w'-]*(?: [a-z][\w'-]*){0,2})\Z",
    re.IGNORECASE,
)
_NO_MEASURE = re.compile(r"\b(?:number|amount|quantity)\b|(?<!s)s\Z|\b(?:that|who|which|and|or|than)\b", re.IGNORECASE)
"""Nouns that are counted (`the larger number of members`) or have no value of their own (`bigger leaves`)."""


def measure_of(head: str) -> Measure | None:
    """What is asked of each of the things that `which mountain is taller` or `who earns more` compares.

    None where no measure is known.
    """
    if _SHORT.match(head):
        return Measure(_MORE["taller"], False, _CALLED[_MORE["taller"]])
    if match := _EXTENDS.search(head):
        word = match["word"].lower()
        ask = _MORE.get(word) or _LESS[word]
        return Measure(ask, (word in _MORE) != bool(match["less"]), _CALLED.get(ask, ()))
    return _paid(head) or _done(head) or _away(head) or _had(head)


def infinitive(verb: str) -> str:
    """Of `weighs`, `carries`, `reaches`."""
    return f"{verb[:-3]}y" if verb.endswith("ies") else _SIBILANT.sub("", verb)


def ways_of(verb: str) -> tuple[str, ...]:
    """Other ways to ask how much of it a verb tells: `What is the price of {}?` for `cost`."""
    return tuple(_OF.format(noun) for noun in _VERBS.get(verb, "").split())


def _paid(head: str) -> Measure | None:
    """`Who is paid more`, `who makes less money`."""
    if (match := _PAID.match(head)) is None:
        return None
    return Measure("How much does {} earn?", match["degree"].lower() in ("more", "most"), ways_of("earn"))


def _done(head: str) -> Measure | None:
    """`Which weighs more`, `which lasts longer`."""
    if (match := _DOES.match(head)) is None:
        return None
    degree = match["degree"].lower()
    verb = infinitive(match["verb"].lower())
    more = degree in ("more", "most", "longer", "longest", "faster", "fastest")
    return Measure(f"How {_HOW[degree]} does {{}} {verb}?", more, ways_of(verb))


def _away(head: str) -> Measure | None:
    """`Which hotel is nearer to the station`."""
    if (match := _AWAY.search(head)) is None:
        return None
    place = match["place"]
    return Measure(f"How far is {{}} from {place}?", bool(match["far"]), (f"What is the distance of {{}} to {place}?",))


def _had(head: str) -> Measure | None:
    """`Who has the higher salary`: what it is called stands in the question."""
    if (match := _HAS.match(head)) is None or _NO_MEASURE.search(match["noun"]):
        return None
    return Measure(_OF.format(match["noun"].lower()), bool(match["more"]))

"""Yes or no by comparing: `Is A heavier than B?`, `Has A won more titles than B?`, `Did A open before B?`."""

from __future__ import annotations

import re

from rag.comparison.attributes import Attribute, asked_of, countable
from rag.comparison.measures import ways_of
from rag.comparison.operands import is_name, pair_of

__all__ = ["than"]

_IS = re.compile(
    r"(?:is|are|was|were) (?P<one>.+?) (?P<degree>(?:more|less) [a-z-]+|[a-z]+er) than (?P<other>.+)\Z", re.IGNORECASE
)
_DOES = re.compile(
    r"(?P<aux>does|do|did|has|have|had) (?P<one>.+?) (?P<verb>(?!a\b|an\b|the\b)[a-z]+) "
    r"(?:(?P<more>more|longer|faster|higher|farther|further)|(?P<less>less|fewer|shorter|slower|lower))"
    r"(?P<noun> [a-z][\w' -]*?)? than (?P<other>.+)\Z"
)
_HOW = {"longer": "long", "shorter": "long", "faster": "fast", "slower": "fast", "higher": "high", "lower": "high"}
_HOW |= {"farther": "far", "further": "far"}
_WHEN = re.compile(
    r"(?P<aux>was|were|is|are|did) (?P<one>.+?) "
    r"(?P<verb>(?!(?:named|called|modelled|modeled|look|take|run)\b)[a-z]+(?: out)?) "
    r"(?:(?P<early>before|earlier than|sooner than)|(?P<late>after|later than)) (?P<other>.+)\Z"
)
_DONE = re.compile(r"born|\w+ed|built|made|written|begun|sold|won|sung|drawn|taken")
"""What follows a name behind `was`, where it tells what happened."""


def than(text: str) -> tuple[tuple[tuple[str, str], ...], Attribute] | None:
    """The two names, in each way to read them, and by what the first is compared with the second; None where it is not.

    Args:
        text: a question without its mark.
    """
    text = text[:1].lower() + text[1:]
    for read in (_happened, _of_degree, _done):
        if (found := read(text)) is not None and (pairs := pair_of(*found[0])):
            return pairs, found[1]
    return None


def _happened(text: str) -> tuple[tuple[str, str], Attribute] | None:
    """`Was A born before B`."""
    match = _WHEN.match(text)
    if match is None:
        return None
    past = match["aux"] in ("was", "were", "is", "are")
    if past and not _DONE.fullmatch(match["verb"]):
        return None
    ask = f"When {'was' if past else 'did'} {{}} {match['verb']}?"
    return (match["one"], match["other"]), Attribute("least" if match["early"] else "most", "date", ask)


def _of_degree(text: str) -> tuple[tuple[str, str], Attribute] | None:
    """`Is A more expensive than B`."""
    match = _IS.match(text)
    if match is None or not is_name(match["one"]):
        return None
    found = asked_of(f"which is {match['degree'].lower()}")
    return ((match["one"], match["other"]), found) if found.judge in ("least", "most") else None


def _done(text: str) -> tuple[tuple[str, str], Attribute] | None:
    """`Does A weigh more than B`, `Has A won fewer titles than B`."""
    match = _DOES.match(text)
    if match is None:
        return None
    degree, noun = match["more"] or match["less"], (match["noun"] or "").strip()
    aux = {"do": "does", "have": "has"}.get(match["aux"], match["aux"])
    verb = match["verb"]
    if noun:
        if degree not in ("more", "less", "fewer") or noun.startswith("or ") or not countable(noun):
            return None
        ask = f"How many {noun} {aux} {{}} {verb}?"
    elif aux in ("does", "did"):
        ask = f"How {_HOW.get(degree, 'much')} {aux} {{}} {verb}?"
    else:
        return None
    also = () if noun else ways_of(verb.lower())
    found = Attribute("most" if match["more"] else "least", "number", ask, also=also)
    lived = asked_of(f"who lived {degree}") if verb == "live" and not noun else found
    return (match["one"], match["other"]), found if lived.judge == "choice" else lived

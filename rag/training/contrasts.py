"""Answers that are made of judged ones, for `equivalence`: how many of which kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random

from rag.skills.equivalence import SEVERAL
from rag.training.cross.examples import Stated
from rag.training.swaps import Pool, another, deny, kind, listed, reworded, say, stated, swapped

__all__ = ["contrasts", "pooled"]

BRIEF = 5
"""Words of an answer that is no sentence."""
SAID, SWAPPED = 0.8, 0.5
"""How many short answers are said in a sentence, and in how many right ones another thing is put."""
SHORT, DENIED, STATED, LISTED = 0.5, 0.3, 0.15, 0.15
"""Of the short right ones: how often another thing stands beside; how many are denied, asked for a yes, listed."""


def contrasts(judged: Sequence[Stated], pool: Pool) -> list[Stated]:
    """Answers made of judged ones: wrong ones that name something else or deny, and right ones beside them.

    The same of the same judged ones, whatever else there is.

    Args:
        judged: what they are made of.
        pool: what stands in wrong ones.
    """
    made = []
    for one in judged:
        chance = Random(one.texts[2] + one.texts[1])  # noqa: S311 - not a secret
        for *texts, label in _made(one, pool, chance):
            made.append(Stated(one.skill, tuple(texts), label, one.source, one.key))
    return made


def pooled(judged: Sequence[Stated], without: Sequence[Stated] = ()) -> dict[str, list[str]]:
    """References by their kind, the first of each question, but for those that others have."""
    known = {part.casefold() for one in without for part in one.texts[1].split(SEVERAL)}
    found: dict[str, set[str]] = {}
    for one in judged:
        reference = re.sub(r" \(.*", "", one.texts[1].split(SEVERAL)[0])
        if reference.casefold() not in known:
            found.setdefault(kind(one.texts[0], reference), set()).add(reference)
    return {name: sorted(some) for name, some in found.items()}


def _made(one: Stated, pool: Pool, chance: Random) -> Iterator[tuple[str, str, str, float]]:
    """Question, references, answer, and what it is worth."""
    question, references, candidate = one.texts
    short = len(candidate.split()) <= BRIEF
    if short and chance.random() < SAID:
        yield question, references, say(question, candidate, chance), one.label
    if one.label < 0.5:
        return
    if chance.random() < SWAPPED and (wrong := swapped(question, references, candidate, pool, chance)):
        yield question, references, wrong, 0.0
    if not short:
        return
    reference = chance.choice(references.split(SEVERAL))
    if same := reworded(reference, chance):
        yield question, references, same, 1.0
        yield question, references, say(question, same, chance), 1.0
    some = [other for _ in range(5) if (other := another(question, references, pool, chance, reference))]
    for other in some[:2]:
        yield question, references, say(question, other, chance), 0.0
    if some and chance.random() < SHORT:
        yield question, references, some[0], 0.0
    if some and chance.random() < DENIED:
        wrong, right = deny(reference, some[0], chance)
        yield question, references, wrong, 0.0
        yield question, references, right, 1.0
    if some and chance.random() < STATED:
        yield from stated(question, reference, some[0], chance)
    if len(set(some)) == 5 and chance.random() < LISTED:
        yield from listed(question, (reference, *some[:2]), some[2:], chance)

"""Claims made of questions, and questions made of claims: what the one kind of data tells is learnt for the other too.

A claim that says a question's answer is supported by its passage; with something else of the passage in the answer's
place, or of an altered question, it is not. And of what people wrote to contradict a sentence, or to go beyond it, one
can ask who does so: no one, though every word seems to be there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from rag.training.cross.examples import Asked, Judged, Span, Stated
from rag.training.cross.negatives import altered, without_answer
from rag.training.swaps import kind, turned

__all__ = ["asked_of", "claims_of"]

BRIEF = 300
"""Characters of a passage in which who does something can be seen at once."""
TURNED = 0.8
"""How often a claim is a sentence, where one can be made; else the question with its answer behind it."""
_AMOUNTS = "a|an|the|some|two|three|four|five|several|many"
_SAYS = re.compile(
    rf"((?:{_AMOUNTS}|people|men|women|kids|children)\b(?: [\w'-]+){{0,2}}) (is|are|was|were) (.+?)\.?", re.I
)
_PERSON = re.compile(
    r"(?:man|woman|men|women|boys?|girls?|person|people|child|children|kids?|lady|ladies|guys?|couple|family|crowd"
    r"|players?|workers?|teams?|groups?|baby|mother|father|friends?|dancers?|singers?|students?|musicians?|[a-z]+ers?)",
    re.I,
)
_BEFORE = re.compile(rf"\b(?:{_AMOUNTS})\s(?:[\w'-]+\s){{0,2}}$", re.I)


def claims_of(
    question: Asked, gold: Judged, others: Sequence[str], chance: random.Random
) -> tuple[str, Judged, float] | None:
    """A claim, its passage and what it is worth; None where the way that was drawn is not open.

    Args:
        question: with an answer.
        gold: its passage.
        others: answers to other questions about the same passage.
        chance: draws one claim.
    """
    start, end = gold.answers[0]
    answer = gold.text[start:end]
    worth, asked = 0.0, question.question
    way = chance.random()
    if way < 0.5:
        worth = 1.0
    elif way < 0.75:
        mine = [other for other in others if kind(asked, other) == kind(asked, answer)] or list(others)
        mine = [other for other in mine if not _same(other, answer)]
        if not mine:
            return None
        answer = chance.choice(mine)
    elif way < 0.9:
        found = altered(asked, gold.text, chance)
        if found is None:
            return None
        asked = found
    else:
        emptied = without_answer(gold, question.answers)
        if emptied is None:
            return None
        gold = emptied
    forms = [form[:1].upper() + form[1:] for form in turned(asked, answer)]
    return chance.choice(forms) if forms and chance.random() < TURNED else f"{asked} {answer}", gold, worth


def asked_of(claim: Stated) -> Asked | None:
    """Who does what a claim about a sentence says; None of claims that say nothing of the kind.

    Where the claim is supported and the sentence names who it is in the same word, this is the answer; what is not
    supported has none.
    """
    text, passage = claim.texts
    said = _SAYS.fullmatch(text.strip())
    if said is None or claim.label not in {0.0, 1.0} or len(passage) > BRIEF:
        return None
    noun = re.split(r"\s", said[1].strip())[-1]
    asked = f"{'Who' if _PERSON.fullmatch(noun) else 'What'} {said[2]} {said[3]}?"
    if not claim.label:
        return Asked(asked, (Judged(passage, claim.key),), claim.source, claim.key, (), False)
    span = _named(noun, passage)
    if span is None:
        return None
    judged = Judged(passage, claim.key, "", True, (span,))
    return Asked(asked, (judged,), claim.source, claim.key, (passage[slice(*span)],))


def _named(noun: str, passage: str) -> Span | None:
    """The noun where the sentence names it once, with the words before it from an article or a number on."""
    found = list(re.finditer(rf"\b{re.escape(noun)}\b", passage, re.I))
    if len(found) != 1:
        return None
    before = _BEFORE.search(passage[: found[0].start()])
    return (before.start() if before else found[0].start()), found[0].end()


def _same(one: str, other: str) -> bool:
    one, other = one.casefold(), other.casefold()
    return one in other or other in one

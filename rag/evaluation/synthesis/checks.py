"""What the words of a question alone say against it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from rag.evaluation.synthesis.draft import Rejected
from rag.evaluation.synthesis.language import content, language_of
from rag.skills.agreement import AGREED, agreement

__all__ = ["flaw"]

_TEXT = r"(?:text|passage|excerpt|extract|window|snippet|paragraph|section|chunk|context)"
_POINTS = re.compile(
    rf"\b(?:the|this|that|these)\s+(?:above|following|given|provided|preceding|previous|quoted)\b"
    rf"|\bthis\s+(?:{_TEXT}|document|article|page|study|paper|report|chapter)\b"
    rf"|\b(?:according to|in|from|by|based on|does|did|do|of)\s+the\s+{_TEXT}\b(?!\s+of\b)"
    rf"|\bthe\s+authors?\b(?!\s+of\b)|\b(?:mentioned|described|stated|listed|discussed)\s+(?:above|below|here)\b",
    re.IGNORECASE,
)
_GENERIC = """
name named call called mention mentioned describe described say said state stated accord according give given many much
long often far old kind type way thing main following document text passage author example happen happened mean meaning
word words term number amount value
"""
"""Words of questions that name nothing; English."""
_SHORT_ANSWERS = frozenset({"yes", "no", "true", "false"})
_LEAST = 2
"""Words that a question must name its subject with, where none of them is a name."""
_NAME = re.compile(r"(?<=\S )[^\W\d_]*[^\W\d_a-z][\w-]*")


def flaw(question: str, answer: str | None, quotes: Sequence[str]) -> Rejected | None:
    """What is wrong with a question; None where nothing is.

    Args:
        question: as it would be asked.
        answer: where there is one.
        quotes: its evidence.
    """
    if pointing := _POINTS.search(question):
        told = f'it says "{pointing[0]}", which means nothing to someone who does not see the text: name the thing'
        return Rejected("points at the text", told, question)
    language = language_of(" ".join((question, *quotes)))
    named = content(question, language) - _generic()
    if len(named) < (1 if _NAME.search(question) else _LEAST):
        return Rejected("names nothing", "it does not say what it is about: name its subject", question)
    return None if answer is None else _answer_flaw(question, answer, quotes, language)


def _answer_flaw(question: str, answer: str, quotes: Sequence[str], language: str) -> Rejected | None:
    if answer.strip(" .!").casefold() in _SHORT_ANSWERS:
        return None
    if content(answer, language) <= content(question, language):
        told = "its answer stands in the question" if answer.strip() else "it has no answer"
        return Rejected("answers itself", told, question)
    evidence = " ".join(" ".join(quotes).split())
    if answer not in evidence and agreement(question, answer, evidence) < AGREED:
        return Rejected("answer not in its evidence", "its excerpts do not contain its answer", question)
    return None


@cache
def _generic() -> frozenset[str]:
    return frozenset(content(_GENERIC, "en"))

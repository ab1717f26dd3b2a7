"""Steps of reasoning as a chat model writes them: which one leads on, and which one ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.segmenters.sentences import sentences

__all__ = ["answer_in", "first_step", "query_of"]

_ANSWER = re.compile(r"\banswer is:? (.*?)\.?\s*\Z", re.IGNORECASE | re.DOTALL)
_CONCLUDES = re.compile(r"(?:thus|so|that is|therefore|hence)\b", re.IGNORECASE)
_SUM = re.compile(r"\d+(?:\.\d+)?\s*[-+*/×]\s*\d+(?:\.\d+)?\s*=\s*\d")
_LABEL = re.compile(r"\A(?:[-*•]\s+|(?:step\s*)?\d{1,2}[.):]\s+|next step:\s*)", re.IGNORECASE)


def first_step(said: str) -> str:
    """The first sentence of what was said: a model that runs ahead reasons about passages it has not seen."""
    text = " ".join(_LABEL.sub("", said.strip()).split())
    spans = sentences(text)
    return text[slice(*spans[0])] if spans else ""


def answer_in(step: str) -> str | None:
    """The answer that a step states (`So the answer is: Tromso.`); None where it states none."""
    match = _ANSWER.search(step)
    return match[1].strip() if match else None


def query_of(steps: Sequence[str], question: str) -> str:
    """What to search for next: the last step that states a fact, not one that only concludes; else the question."""
    return next((step for step in reversed(steps) if not (_CONCLUDES.match(step) or _SUM.search(step))), question)

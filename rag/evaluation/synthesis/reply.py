"""What a model replied, as a question with its evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rag.evaluation.synthesis.draft import Draft, Rejected
from rag.evaluation.synthesis.fold import fold
from rag.evaluation.synthesis.locate import Located, locate_all, merged
from rag.evaluation.synthesis.prompts import MOST_EXCERPTS
from rag.evaluation.synthesis.windows import Window

__all__ = ["read_reply"]

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_STRICTNESS = ("exact", "folded", "fuzzy")


def read_reply(reply: str, window: Window) -> Draft | Rejected:
    """The question of a reply, its excerpts located in the document.

    Args:
        reply: JSON, possibly with thoughts, fences or words around it.
        window: what the model was shown; excerpts are looked for in it and nowhere else.
    """
    found = next((value for value in _objects(_THOUGHT.sub("", reply)) if "question" in value), None)
    if found is None:
        return Rejected("unreadable reply", "the reply was not the JSON object that was asked for")
    question = found["question"]
    if question is None or (isinstance(question, str) and not question.strip()):
        return Rejected("nothing to ask", "the model found nothing to ask about")
    answer, excerpts = found.get("answer"), found.get("excerpts")
    excerpts = [excerpts] if isinstance(excerpts, str) else excerpts
    if not isinstance(question, str) or not isinstance(answer, str | int | float | None):
        return Rejected("unreadable reply", "question and answer must be texts")
    if not isinstance(excerpts, list) or not excerpts or not all(isinstance(one, str) for one in excerpts):
        return Rejected("unreadable reply", "excerpts must be a list of texts", question)
    if len(excerpts) > MOST_EXCERPTS:
        return Rejected("unreadable reply", f"there were {len(excerpts)} excerpts, more than {MOST_EXCERPTS}", question)
    return _draft(" ".join(question.split()), answer, excerpts, window)


def _draft(question: str, answer: Any, excerpts: list[str], window: Window) -> Draft | Rejected:
    folded = fold(window.text)
    located: list[Located] = []
    for excerpt in excerpts:
        found = locate_all(excerpt, window.text, folded)
        if not found:
            told = f"this excerpt does not stand in the window word for word: {excerpt[:200]!r}"
            return Rejected("excerpt not found", told, question)
        located += found
    spans = [(span.start, span.end) for span in located]
    return Draft(
        question,
        " ".join(str(answer or "").split()),
        window.source,
        tuple((window.start + start, window.start + end) for start, end in merged(spans)),
        "llm",
        max((span.how for span in located), key=_STRICTNESS.index),
        min(span.similarity for span in located),
    )


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object that begins somewhere in a text, the outermost ones."""
    decoder, place = json.JSONDecoder(strict=False), text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
        except ValueError:
            end = place + 1
        else:
            if isinstance(value, dict):
                yield value
        place = text.find("{", end)

"""Conditions on a question: what rules are made of."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, PositiveInt

from rag.component import Component
from rag.schema import Turn

__all__ = ["When"]


def _is_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


class When(Component):
    """Conditions on a question, all of which must hold."""

    pattern: Annotated[str, AfterValidator(_is_pattern)] | None = None
    """A regular expression found anywhere in the question; case does not matter."""
    words: tuple[str, ...] = ()
    """Words or phrases, one of which stands in the question; case does not matter."""
    min_words: PositiveInt | None = None
    """The question has at least so many words."""
    max_words: PositiveInt | None = None
    """The question has at most so many words."""
    follow_up: bool | None = None
    """Whether the conversation has already begun."""

    def reason(self, turn: Turn) -> str | None:
        """Why they hold for a turn; None where they do not."""
        question, count = turn.search, len(turn.search.split())
        reasons = []
        if self.pattern is not None:
            found = re.search(self.pattern, question, re.IGNORECASE)
            if not found:
                return None
            reasons.append(f"{found[0]!r} matches {self.pattern!r}")
        if self.words:
            word = next((word for word in self.words if _holds(question, word)), None)
            if word is None:
                return None
            reasons.append(f"it says {word!r}")
        if not (self.min_words or 0) <= count <= (self.max_words or count):
            return None
        if self.follow_up is not None and self.follow_up != bool(turn.history):
            return None
        return ", ".join(reasons) or f"{count} words" + (", a follow-up" if self.follow_up else "")


def _holds(question: str, word: str) -> bool:
    """Whether a word or phrase stands in a question by itself, not inside another word."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", question, re.IGNORECASE) is not None

"""Routes by rules about the question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from langchain_core.runnables import RunnableConfig
from pydantic import AfterValidator, PositiveInt, model_validator

from rag.component import Component
from rag.errors import did_you_mean
from rag.kinds import Decision, Router
from rag.schema import Turn
from rag.steps import Steps


def _is_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


class Rule(Component):
    """Conditions on a question, all of which must hold, and the branch it then takes."""

    to: str
    """The branch."""
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
        """Why the rule holds for a turn; None where it does not."""
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


class Rules(Router):
    """The branch of the first rule that holds, else `otherwise`.

    route:
      use: rules
      rules: [{words: [compare, difference], to: several}, {max_words: 2, to: lookup}]
      otherwise: plain
      to: {plain: [...], several: [...], lookup: [...]}
    """

    to: Mapping[str, Steps]
    """The branches by name."""
    otherwise: str
    """The branch where no rule holds."""
    rules: tuple[Rule, ...] = ()
    """Tried in order."""

    @model_validator(mode="after")
    def _every_branch_is_there(self) -> Self:
        named = [(f"rules.{place}.to", rule.to) for place, rule in enumerate(self.rules)]
        for place, name in (*named, ("otherwise", self.otherwise)):
            if name not in self.to:
                there, hint = ", ".join(self.to), did_you_mean(name, self.to)
                raise ValueError(f"{place}: there is no branch {name!r}; there are: {there}. {hint}".rstrip())
        return self

    def branches(self) -> Mapping[str, Steps]:
        """Every branch by name."""
        return self.to

    def choose(self, turn: Turn, config: RunnableConfig | None = None, **_: Any) -> Decision:
        """The branch, and what the rule saw in the question."""
        for rule in self.rules:
            if (reason := rule.reason(turn)) is not None:
                return Decision(rule.to, reason=reason)
        return Decision(self.otherwise, reason="no rule holds")


def _holds(question: str, word: str) -> bool:
    """Whether a word or phrase stands in a question by itself, not inside another word."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", question, re.IGNORECASE) is not None

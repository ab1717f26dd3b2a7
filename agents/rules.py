"""Routes by rules about the question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from langchain_core.runnables import RunnableConfig
from pydantic import model_validator

from rag.asking.when import When
from rag.errors import did_you_mean
from rag.kinds import Decision, Router
from rag.schema import Turn
from rag.steps import Steps


class Rule(When):
    """Conditions on a question, all of which must hold, and the branch it then takes."""

    to: str
    """The branch."""


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

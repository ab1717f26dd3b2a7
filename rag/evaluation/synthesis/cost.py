"""What asking a model will cost, said before it is asked, and kept to while it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from langchain_core.language_models import BaseChatModel

from rag.evaluation.synthesis.prompts import Prompts
from rag.evaluation.synthesis.windows import Window
from rag.schema import Usage

__all__ = ["REPLY_TOKENS", "Budget", "Estimate", "estimate"]

REPLY_TOKENS = 250
"""Tokens of a reply, as estimated: a question, an answer and one to five excerpts. A model that thinks takes more."""
_EXTRA_TOKENS = 150
"""Tokens that earlier questions and refusals add to a call."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Calls and tokens, in US dollars where the model has prices."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None

    @property
    def tokens(self) -> int:
        """Prompt and completion."""
        return self.prompt_tokens + self.completion_tokens

    def times(self, factor: int) -> Estimate:
        """So many times this."""
        cost = None if self.cost is None else self.cost * factor
        return Estimate(self.calls * factor, self.prompt_tokens * factor, self.completion_tokens * factor, cost)


def estimate(llm: BaseChatModel, prompts: Prompts, windows: Sequence[Window], calls: int) -> Estimate:
    """What so many calls cost, by the prompts of the windows that come first, counted by the embedded tokenizer.

    Args:
        llm: `prices` of a model of ours are used.
        prompts: what is said beside the windows.
        windows: in the order in which they are asked about.
        calls: how many.
    """
    if not windows or not calls:
        return Estimate(0, 0, 0, 0.0 if getattr(llm, "prices", None) else None)
    from rag.encoders.tokenizer import default_tokenizer

    sample = windows[: min(calls, 200)]
    texts = ["\n".join(str(message.text) for message in prompts.messages(window)) for window in sample]
    each = sum(default_tokenizer().count(texts)) / len(sample) + _EXTRA_TOKENS
    most = getattr(llm, "max_tokens", None)
    reply = min(REPLY_TOKENS, most) if isinstance(most, int) else REPLY_TOKENS
    found = Estimate(calls, round(each * calls), reply * calls)
    prices: Any = getattr(llm, "prices", None)
    if prices is None:
        return found
    dollars = (found.prompt_tokens * prices.prompt + found.completion_tokens * prices.completion) / 1e6
    return replace(found, cost=dollars)


class Budget:
    """Calls, tokens and dollars that may be spent; only the calls under way can pass them. Threads share it.

    Args:
        most: what was announced.
    """

    def __init__(self, most: Estimate) -> None:
        self.most = most
        self.spent = Usage()
        self.exhausted = False
        """Whether no further call may be made."""
        self._begun = 0
        self._counting = Lock()

    def take(self) -> bool:
        """Whether one more call may be made; it then counts."""
        with self._counting:
            tokens = self.spent.prompt_tokens + self.spent.completion_tokens
            dear = self.most.cost is not None and (self.spent.cost or 0.0) >= self.most.cost
            if self.exhausted or self._begun >= self.most.calls or tokens >= self.most.tokens or dear:
                self.exhausted = True
                return False
            self._begun += 1
            return True

    def close(self) -> None:
        """No call may be made any more."""
        self.exhausted = True

    def add(self, usage: Usage) -> None:
        """What a call has cost."""
        with self._counting:
            self.spent += usage

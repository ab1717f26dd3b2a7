"""The calls of chat models for one text: what they cost, and why one was not made."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig

from rag.generators.asking import Said, ask
from rag.schema import Usage
from rag.spending.allowance import current

__all__ = ["Calls"]


class Calls:
    """Asks, and counts.

    Args:
        config: of the step that asks.
        kept: calls that the translation itself needs: under `limits.llm_calls` others leave them.
    """

    def __init__(self, config: RunnableConfig | None, kept: int = 0) -> None:
        self.config = config
        self.kept = kept
        self.usage = Usage()
        self.made: dict[str, int] = {}
        """How often each was made, by name."""
        self.failures: list[str] = []
        """Why calls failed or were not made, each reason once."""

    def help(self, llm: BaseChatModel, prompt: str, name: str) -> Said:
        """What a model says beside the translation; a failure costs the help alone, and is noted."""
        allowance = current()
        most = allowance.limits.llm_calls if allowance else None
        if allowance is not None and most is not None and allowance.spent.llm_calls + self.kept >= most:
            told = f"llm_calls: {allowance.spent.llm_calls} of {most} were made, {self.kept} kept for the translation"
            return self._noted(Said(failure=told, refused=True), name)
        return self._noted(ask(llm, [HumanMessage(prompt)], self.config, name), name)

    def translate(self, llm: BaseChatModel, messages: Sequence[BaseMessage], name: str = "translate") -> Said:
        """What the translator says."""
        return self._noted(ask(llm, messages, self.config, name), name)

    def _noted(self, said: Said, name: str) -> Said:
        self.usage += said.usage
        if said.usage.llm_calls:
            self.made[name] = self.made.get(name, 0) + said.usage.llm_calls
        if said.failure and f"{name}: {said.failure}" not in self.failures:
            self.failures.append(f"{name}: {said.failure}")
        return said

"""Many questions at once, each in any form of `rag.asking.question.Question`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from langchain_core.messages import BaseMessage
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import Runnable

from rag.asking.question import Question
from rag.errors import UsageError
from rag.schema import Answer

__all__ = ["Several"]


class Several(Runnable[Question, Answer]):
    """langchain-core's calls for many inputs, which would take one question for many: a text for its letters.

    Options are those of langchain-core's `Runnable`. Every call raises `UsageError` where it is given one question, or
    what holds none.
    """

    def batch(self, inputs: Iterable[Question], *rest: Any, **options: Any) -> list[Answer]:
        """The answers, in the order of their questions; as many threads as `max_concurrency` of the config says."""
        return super().batch(_questions(inputs, "batch"), *rest, **options)

    async def abatch(self, inputs: Iterable[Question], *rest: Any, **options: Any) -> list[Answer]:
        """`batch` without blocking the event loop."""
        return await super().abatch(_questions(inputs, "abatch"), *rest, **options)

    def batch_as_completed(  # type: ignore[override]  # an overload for each value of `return_exceptions`
        self, inputs: Iterable[Question], *rest: Any, **options: Any
    ) -> Iterator[tuple[int, Answer | Exception]]:
        """Each answer, as soon as it is there, behind the place of its question."""
        return super().batch_as_completed(_questions(inputs, "batch_as_completed"), *rest, **options)

    def abatch_as_completed(  # type: ignore[override]  # likewise
        self, inputs: Iterable[Question], *rest: Any, **options: Any
    ) -> AsyncIterator[tuple[int, Answer | Exception]]:
        """`batch_as_completed` without blocking the event loop."""
        return super().abatch_as_completed(_questions(inputs, "abatch_as_completed"), *rest, **options)


def _questions(inputs: Any, call: str) -> list[Question]:
    if isinstance(inputs, str | bytes | dict | BaseMessage | PromptValue):
        raise UsageError(f"{call} takes several questions, and {inputs!r:.80} is one: {call}([question])")
    if not isinstance(inputs, Iterable):
        raise UsageError(f"{call} takes a list of questions, not {inputs!r:.80}")
    return list(inputs)

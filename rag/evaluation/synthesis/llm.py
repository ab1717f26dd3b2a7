"""A question about a window, by any chat model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from langchain_core.language_models import BaseChatModel

from rag.errors import ModelError, RagError
from rag.evaluation.synthesis.checks import flaw
from rag.evaluation.synthesis.cost import Budget
from rag.evaluation.synthesis.draft import Draft, Rejected
from rag.evaluation.synthesis.prompts import Prompts
from rag.evaluation.synthesis.reply import read_reply
from rag.evaluation.synthesis.windows import Window
from rag.generators.usage import usage_of
from rag.schema import Usage

__all__ = ["Asked", "ask"]

_REMEMBERED = 20
"""Earlier questions that the model is told, the latest."""


@dataclass
class Asked:
    """What came of asking about one window."""

    window: Window
    round: int
    """How often it was asked about before."""
    draft: Draft | None = None
    rejected: list[Rejected] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    denied: bool = False
    """Whether the budget ended it."""


def ask(  # noqa: PLR0913, PLR0917  # what a call depends on
    llm: BaseChatModel,
    prompts: Prompts,
    window: Window,
    round_: int,
    earlier: Sequence[str],
    attempts: int,
    budget: Budget,
) -> Asked:
    """Asks until a question can be used, the model finds nothing to ask, or the attempts are over.

    Args:
        llm: any langchain-core chat model.
        prompts: what it is told.
        window: what it is shown.
        round_: how often this window was asked about before.
        earlier: questions about this document that there are already.
        attempts: calls at most.
        budget: is asked before every call.

    Raises:
        ModelError: the model failed for good.
    """
    asked = Asked(window, round_)
    for _ in range(attempts):
        if not budget.take():
            asked.denied = True
            break
        refused = [f"{one.question!r}: {one.detail}" if one.question else one.detail for one in asked.rejected]
        messages = prompts.messages(window, earlier[-_REMEMBERED:], refused)
        try:
            reply = llm.invoke(messages)
        except RagError:
            raise
        except Exception as error:
            raise ModelError(f"{type(llm).__name__} failed: {type(error).__name__}: {error}") from error
        usage = usage_of(reply, messages)
        budget.add(usage)
        asked.usage += usage
        found = read_reply(str(reply.text), window)
        if isinstance(found, Draft):
            begin = window.start
            quotes = [window.text[start - begin : end - begin] for start, end in found.spans]
            found = flaw(found.question, found.answer, quotes) or found
        if isinstance(found, Draft):
            asked.draft = found
            break
        asked.rejected.append(found)
        if found.reason == "nothing to ask":
            break
    return asked

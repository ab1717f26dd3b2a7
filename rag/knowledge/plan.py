"""Which sources a question needs: by a chat model, by rules, or all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig

from rag.errors import ModelError
from rag.generators.asking import ask
from rag.generators.prompts import filled
from rag.knowledge.source import NO_SOURCE, Source, closed
from rag.schema import Turn, Usage

if TYPE_CHECKING:
    from rag.skills.sources import SourcePlanner

__all__ = ["Plan", "by_llm", "by_planner", "by_rules", "named", "of_all"]

_HISTORY = 6
"""Earlier messages that the model is shown, the latest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The sources to ask, in order; none where the question is answered without."""

    sources: tuple[str, ...]
    by: str
    """What decided."""
    probabilities: Mapping[str, float] = field(default_factory=dict)
    """That each source is needed, where what decided tells."""
    reason: str = ""
    usage: Usage = field(default_factory=Usage)
    probed: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    """What was found by source while it was decided, where that was a search of the source itself."""
    searches: int = 0
    """Searches made to decide."""


def of_all(sources: Sequence[Source]) -> Plan:
    """Every source."""
    return Plan(closed([source.name for source in sources], sources), "all")


def by_rules(turn: Turn, sources: Sequence[Source]) -> Plan:
    """Those of which a rule holds, or that have none, and what they depend on."""
    reasons = {
        source.name: next((told for one in source.when if (told := one.reason(turn))), "" if source.when else "always")
        for source in sources
    }
    chosen = [name for name, reason in reasons.items() if reason]
    told = "; ".join(f"{name}: {reasons[name]}" for name in chosen)
    return Plan(closed(chosen, sources), "rules", reason=told or "no rule holds")


def by_planner(planner: SourcePlanner, turn: Turn, sources: Sequence[Source], threshold: float | None) -> Plan:
    """The sources of which a planner says that they are needed, and those they depend on.

    Args:
        planner: learnt from labelled questions.
        turn: its question; how many came before counts.
        sources: all; the planner must know each.
        threshold: probability; None for the planner's own, one a source.

    Raises:
        ModelError: it learnt other sources.
    """
    names = [source.name for source in sources]
    if set(names) != set(planner.labels):
        raise ModelError(
            f"the planner has learnt the sources {', '.join(planner.labels)}, and there are {', '.join(names)}: train "
            "one with `rag train sources` on questions labelled with these"
        )
    earlier = sum(isinstance(message, HumanMessage) for message in turn.history)
    chances = dict(zip(planner.labels, planner.predict_proba([turn.search], [earlier])[0].tolist(), strict=True))
    lines = dict(zip(planner.labels, planner.thresholds, strict=True))
    chosen = [name for name in names if chances[name] >= (lines[name] if threshold is None else threshold)]
    return Plan(closed(chosen, sources), "planner", {name: round(chances[name], 4) for name in names})


def by_llm(
    llm: BaseChatModel, prompt: str, turn: Turn, sources: Sequence[Source], config: RunnableConfig | None
) -> Plan | str:
    """The sources that a chat model names, with those they depend on; or why it cannot be said.

    Args:
        llm: the model.
        prompt: `sources` of `prompts.yaml`.
        turn: its question and what was said before.
        sources: with their descriptions.
        config: of the step that asks.
    """
    listed = "\n".join(_listed(source) for source in sources)
    history = "\n".join(map(_line, turn.history[-_HISTORY:])) or "(none)"
    told = filled(prompt, sources=listed, history=history, question=turn.search, none=NO_SOURCE)
    said = ask(llm, [HumanMessage(told)], config, "sources")
    names = None if said.failure else named(said.text, [source.name for source in sources])
    if names is None:
        return said.failure or f"the chat model named no source: it said {said.text[:80]!r}"
    return Plan(closed(names, sources), "llm", reason=f"the chat model said {said.text[:80]!r}", usage=said.usage)


def named(said: str, names: Sequence[str]) -> tuple[str, ...] | None:
    """The sources that a text names, in its order; none where it names `NULL`; None where it names neither.

    Where a text goes on about its choice, what stands behind its last `Sources:` counts. Case, quotes, list markers and
    hyphens, underscores or spaces in a name do not.
    """
    *_, last = re.split(r"\bsources?\W*:", said, flags=re.IGNORECASE)
    text = last if last.strip() else said
    found: dict[str, None] = {}
    for match in _pattern(names).finditer(text):
        name = next((name for name in names if _plain(name) == _plain(match[0])), None)
        if name is not None:
            found[name] = None
    if found:
        return tuple(found)
    nothing = rf"\b(?:{NO_SOURCE}|none|no source)\b|\[\s*\]"
    return () if re.search(nothing, text, re.IGNORECASE) else None


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    """Any of the names, the longest first: one may hold another."""
    longest = sorted(names, key=lambda name: -len(name))
    spelt = [r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", name))) for name in longest]
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelt)})(?!\w)", re.IGNORECASE)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).casefold()


def _listed(source: Source) -> str:
    """A source as the model sees it."""
    needs = f" Needs what is found in {', '.join(source.needs)}, which comes before it." if source.needs else ""
    return f"- {source.name}: {json.dumps(source.description or 'not described', ensure_ascii=False)}{needs}"


def _line(message: BaseMessage) -> str:
    return f"{'Assistant' if isinstance(message, AIMessage) else 'User'}: {message.text}"

"""Searches step by step: what was found says what to search for next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from time import perf_counter
from typing import Annotated, Any, Literal, Self

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from pydantic import Field, PositiveInt, model_validator

from rag.asking.reasoning import answer_in, first_step, query_of
from rag.asking.searching import fused, key_of, search
from rag.bridging.bridges import following
from rag.bridging.descriptions import ways
from rag.comparison.question import comparison
from rag.generators.asking import ask
from rag.generators.prompts import Prompts, filled, load
from rag.kinds import Agent
from rag.schema import Turn, Usage
from rag.spending.allowance import time_for

_SHARP = 1
"""Constant of the fusion over hops: a bridge leads to one passage, so first ranks must stand out."""


class Iterative(Agent):
    """Several searches for a question whose answer lies in several passages.

    With a chat model (IRCoT [1]): search, let the model write one sentence of reasoning over all that was found, search
    with that sentence, and so on, until it states an answer, says nothing, or `max_hops` searches were made. The
    generator behind it answers from the passages, which come in the order they were found.

    Without one: each of the best `width` passages becomes a query, of what it leaves open of the question and the names
    in it that the question does not know; all rankings become one, in which those behind lower passages count less.
    With a `margin` a second search is made only where one passage stands out: a question that names one thing and asks
    for what is behind it finds one passage, from which names lead on; one whose several things were found at once
    has passages that score alike.

    The trace has the number of searches in sequence (`steps`, as Adaptive-RAG counts them), the queries, the reasoning
    or how far the first passage was `ahead`, and why it stopped.

    [1] Trivedi et al.: Interleaving Retrieval with Chain-of-Thought Reasoning for Knowledge-Intensive Multi-Step
        Questions (2023), arXiv 2212.10509.
    """

    retrieve: BaseRetriever
    """Asked in every step."""
    by: Literal["auto", "llm", "names"] = "auto"
    """What leads on; `auto` is `llm` where there is one."""
    llm: BaseChatModel | None = None
    """Reasons."""
    max_hops: PositiveInt = 4
    """Searches in sequence at most, with a chat model."""
    name_hops: PositiveInt = 2
    """The same by names."""
    per_hop: PositiveInt = 6
    """Passages that a search adds, with a chat model."""
    max_passages: PositiveInt = 15
    """Passages carried on."""
    max_words: PositiveInt = 600
    """Words of a passage; longer ones are left out of reasoning."""
    width: PositiveInt = 3
    """Passages whose names are followed in a hop."""
    fade: Annotated[float, Field(gt=0, le=1)] = 0.7
    """What the search behind a passage counts beside that behind the passage before it, and a third hop beside the
    second, by names."""
    margin: Annotated[float, Field(ge=0, lt=1)] = 0
    """By what share of its score the first passage must be ahead of the second for names to be followed; 0: always."""
    only_plain: bool = False
    """Whether names are followed only where the question neither describes something nor compares two things: what such
    a question needs, `bridge` and `compare` search for."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones; its keys `reason` and `passage` count here."""

    @model_validator(mode="after")
    def _has_a_model(self) -> Self:
        if self.by == "llm" and self.llm is None:
            raise ValueError("by: llm needs a chat model: give `llm`, at the root or here")
        return self

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with the passages of all steps."""
        if self.llm is not None and self.by != "names":
            return self._reasoned(self.llm, turn, config)
        return self._by_names(turn, config)

    @cached_property
    def _prompts(self) -> Prompts:
        return load(self.prompts)

    def _reasoned(self, llm: BaseChatModel, turn: Turn, config: RunnableConfig | None) -> Turn:
        found: dict[str, Document] = {}
        steps: list[str] = []
        queries: list[str] = []
        usage = Usage()
        notes: dict[str, Any] = {}
        took = 0.0
        while len(queries) < self.max_hops:
            if queries and (short := time_for(took)):
                notes = {"stopped": "limits", "skipped": short}
                break
            started = perf_counter()
            queries.append(query_of(steps, turn.search))
            (hits,) = search(self.retrieve, queries[-1:], turn.filter, config)
            took = perf_counter() - started
            fitting = (hit for hit in hits if len(hit.page_content.split()) <= self.max_words)
            for _, passage in zip(range(self.per_hop), fitting, strict=False):
                if len(found) < self.max_passages:
                    found.setdefault(key_of(passage), passage)
            said = ask(llm, [HumanMessage(self._asked(turn, list(found.values()), steps))], config, "reason")
            usage += said.usage
            step = first_step(said.text)
            if not step:
                notes = {"stopped": "nothing more was said"}
                if said.failure:
                    notes["fallback"] = said.failure
                break
            steps.append(step)
            if (answer := answer_in(step)) is not None:
                notes = {"stopped": "an answer", "answer": answer}
                break
        notes = {"steps": len(queries), "queries": queries, "reasoning": steps, "stopped": "max_hops", **notes}
        return turn.with_passages(list(found.values())).with_(usage=turn.usage + usage, notes=notes)

    def _asked(self, turn: Turn, passages: Sequence[Document], steps: Sequence[str]) -> str:
        shown = [
            filled(self._prompts.passage, number=str(number), label=_label(passage), text=passage.page_content)
            for number, passage in enumerate(passages, 1)
        ]
        thoughts = "\n".join(steps) or "(none)"
        passages_text = "\n".join(shown)
        return filled(self._prompts.reason, passages=passages_text, question=turn.search, thoughts=thoughts)

    def _by_names(self, turn: Turn, config: RunnableConfig | None) -> Turn:
        started = perf_counter()
        rankings = search(self.retrieve, [turn.search], turn.filter, config)
        took = perf_counter() - started
        short = ""
        weights = [1.0]
        queries: list[str] = [turn.search]
        followed: set[str] = set()
        steps = 1
        ahead = _ahead(rankings[0])
        kept = "" if ahead is None or ahead >= self.margin else "no passage stands out"
        if self.only_plain and (comparison(turn.search) is not None or ways(turn.search)):
            kept = "it describes or compares"
        while not kept and steps < self.name_hops:
            best = fused(rankings, self.width, weights, _SHARP)
            new = [(rank, passage) for rank, passage in enumerate(best) if key_of(passage) not in followed]
            followed.update(key_of(passage) for _, passage in new)
            texts: dict[str, float] = {}
            for rank, passage in new:
                texts.setdefault(following(turn.search, _titled(passage)), self.fade ** (steps - 1 + rank))
            texts = {text: weight for text, weight in texts.items() if text and text not in queries}
            if not texts or (short := time_for(took * len(texts))):
                break
            rankings += search(self.retrieve, list(texts), turn.filter, config)
            weights += texts.values()
            queries += texts
            steps += 1
        passages = fused(rankings, self.max_passages, weights, _SHARP)
        stopped = "name_hops" if steps == self.name_hops else "limits" if short else "no new names"
        notes = {"steps": steps, "queries": queries, "stopped": kept or stopped}
        notes |= {} if ahead is None else {"ahead": round(ahead, 4)}
        notes |= {"skipped": short} if short else {}
        return turn.with_passages(passages).with_(notes=notes)


def _ahead(ranking: Sequence[Document]) -> float | None:
    """By what share of its score the first passage is ahead of the second; None where scores do not tell."""
    told = [passage.metadata.get("score") for passage in ranking[:2]]
    scores = [float(score) for score in told if isinstance(score, int | float)]
    if not scores or len(scores) < len(told) or scores[0] <= 0:
        return None
    return 1 - max(scores[1], 0.0) / scores[0] if len(scores) > 1 else 1.0


def _titled(passage: Document) -> str:
    title = str(passage.metadata.get("title") or "")
    return f"{title}\n{passage.page_content}" if title else passage.page_content


def _label(passage: Document) -> str:
    title = str(passage.metadata.get("title") or "").replace('"', "'")
    return f' title="{title}"' if title else ""

"""Asks the knowledge sources that a question needs, in order, and exchanges evidence until the answer rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from rag import skills
from rag.generators.asking import quiet
from rag.generators.prompts import Prompts, load
from rag.generators.verdict import BORNE
from rag.index import Index
from rag.kinds import Agent, Generator, default_encoder
from rag.knowledge.folders import sources_of
from rag.knowledge.gather import Means, chained, gather, shown
from rag.knowledge.judge import agreeing, ranked
from rag.knowledge.nearness import ASKED, by_nearness
from rag.knowledge.plan import Plan, by_llm, by_planner, by_rules, of_all
from rag.knowledge.refine import refine
from rag.knowledge.source import NO_SOURCE, Source, check, closed
from rag.passages.parts import fitting
from rag.schema import Turn, Usage
from rag.spending.allowance import current

Share = Annotated[float, Field(ge=0, le=1)]


class MultiSource(Agent):
    """Plans which sources to ask, searches them in order, scores what they give, answers and refines [1].

    agent:
      use: multi_source
      retrieve: {use: fusion, of: [{use: bm25}, {use: dense}]}
      sources:
        - {name: profile, description: who the customer is, filter: {source: "profile/*"}}
        - {name: manuals, description: how products work, filter: {source: "manuals/*"}, after: profile, tie: product}
      generate: {use: reader}

    Without `sources` each folder of the index is one. It stands where retrieval and generator would; without `generate`
    it plans, searches and scores, and a generator follows. Every passage carries the name of its source and its
    similarity (0.0, 0.1 ... 1.0), which the generator `chat` shows its model. Refinement weighs each passage by its
    relevance times how far the answer is consistent with it (skill `support`), exchanges the `update` lightest for the
    next of their sources, and answers again; no passage comes twice, and the best answer is kept.

    A plan of no source (`NULL`) leaves the answer to the generator where that may answer without passages (`chat` with
    `closed_book`); with any other the likeliest source is asked, or all where nothing tells which. The answer comes as
    a whole, not word by word.

    [1] Wang et al.: UniMS-RAG, A Unified Multi-source Retrieval-Augmented Generation for Personalized Dialogue Systems
        (2024), arXiv 2401.13256.
    """

    retrieve: BaseRetriever
    """Searches every source that has no retriever of its own, narrowed by its filter."""
    sources: tuple[Source, ...] = ()
    """The sources; none: each folder in which the paths of the index first part."""
    generate: Generator | None = None
    """Answers; none where a generator stands behind."""
    by: Literal["auto", "skill", "llm", "rules", "all"] = "auto"
    """What plans. `skill`: what one search finds of each source, or what `planner` has learnt. `rules`: the sources'
    `when`. `auto`: `skill` with a `planner`, else `llm` where there is one, else `skill`."""
    threshold: Share | None = None
    """Probability from which a source is asked, with `skill`; where not given 0.15, or the planner's own."""
    planner: Path | None = None
    """What `rag train sources` wrote, the file or its folder: a planner learnt from labelled questions."""
    rerank: BaseDocumentCompressor | None = None
    """Orders what a source gives and judges its relevance; the skill `relevance` where not given."""
    max_passages: PositiveInt = 8
    """Passages that the generator is shown at most, the most relevant of all sources, of each at least one."""
    steps: NonNegativeInt = 2
    """Rounds of refinement at most; 0: none."""
    update: PositiveInt = 1
    """Passages exchanged in a round, the paper's `l`."""
    enough: Share = BORNE
    """Relevance times consistency of the best passage from which an answer is given as it is."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """Compares descriptions with the question."""
    index: Index | None = None
    """Its folders are the sources where none are listed."""
    llm: BaseChatModel | None = None
    """Plans; it may be a cheaper one than the generator's."""
    weights: str | None = None
    """File or folder of weights of the skills, as `rag train cross` writes them; None for those that ship."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones; its key `sources` counts here."""

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        check(self.sources)
        if self.by == "llm" and self.llm is None:
            raise ValueError("by: llm needs a chat model: give `llm`, at the root or here")
        if self.planner is not None and not self.sources:
            raise ValueError("planner: it has learnt certain sources: list them under `sources`")
        return self

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with the passages of the planned sources, and with an answer where a generator is given."""
        sources = self.sources or sources_of(self.index, turn.filter, 4)
        plan = self._planned(turn, sources, config)
        known = {source.name: source for source in sources}
        found = gather(turn, plan, known, self._means(config))
        first = shown(found, self.max_passages)
        told = {one.source.name: one.told() for one in found}
        notes = _plan_told(plan) | {"sources": told}
        turn = turn.with_passages(first).with_(usage=turn.usage + plan.usage)
        if self.generate is None:
            return turn.with_(notes=notes)
        generate, spent = self.generate, Usage()
        room = allowance.limits.context_tokens if (allowance := current()) else None
        route = "multi" if chained(found) else turn.route  # one passage tells what another is about: read together

        def answer(evidence: Sequence[Document]) -> Turn:
            nonlocal spent
            asked = turn.with_(usage=Usage(), passages=fitting(evidence, room), notes={}, route=route)
            answered = generate.invoke(asked, quiet(config, "answer"))
            spent += answered.usage
            return answered.with_(route=turn.route)

        refined = refine(first, found, answer, self._agreeing, steps=self.steps, update=self.update, enough=self.enough)
        own = dict(refined.turn.notes)
        return refined.turn.with_(
            usage=turn.usage + spent, notes={**own, **notes, "rounds": refined.rounds, "stopped": refined.stopped}
        )

    @cached_property
    def _prompts(self) -> Prompts:
        return load(self.prompts)

    def _planned(self, turn: Turn, sources: Sequence[Source], config: RunnableConfig | None) -> Plan:
        """The plan; one of no source only where somebody can answer without."""
        alone = bool(getattr(self.generate, "closed_book", False))
        if len(sources) == 1 and not alone:
            return of_all(sources)
        plan = self._chosen(turn, sources, config)
        if plan.sources or alone:
            return plan
        likeliest = max(plan.probabilities, key=lambda name: plan.probabilities[name], default=None)
        chosen = closed([likeliest] if likeliest else list(map(_name, sources)), sources)
        reason = f"{NO_SOURCE}, but nothing here answers without passages"
        return replace(plan, sources=chosen, reason="; ".join(filter(None, (plan.reason, reason))))

    def _chosen(self, turn: Turn, sources: Sequence[Source], config: RunnableConfig | None) -> Plan:
        if self.by == "all":
            return of_all(sources)
        if self.by == "rules":
            return by_rules(turn, sources)
        if self.llm is not None and (self.by == "llm" or (self.by == "auto" and self.planner is None)):
            kept = self._kept_call()
            plan = kept or by_llm(self.llm, self._prompts.sources, turn, sources, config)
            if isinstance(plan, Plan):
                return plan
            return replace(self._by_skill(turn, sources, config), reason=f"by skill: {plan}")
        return self._by_skill(turn, sources, config)

    def _kept_call(self) -> str:
        """Why a chat model cannot be asked for a plan: the only call that is left is the answer's. Empty where not."""
        allowance = current()
        most = allowance.limits.llm_calls if allowance else None
        if allowance is None or most is None or getattr(self.generate, "llm", None) is None:
            return ""
        spent = allowance.spent.llm_calls
        return f"llm_calls: {spent} of {most} were made, one is kept" if spent + 1 >= most else ""

    def _by_skill(self, turn: Turn, sources: Sequence[Source], config: RunnableConfig | None) -> Plan:
        if self.planner is not None:
            return by_planner(skills.load("sources", self.planner), turn, sources, self.threshold)
        threshold = ASKED if self.threshold is None else self.threshold
        return by_nearness(turn, sources, self._means(config), self.encoder, threshold)

    def _means(self, config: RunnableConfig | None) -> Means:
        def rank(question: str, passages: Sequence[Document]) -> list[Document]:
            return ranked(question, passages, self.rerank, self.weights)

        return Means(self.retrieve, rank, config)

    def _agreeing(self, turn: Turn, passages: Sequence[Document]) -> list[float]:
        return agreeing(turn, passages, skills.load("support", self.weights).score)


def _name(source: Source) -> str:
    return source.name


def _plan_told(plan: Plan) -> dict[str, Any]:
    """A plan for the trace."""
    return {
        "plan": list(plan.sources) or NO_SOURCE,
        "by": plan.by,
        **({"probabilities": dict(plan.probabilities)} if plan.probabilities else {}),
        **({"reason": plan.reason} if plan.reason else {}),
    }

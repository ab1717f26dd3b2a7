"""Answers, judges the answer, and answers again from more or fewer passages (SAGE)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter
from typing import Annotated, Any, Literal, Self

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from pydantic import Field, PositiveInt, model_validator

from rag import skills
from rag.encoders.vocabulary import embedded
from rag.generators.asking import ask, quiet
from rag.generators.prompts import Prompts, filled, load
from rag.generators.statements import marks_in, statements
from rag.generators.verdict import BRIEF, Claim, evidence, verdicts
from rag.index.context import headings_context
from rag.kinds import Agent, Compressor, Generator
from rag.passages.parts import context_tokens, fitting
from rag.schema import Answer, Turn, Usage
from rag.spending.allowance import current, time_for

_TOLD = re.compile(r"score\D{0,12}?(\d{1,2})\b.*?adjust\w*\W{0,12}?([+-]?\s*[01])\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of an answer."""

    score: float
    """1 to 10; 0 where it could not be judged."""
    adjustment: int = 0
    """1 for a passage more, -1 for one less, 0 for neither."""
    usage: Usage = field(default_factory=Usage)
    failure: str = ""


class SelfFeedback(Agent):
    """Selects passages, answers, judges the answer, and does it again from one passage more or less [1].

    It stands where the generator would, behind a ranking. The selection's `min_k` moves by what the judgement says,
    between 1 and the number of passages; it ends when an answer scores `enough`, nothing is to be adjusted, the same
    number or passages were tried before, or after `rounds` answers. The best-scored answer is given, of equals the
    first.

    With a chat model, the model scores and adjusts, as in the paper. Without one, the score is how likely the passages
    answer the question (skill `reader`) and bear every cited statement (skill `support`), on the same scale; where it
    is low a passage is added if the passages do not answer, and taken away if they do and the answer is not borne out.
    A statement drawn from several passages, as a comparison is, the skills cannot judge: it is given as it is.
    The answer comes as a whole, not word by word.

    [1] Zhang et al.: SAGE, A Framework of Precise Retrieval for RAG (2025), arXiv 2503.01713.
    """

    compress: Compressor
    """Selects passages; it has a field `min_k`, as `gradient` does."""
    generate: Generator
    """Answers."""
    by: Literal["auto", "llm", "skills"] = "auto"
    """What judges; `auto` is `llm` where there is one."""
    llm: BaseChatModel | None = None
    """Judges; it may be a cheaper one than the generator's."""
    rounds: PositiveInt = 3
    """Answers at most."""
    enough: Annotated[float, Field(ge=1, le=10)] = 9
    """Score from which an answer is given as it is."""
    weights: str | None = None
    """File or folder of weights of the skills, as `rag train cross` writes them; None for those that ship."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones; its keys `feedback` and `passage` count here."""

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        if "min_k" not in type(self.compress).model_fields:
            raise ValueError(f"compress: {type(self.compress).__name__} has no min_k to adjust; take gradient")
        if self.by == "llm" and self.llm is None:
            raise ValueError("by: llm needs a chat model: give `llm`, at the root or here")
        return self

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with its best-judged answer and the passages that it was given from."""
        most = max(1, len(turn.passages))
        least = getattr(self.compress, "least", None)  # by what is asked, as `gradient` has it
        min_k = min(most, int(least(turn.search) if least else getattr(self.compress, "min_k", 1)))
        tried: dict[int, tuple[float, Turn]] = {}
        told: list[dict[str, Any]] = []
        notes: dict[str, Any] = {"stopped": "rounds"}
        usage, took, cut = turn.usage, 0.0, ""
        while len(tried) < self.rounds:
            if tried and (short := time_for(took)):
                notes = {"stopped": "limits", "skipped": short}
                break
            started = perf_counter()
            selected = self._chosen(turn, min_k, config)
            chosen = _allowed(selected)
            cut = _told(selected, chosen) or cut
            if any([one.id for one in chosen] == [one.id for one in before.passages] for _, before in tried.values()):
                notes = {"stopped": "the same passages"}
                break
            answered = self.generate.invoke(turn.with_(usage=Usage(), passages=chosen), quiet(config, "answer"))
            judged = self._judged(answered, config)
            usage += answered.usage + judged.usage
            took = perf_counter() - started
            tried[min_k] = (judged.score, answered)
            told.append({"min_k": min_k, "score": round(judged.score, 2), "adjustment": judged.adjustment})
            following = min(most, max(1, min_k + judged.adjustment))
            if judged.failure or judged.score >= self.enough or following in tried:
                notes = {
                    "stopped": judged.failure or ("enough" if judged.score >= self.enough else "nothing to adjust")
                }
                break
            min_k = following
        best = max(tried.values(), key=lambda pair: pair[0])[1]
        notes |= {"skipped": cut} if cut and "skipped" not in notes else {}
        return best.with_(usage=usage, notes={**notes, "rounds": told})

    @cached_property
    def _prompts(self) -> Prompts:
        return load(self.prompts)

    def _chosen(self, turn: Turn, min_k: int, config: RunnableConfig | None) -> tuple[Document, ...]:
        """What the selection keeps with so many at least."""
        update = {"min_k": min_k} | ({"several_k": None} if "several_k" in type(self.compress).model_fields else {})
        select = self.compress.model_copy(update=update)
        return tuple(select.compress_documents(turn.passages, turn.search, (config or {}).get("callbacks")))

    def _judged(self, turn: Turn, config: RunnableConfig | None) -> Judged:
        """A score and what to adjust."""
        answer = turn.answer
        if answer is None:
            return Judged(0.0, failure="there is no answer to judge")
        if self.llm is not None and self.by != "skills":
            return self._by_llm(self.llm, turn, answer, config)
        return self._by_skills(turn, answer)

    def _by_llm(self, llm: BaseChatModel, turn: Turn, answer: Answer, config: RunnableConfig | None) -> Judged:
        shown = [
            filled(self._prompts.passage, number=str(number), label="", text=passage.page_content)
            for number, passage in enumerate(answer.passages or turn.passages, 1)
        ]
        told = filled(self._prompts.feedback, question=turn.search, answer=answer.text, passages="\n".join(shown))
        said = ask(llm, [HumanMessage(told)], config, "feedback")
        found = _TOLD.search(said.text)
        if said.failure or found is None or not 1 <= int(found[1]) <= 10:
            return Judged(0.0, 0, said.usage, said.failure or f"the model gave no score: {said.text[:80]!r}")
        return Judged(float(found[1]), int(found[2].replace(" ", "")), said.usage)

    def _by_skills(self, turn: Turn, answer: Answer) -> Judged:
        shown = answer.passages or turn.passages
        if not shown:
            return Judged(1.0, 1)
        told = statements(answer.text, marks_in(answer.text, len(shown)))
        if any(len({number for _, number in one.marks}) > 1 for one in told):
            # A comparison: no passage by itself answers or bears it, and fewer passages could only spoil it.
            return Judged(0.0, failure="the answer is drawn from several passages, which the skills cannot judge")
        texts, titles = [one.page_content for one in shown], [headings_context(one.metadata) for one in shown]
        borne = 0.0 if answer.abstained else self._borne(turn.search, answer, shown)
        if embedded().known(turn.search, shown).weight:
            _, answerable = skills.load("reader", self.weights).read(turn.search, texts, titles, most=1)
        else:
            answerable = borne  # another language: the citations decide
        lacking = answer.abstained or answerable < borne
        return Judged(1 + 9 * min(answerable, borne), 1 if lacking else -1)

    def _borne(self, question: str, answer: Answer, shown: Sequence[Document]) -> float:
        """How likely the passages bear every cited statement; 1 where none is cited."""
        pairs = [
            (Claim(one.text, question if len(one.text.split()) < BRIEF else ""), evidence(shown[number - 1]))
            for one in statements(answer.text, marks_in(answer.text, len(shown)))
            for _, number in one.marks
        ]
        support = skills.load("support", self.weights).score
        return min((verdict.score for verdict in verdicts(pairs, support)), default=1.0)


def _allowed(passages: tuple[Document, ...]) -> tuple[Document, ...]:
    """As many of the best passages as the turn's limits allow: the generator is no step here, which would see to it."""
    allowance = current()
    return fitting(passages, allowance.limits.context_tokens) if allowance and passages else passages


def _told(selected: Sequence[Document], chosen: Sequence[Document]) -> str:
    """For the trace: what the limits cut off."""
    given, shown = context_tokens(selected), context_tokens(chosen)
    return f"context_tokens: {given - shown} of {given} tokens of passages" if shown < given else ""

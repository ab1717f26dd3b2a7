"""Asks what a question describes before it asks the question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from pydantic import Field, PositiveInt

from rag import skills
from rag.asking.searching import key_of, search, without_last
from rag.bridging.chain import Chains, Step, belief
from rag.bridging.descriptions import ways
from rag.comparison.question import comparison
from rag.generators.quotable import sentence_around
from rag.kinds import Agent
from rag.passages.parts import cite, context_tokens
from rag.passages.reading import read_in_time, seconds_to_read
from rag.schema import Citation, Turn
from rag.spending.allowance import time_for
from rag.spending.limits import GivesWay

if TYPE_CHECKING:
    from rag.skills.reader import Reader


class Bridge(Agent):
    """Asks first what a question only describes, then the question about that; any other question passes unchanged.

    "Who runs the firm that bought Lunden Bank?" finds who bought the bank, and rarely who runs the buyer. So "What is
    the firm that bought Lunden Bank?" is asked, and "Who runs Grey Harbour Holding?" with what the reader finds (the
    bridging questions of DecompRC [1], which a trained model divides; here it is done by rule, and where a question
    may be divided in several ways the one that the passages answer best counts). The generator behind it is given the
    last question and its passages; what the earlier ones found is cited beside its answer. Where one passage answers
    the whole question as well, nothing changes. English only.

    The trace has the questions that led on, with their answers and how far they are believed, and how many were tried.

    [1] Min et al.: Multi-hop Reading Comprehension through Question Decomposition and Rescoring (2019).
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.HOPS

    retrieve: BaseRetriever
    """Asked for each question."""
    per_question: PositiveInt = 10
    """Passages that are read for a question."""
    max_questions: PositiveInt = 8
    """Questions that are tried at most."""
    depth: PositiveInt = 3
    """Descriptions that are resolved one after the other at most."""
    believed_from: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Geometric mean of the answers' probabilities from which they count."""
    beside_direct: Annotated[float, Field(ge=0)] = 0.75
    """How far that mean must come up to the probability of what the passages say to the whole question."""
    sure_from: Annotated[float, Field(ge=0, le=1)] = 1
    """Probability of what the passages say to the whole question from which nothing else is asked; 1: always asks."""
    by_route: bool = False
    """Whether nothing is asked where a router chose another branch than `multi`: fewer searches, and fewer answers."""
    weights: str | None = None
    """File or folder of weights, as `rag train cross` writes them; None for those that ship."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with the last question as what is searched for, and passages about it."""
        single = self.by_route and turn.route not in (None, "multi")
        if single or not ways(turn.search) or comparison(turn.search) is not None:
            return turn

        def find(question: str) -> Sequence[Document]:
            (hits,) = search(self.retrieve, [question], turn.filter, config)
            return hits[: self.per_question]

        direct = self._directly(turn)
        if direct is None:
            return turn.with_(notes={"skipped": "latency_ms: not all passages could be read"})
        if direct >= self.sure_from:
            return turn.with_(notes={"direct": round(direct, 3), "stopped": "sure of the whole question"})
        likely = seconds_to_read(context_tokens(turn.passages[: self.per_question]))
        chains = Chains(find, self._reader, self.max_questions, lambda seconds: bool(time_for(max(seconds, likely))))
        least = max(self.believed_from, self.beside_direct * direct)
        steps = chains.best(turn.search, self.depth, least)
        believed = belief(steps)
        asked = [_told(step) for step in steps or chains.asked]
        notes: dict[str, Any] = {"asked": asked, "tried": len(chains.asked), "believed": round(believed, 3)}
        notes |= {"direct": round(direct, 3), "steps": chains.steps}
        if believed < least:
            return turn.with_(notes=notes)
        return _led(turn, steps).with_(notes=notes)

    def _directly(self, turn: Turn) -> float | None:
        """Probability of the words that the passages have for the whole question; None if the time ends before."""
        texts = [passage.page_content for passage in turn.passages]
        found, read = read_in_time(self._reader, turn.search, turn.passages)
        if read < len(texts):
            return None
        spans, _ = self._reader.weighed(found, texts, most=1)
        return spans[0].score if spans else 0.0

    @cached_property
    def _reader(self) -> Reader:
        loaded: Reader = skills.load("reader", self.weights)
        return loaded


def _led(turn: Turn, steps: Sequence[Step]) -> Turn:
    """The turn with the last question, its passages in front, and what the earlier ones rest on."""
    evidence = [step.passages[step.span.passage] for step in steps[:-1] if step.span]
    fresh = {key_of(passage): passage for passage in (*steps[-1].passages, *evidence)}
    rest = [passage for passage in turn.passages if key_of(passage) not in fresh]
    before = set(map(key_of, turn.passages))
    added = [passage for key, passage in fresh.items() if key not in before]
    passages = [*fresh.values(), *without_last(rest, context_tokens(added))]
    return turn.with_(query=steps[-1].question, premises=tuple(map(_premise, steps[:-1])), passages=tuple(passages))


def _premise(step: Step) -> Citation:
    """The sentence that an answer stands in."""
    assert step.span is not None  # a chain goes on only from words that were found
    passage = step.passages[step.span.passage]
    return cite([passage], 1, *sentence_around(passage, step.span.start, step.span.end))


def _told(step: Step) -> dict[str, Any]:
    """For the trace."""
    return {"question": step.question, "answer": step.words, "score": round(step.score, 3)}

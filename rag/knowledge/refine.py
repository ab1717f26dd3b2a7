"""Self-refinement: the evidence that the answer rests on least is exchanged for the next of its source (Algorithm 1).

[1] Wang et al.: UniMS-RAG, A Unified Multi-source Retrieval-Augmented Generation for Personalized Dialogue Systems
(2024), arXiv 2401.13256, Algorithm 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from langchain_core.documents import Document

from rag.asking.searching import key_of
from rag.knowledge.gather import Found, in_line, relevance_of
from rag.schema import KNOWLEDGE, Turn
from rag.spending.allowance import time_for

__all__ = ["Consistency", "Refined", "refine"]

Consistency = Callable[[Turn, Sequence[Document]], Sequence[float]]
"""How consistent each passage is with the answer of a turn, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Refined:
    """The best answer, and how it was come by."""

    turn: Turn
    rounds: list[dict[str, Any]]
    stopped: str
    """Why it ended."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One answer and its evidence."""

    turn: Turn
    evidence: list[Document]
    weights: list[float]
    """Relevance times consistency of each."""

    @property
    def score(self) -> float:
        """What its best evidence weighs; 0 for an abstention."""
        answer = self.turn.answer
        return 0.0 if answer is None or answer.abstained else max(self.weights, default=0.0)


def refine(  # noqa: PLR0913  # Algorithm 1 and its bounds
    first: Sequence[Document],
    found: Sequence[Found],
    answer: Callable[[Sequence[Document]], Turn],
    consistency: Consistency,
    *,
    steps: int,
    update: int,
    enough: float,
) -> Refined:
    """Answers, weighs each evidence by relevance times consistency, exchanges the `update` lightest, answers again.

    It ends after `steps` exchanges, when the answer's best evidence weighs `enough`, or when no source has anything
    new; evidence of a source that has not stays, and so does what led to other sources. None is ever taken twice. The
    answer with the highest score is given, of equals the first.

    Args:
        first: evidence of the first answer, marked with relevance and source.
        found: the reserves, by source; they are used up.
        answer: a turn with an answer from some evidence.
        consistency: of evidence with that answer.
        steps: exchanges at most.
        update: evidences exchanged at once, the paper's `l`.
        enough: score from which an answer is given as it is.
    """
    started = perf_counter()
    best = now = _tried(list(first), answer, consistency)
    took = perf_counter() - started
    reserves = {one.source.name: list(one.reserve) for one in found}
    leading = {name for one in found for name in one.source.needs}
    rounds: list[dict[str, Any]] = [{"score": round(now.score, 3)}]
    for _ in range(steps):
        if now.score >= enough:
            return Refined(best.turn, rounds, "enough")
        if short := time_for(took):
            return Refined(best.turn, rounds, short)
        order = sorted(range(len(now.evidence)), key=lambda place: (now.weights[place], -place))
        lightest = [
            now.evidence[place] for place in order if now.evidence[place].metadata.get(KNOWLEDGE) not in leading
        ]
        dropped, fetched = _exchanged(lightest, reserves, update)
        if not fetched:
            return Refined(best.turn, rounds, "sources are exhausted")
        gone = set(map(key_of, dropped))
        kept = [passage for passage in now.evidence if key_of(passage) not in gone]
        now = _tried(in_line([*kept, *fetched], found), answer, consistency)
        rounds.append(
            {
                "score": round(now.score, 3),
                "dropped": [passage.id for passage in dropped],
                "fetched": [passage.id for passage in fetched],
            }
        )
        best = now if now.score > best.score else best
    return Refined(best.turn, rounds, "enough" if steps and now.score >= enough else "steps")


def _tried(evidence: list[Document], answer: Callable[[Sequence[Document]], Turn], consistency: Consistency) -> Tried:
    turn = answer(evidence)
    agree = consistency(turn, evidence)
    weights = [relevance_of(passage) * float(one) for passage, one in zip(evidence, agree, strict=True)]
    return Tried(turn, evidence, weights)


def _exchanged(
    lightest: Sequence[Document], reserves: dict[str, list[Document]], update: int
) -> tuple[list[Document], list[Document]]:
    """The first whose source has something new, `update` at most, and the new ones, taken from the reserves."""
    dropped: list[Document] = []
    fetched: list[Document] = []
    for passage in lightest:
        reserve = reserves.get(passage.metadata.get(KNOWLEDGE, ""), [])
        if reserve and len(dropped) < update:
            dropped.append(passage)
            fetched.append(reserve.pop(0))
    return dropped, fetched

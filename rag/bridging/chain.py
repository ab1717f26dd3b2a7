"""One question after the other, until the last has no description left in it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from langchain_core.documents import Document

from rag.bridging.descriptions import ways
from rag.comparison.naming import proper
from rag.index.context import headings_context

if TYPE_CHECKING:
    from rag.skills.reader import Reader, Span

__all__ = ["Chains", "Step", "same_name"]

LEAST = 0.1
"""Probability of what is described from which it is asked about."""


@dataclass(frozen=True, slots=True)
class Step:
    """A question and what answers it."""

    question: str
    passages: tuple[Document, ...]
    """What was read."""
    span: Span | None
    """The likeliest words of them; None where there are none."""

    @property
    def score(self) -> float:
        """Probability of the words, 0 to 1."""
        return self.span.score if self.span else 0.0

    @property
    def words(self) -> str:
        """What is said, on one line."""
        return " ".join(self.span.text.split()) if self.span else ""

    @property
    def named(self) -> str:
        """What is said, without what follows a name: `Ann Lee` of `Ann Lee with drawings by Bob Ray`."""
        return proper(self.words) if self.words[:1].isupper() else self.words


class Chains:
    """What a question about something described comes to, read in each of the ways it allows.

    Args:
        find: passages for a question, the best first.
        reader: finds the words in them.
        most: questions that are asked at most.
        enough: whether there is no time for one that takes so many seconds, as the slowest so far did.
    """

    def __init__(
        self,
        find: Callable[[str], Sequence[Document]],
        reader: Reader,
        most: int,
        enough: Callable[[float], bool] = lambda _: False,
    ) -> None:
        self.find, self.reader, self.most, self.enough = find, reader, most, enough
        self._asked: dict[str, Step] = {}
        self._slowest = 0.0
        self.steps = 0
        """Questions that were asked one after another at most: one that needs no answer of another waits for none."""

    @property
    def asked(self) -> tuple[Step, ...]:
        """Every question that was asked, in that order."""
        return tuple(self._asked.values())

    def best(self, question: str, depth: int, least: float = 0.0, before: tuple[Step, ...] = ()) -> tuple[Step, ...]:
        """The steps of the way that is believed most; the last one answers the question. Empty where there is none.

        Args:
            question: stand-alone.
            depth: descriptions that are resolved one after the other at most.
            least: belief below which a chain is of no use: nothing is asked that could not bring one up to it.
            before: steps that led to the question.
        """
        found: tuple[Step, ...] = ()
        for way in ways(question):
            if _reach(before, depth + 1) < least:
                break
            first = self._ask(way.first, before)
            if first is None or first.score < LEAST or not _new(first, question):
                continue
            filled, led = way.filled(first.named), (*before, first)
            behind = self.best(filled, depth - 1, least, led) if depth > 1 else ()
            last = self._ask(filled, led) if _reach(led, 1) >= least else None
            for rest in (behind, (last,) if last else ()):
                if not rest or not _new(rest[-1], question) or same_name(rest[-1].words, first.words):
                    continue
                if belief((first, *rest)) > belief(found):
                    found = (first, *rest)
            least = max(least, belief((*before, *found)) if found else 0.0)
        return found

    def _ask(self, question: str, before: Sequence[Step]) -> Step | None:
        """The answer to one question; None where no more may be asked."""
        if question not in self._asked:
            if len(self._asked) >= self.most or self.enough(self._slowest):
                return None
            started = perf_counter()
            passages = tuple(self.find(question))
            texts = [passage.page_content for passage in passages]
            titles = [headings_context(passage.metadata) for passage in passages]
            spans, _ = self.reader.read(question, texts, titles, most=1)
            self._asked[question] = Step(question, passages, spans[0] if spans else None)
            self._slowest = max(self._slowest, perf_counter() - started)
            self.steps = max(self.steps, len(before) + 1)
        return self._asked[question]


def _new(step: Step, question: str) -> bool:
    """Whether an answer says more than the question does: what it names itself, or in short, is no answer to it."""
    asked = set(re.findall(r"\w+", question.casefold()))
    if not step.words or asked.issuperset(re.findall(r"\w+", step.words.casefold())):
        return False
    return not any(_short_for(word, step.words) for word in re.findall(r"\b[A-Z][A-Z]+\b", question))


def _short_for(letters: str, name: str) -> bool:
    """Whether some letters are the last initials of a name: `GPL` of `GNU General Public License`."""
    return "".join(re.findall(r"\b([A-Z])\w", name)).endswith(letters)


def same_name(one: str, other: str) -> bool:
    """Whether two names are of one thing: one has all words of the other, which are two at least, or they are equal."""
    mine, theirs = (set(re.findall(r"\w+", name.casefold())) - {"the"} for name in (one, other))
    fewer, more = sorted((mine, theirs), key=len)
    return mine == theirs or (len(fewer) > 1 and fewer <= more)


def _reach(steps: Sequence[Step], more: int) -> float:
    """How far a chain can be believed at most when so many steps follow."""
    return math.prod(step.score for step in steps) ** (1 / (len(steps) + more))


def belief(steps: Sequence[Step]) -> float:
    """How far a chain is believed, 0 to 1: the geometric mean of its steps, so that one bad one spoils it."""
    if not steps or any(step.score <= 0 for step in steps):
        return 0.0
    return math.exp(sum(math.log(step.score) for step in steps) / len(steps))

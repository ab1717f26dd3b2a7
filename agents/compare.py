"""Searches for what a comparison needs beyond the first search."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from pydantic import PositiveInt

from rag import skills
from rag.asking.searching import key_of, search, without_last
from rag.comparison.naming import about
from rag.comparison.question import comparison
from rag.generators.comparing import Comparing, Subject
from rag.index.context import headings_context
from rag.kinds import Agent
from rag.passages.parts import context_tokens
from rag.schema import Turn
from rag.spending.limits import GivesWay

if TYPE_CHECKING:
    from rag.skills.reader import Reader


class Compare(Agent):
    """Completes the passages of a question that compares two named things; any other question passes unchanged.

    "Which film has the director who was born first, A or B?" is searched for once, as it stands; what that finds names
    the directors, but rarely says when they were born. So their names, as the reader finds them in the passages about A
    and B, are searched for, and so is A or B itself where no passage is about it. (DecompRC [1] learns which questions
    to ask in sequence; here they are made by rule.) What is found is put behind the passages; as many of the last ones
    go as that takes tokens. The generator `reader` draws the conclusion.

    The trace has the names that were searched for, and what was found about each.

    [1] Min et al.: Multi-hop Reading Comprehension through Question Decomposition and Rescoring (2019).
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.HOPS

    retrieve: BaseRetriever
    """Asked for each name."""
    per_name: PositiveInt = 2
    """Passages that a name adds."""
    weights: str | None = None
    """File or folder of weights, as `rag train cross` writes them; None for those that ship."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with passages about both."""
        asked = comparison(turn.search)
        if asked is None or not asked.attribute.ask:
            return turn
        passages = list(turn.passages)
        searched: dict[str, int] = {}
        steps = 0
        for _ in range(2 if asked.through else 1):
            subjects = Comparing(asked, passages, self._reader).subjects()
            missing = [name for name in map(_sought, subjects) if name and name not in searched]
            if not missing:
                break
            steps += 1
            for name, hits in zip(missing, search(self.retrieve, missing, turn.filter, config), strict=True):
                found = self._about(name, hits, passages)
                searched[name] = len(found)
                passages += found
        added = passages[len(turn.passages) :]
        needed = {
            key_of(turn.passages[place]) for name in asked.names for place in _about(name, turn.passages, own=True)
        }
        kept = without_last(turn.passages, context_tokens(added), needed)
        notes = {"searched": searched, "steps": steps} if searched else {}
        return turn.with_passages([*kept, *added]).with_(notes=notes)

    def _about(self, name: str, hits: Sequence[Document], known: Sequence[Document]) -> list[Document]:
        """The new passages about what a name stands for."""
        keys = set(map(key_of, known))
        fresh = [hit for hit in hits if key_of(hit) not in keys]
        return [fresh[place] for place in _about(name, fresh, own=True)][: self.per_name]

    @cached_property
    def _reader(self) -> Reader:
        loaded: Reader = skills.load("reader", self.weights)
        return loaded


def _sought(subject: Subject) -> str:
    """What is to be searched for; empty where there are passages about it."""
    return "" if subject.places else subject.called or subject.name


def _about(name: str, passages: Sequence[Document], *, own: bool = False) -> list[int]:
    texts, titles = _shown(passages)
    return about(name, list(zip(titles, texts, strict=True)), own=own)


def _shown(passages: Sequence[Document]) -> tuple[list[str], list[str]]:
    """Texts and titles."""
    return [passage.page_content for passage in passages], [headings_context(passage.metadata) for passage in passages]

"""What a run will do, before it does anything that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rag.evaluation.synthesis.cost import Estimate
from rag.evaluation.synthesis.draft import Question
from rag.evaluation.synthesis.judge import RELEVANCE, SIMILARITY
from rag.index import Failure
from rag.schema import Usage

__all__ = ["LIMIT_COST", "LIMIT_TOKENS", "Made", "Plan", "Settings"]

LIMIT_COST = 1.0
"""US dollars that a run may spend at most without somebody's consent."""
LIMIT_TOKENS = 500_000
"""Tokens that it may spend at most so, where the model has no prices."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How questions are made."""

    questions: int = 50
    """How many are wanted, those that are there already among them."""
    method: Literal["auto", "llm", "extractive"] = "auto"
    """`auto`: by the configuration's model where it has one."""
    seed: int = 0
    """Of the order in which windows are taken."""
    window_tokens: int = 800
    """Tokens of a window at most."""
    attempts: int = 3
    """Calls for one window at most, where replies cannot be used."""
    relevance: float = RELEVANCE
    """Least cosine of a question to each of its quotes."""
    similarity: float = SIMILARITY
    """Cosine to another question from which a question is left out."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be asked of whom."""

    documents: int
    windows: int
    wanted: int
    there: int
    """Questions that earlier runs made."""
    method: Literal["llm", "extractive"]
    model: str = ""
    """Whom; empty where no model is asked."""
    likely: Estimate | None = None
    """Where every reply can be used; None where no model is asked."""
    most: Estimate | None = None
    """What is never passed: a run that has spent it stops, with what it has."""
    failures: tuple[Failure, ...] = ()
    """Sources that could not be read."""

    @property
    def over_limit(self) -> bool:
        """Whether somebody has to agree."""
        if self.most is None:
            return False
        return self.most.tokens > LIMIT_TOKENS if self.most.cost is None else self.most.cost > LIMIT_COST

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


@dataclass
class Made:
    """What a run made."""

    folder: str
    wanted: int
    method: str
    model: str
    documents: int
    windows: int
    failures: tuple[Failure, ...] = ()
    questions: list[Question] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    """Why questions were left out, and how often."""
    usage: Usage = field(default_factory=Usage)
    """Of all runs in this folder."""
    reused: int = 0
    """Questions that earlier runs made."""
    failed: int = 0
    """Windows at which the model failed; the next run asks about them again."""
    interrupted: bool = False
    spent: bool = False
    """Whether it stopped because what was announced is spent."""

    @property
    def methods(self) -> Mapping[str, int]:
        """How many questions each method made."""
        return Counter(question.method for question in self.questions)

    def to_dict(self) -> dict[str, Any]:
        """The record, without the questions themselves."""
        sources = {question.source for question in self.questions}
        return {
            "folder": self.folder,
            "questions": len(self.questions),
            "wanted": self.wanted,
            "method": self.method,
            "model": self.model,
            "methods": dict(self.methods),
            "references": sum(len(question.references) for question in self.questions),
            "documents": self.documents,
            "documents_asked_about": len(sources),
            "windows": self.windows,
            "rejected": dict(self.rejected),
            "usage": asdict(self.usage),
            "reused": self.reused,
            "failed": self.failed,
            "interrupted": self.interrupted,
            "spent": self.spent,
            "failures": [asdict(failure) for failure in self.failures],
        }

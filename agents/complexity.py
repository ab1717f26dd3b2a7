"""Routes by how much retrieval a question needs (Adaptive-RAG)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from langchain_core.runnables import RunnableConfig
from pydantic import Field

from rag import skills
from rag.kinds import Decision, Router
from rag.schema import Turn
from rag.steps import Steps

if TYPE_CHECKING:
    from rag.skills.complexity import Complexity as Skill

Share = Annotated[float, Field(ge=0, le=1)]


class Complexity(Router):
    """No retrieval, one search, or several steps: whichever the skill `complexity` finds a question to need [1].

    route:
      use: complexity
      single: [...]
      multi: [...]

    [1] Jeong et al.: Adaptive-RAG, Learning to Adapt Retrieval-Augmented Large Language Models through Question
    Complexity (2024).
    """

    single: Steps
    """For questions that one document answers."""
    multi: Steps
    """For questions whose answer lies in several."""
    none: Steps | None = None
    """For questions that the model answers by itself; left out, those take `single`."""
    multi_from: Share = 0.5
    """The least probability at which `multi` is taken."""
    none_from: Share = 0.8
    """The least probability at which `none` is taken; high, because a guess without a source cannot be checked."""
    weights: Path | None = None
    """What `rag train complexity` wrote, the file or its folder; else what ships."""

    @cached_property
    def _skill(self) -> Skill:
        found: Skill = skills.load("complexity", self.weights)
        return found

    def branches(self) -> Mapping[str, Steps]:
        """Every branch by name."""
        return {**({} if self.none is None else {"none": self.none}), "single": self.single, "multi": self.multi}

    def choose(self, turn: Turn, config: RunnableConfig | None = None, **_: Any) -> Decision:
        """The branch, with the probabilities of all three."""
        none, single, multi = (round(float(chance), 4) for chance in self._skill.predict_proba([turn.search])[0])
        route = "multi" if multi >= self.multi_from else "single"
        if self.none is not None and none >= self.none_from:
            route = "none"
        return Decision(route, {"none": none, "single": single, "multi": multi})

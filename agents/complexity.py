"""Routes by how much retrieval a question needs (Adaptive-RAG)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from pydantic import Field, model_validator

from rag import skills
from rag.component import walk
from rag.encoders.vocabulary import embedded, said
from rag.errors import ModelError
from rag.generators.asking import ask
from rag.generators.prompts import filled, load
from rag.kinds import Decision, Router
from rag.schema import Turn
from rag.steps import Steps

if TYPE_CHECKING:
    from rag.skills.complexity import Complexity as Skill

Share = Annotated[float, Field(ge=0, le=1)]
Name = Literal["none", "single", "multi"]

_MEANING = {
    "none": "it can be answered from general knowledge, without looking anything up",
    "single": "one passage of a document answers it",
    "multi": "the answer has to be put together from several passages",
}


class Complexity(Router):
    """No retrieval, one search, or several steps: whichever a question is found to need [1].

    route:
      use: complexity
      single: [...]
      multi: [...]

    The skill `complexity` decides, or a chat model. `none` is taken only where a chat model is there to answer: without
    one nothing can be said without passages, and such a question takes `single`. So does one that is seen to be in
    another language than the skill reads.

    [1] Jeong et al.: Adaptive-RAG, Learning to Adapt Retrieval-Augmented Large Language Models through Question
    Complexity (2024).
    """

    single: Steps
    """For questions that one document answers."""
    multi: Steps
    """For questions whose answer lies in several."""
    none: Steps | None = None
    """For questions that the model answers by itself; left out, those take `single`."""
    by: Literal["skill", "llm"] = "skill"
    """What decides; a chat model gives no probabilities."""
    multi_from: Share = 0.5
    """The least probability at which `multi` is taken."""
    none_from: Share = 0.8
    """The least probability at which `none` is taken; high, because a guess without a source cannot be checked."""
    lean: Share = 0.5
    """How much cost counts, with the skill: 0.5 leaves both thresholds as they are; towards 1 they move so that the
    cheaper branch is always taken, towards 0 the dearer."""
    on_error: Name | None = None
    """The branch where what decides fails; where not given, the failure is raised."""
    weights: Path | None = None
    """What `rag train complexity` wrote, the file or its folder; else what ships."""
    llm: BaseChatModel | None = None
    """The model, where `by` is `llm`."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones; its key `complexity` counts here."""

    @model_validator(mode="after")
    def _what_is_named_is_there(self) -> Self:
        if self.by == "llm" and self.llm is None:
            raise ValueError("by: llm needs a chat model: give `llm`, at the root or here")
        if self.on_error == "none" and self.none is None:
            raise ValueError("on_error: there is no branch 'none'; give it, or name single or multi")
        return self

    def branches(self) -> Mapping[str, Steps]:
        """Every branch by name."""
        return {**({} if self.none is None else {"none": self.none}), "single": self.single, "multi": self.multi}

    def choose(self, turn: Turn, config: RunnableConfig | None = None, **_: Any) -> Decision:
        """The branch; by the skill with the probabilities of all three."""
        try:
            return self._by_skill(turn) if self.by == "skill" else self._by_llm(turn, config)
        except ModelError as error:
            if self.on_error is None:
                raise
            return Decision(self.on_error, reason=f"on_error: {error}")

    @cached_property
    def _skill(self) -> Skill:
        found: Skill = skills.load("complexity", self.weights)
        return found

    @cached_property
    def _speaks(self) -> bool:
        """Whether a chat model is there that could answer without passages."""
        return self.llm is not None or any(getattr(part, "llm", None) is not None for part in walk(self.none))

    def _by_skill(self, turn: Turn) -> Decision:
        known = embedded().alone(turn.search)
        if not known.weight:
            return Decision("single", reason=f"another language: {said({'complexity': known.share})}")
        none, single, multi = (round(float(chance), 4) for chance in self._skill.predict_proba([turn.search])[0])
        chances = {"none": none, "single": single, "multi": multi}
        searched = "multi" if multi >= _moved(self.multi_from, self.lean) and self.lean < 1 else "single"
        if self.none is None or none < _moved(self.none_from, 1 - self.lean) or self.lean == 0:
            return Decision(searched, chances)
        if not self._speaks:
            return Decision("single", chances, "none, but there is no chat model to answer without passages")
        return Decision("none", chances)

    def _by_llm(self, turn: Turn, config: RunnableConfig | None) -> Decision:
        assert self.llm is not None
        routes = "\n".join(f"{name}: {_MEANING[name]}" for name in self.branches())
        prompt = filled(load(self.prompts).complexity, question=turn.search, routes=routes)
        said = ask(self.llm, [HumanMessage(prompt)], config, "complexity")
        if said.refused:
            return replace(self._by_skill(turn), usage=said.usage, reason=f"by skill: {said.failure}")
        if said.failure:
            raise ModelError(f"the chat model that chooses a branch failed: {said.failure}")
        found = re.search(rf"\b({'|'.join(self.branches())})\b", said.text.casefold())
        if found is None:
            raise ModelError(f"the chat model named none of {', '.join(self.branches())}: it said {said.text[:80]!r}")
        return Decision(found[1], reason="the chat model chose it", usage=said.usage)


def _moved(threshold: float, lean: float) -> float:
    """A threshold of a dear branch: as it is at 0.5, 0 at 0, 1 at 1, and between in straight lines."""
    if lean <= 0.5:
        return threshold * lean * 2
    return threshold + (1 - threshold) * (lean * 2 - 1)

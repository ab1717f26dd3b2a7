"""What every skill is: arrays, facts, a temperature; the typed call is its subclass's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Skill"]


class Skill:
    """A trained head. Threads may share it: no call changes what it holds.

    Scores do not depend on what else is in the call: texts are batched by length underneath.
    """

    name: ClassVar[str]
    """The key in `rag.skills.SKILLS`, and what the facts of its weights must say."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
        self.arrays = arrays
        self.facts = facts

    @property
    def temperature(self) -> float:
        """What logits are divided by before they become probabilities; fitted on development data."""
        return float(self.facts.get("temperature", 1.0))

    def __repr__(self) -> str:
        return f"rag.skills.load({self.name!r})"

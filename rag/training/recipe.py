"""What a recipe is: how one skill's head is read for, trained and measured."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from rag.training.settings import Run, Told, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Head", "Recipe"]

D = TypeVar("D")


@dataclass
class Head:
    """What a training gives."""

    arrays: Mapping[str, NDArray[Any]]
    """As they are stored."""
    temperature: float = 1.0
    parity: float = 0.0
    """The largest absolute difference between what torch computes and what the stored head computes."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else the skill must know at run time."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """Held-out figures of other trainings than this one: with a data set left out, for example."""


class Recipe(ABC, Generic[D]):
    """One skill's training; torch is imported inside `train` and nowhere else."""

    skill: ClassVar[str]
    epochs: ClassVar[int] = 20
    """Unless the user says otherwise."""
    wants: ClassVar[str]
    """The fields of a record of the user's own data, for the help and for errors."""
    limits: ClassVar[str] = ""
    """What the model card says the skill cannot do."""
    further: ClassVar[bool] = False
    """Whether it can train weights further that were trained before."""
    rewards: ClassVar[str] = ""
    """The figure by which, among seeds, the shipped one is chosen: one on development data."""

    @abstractmethod
    def read(self, files: Sequence[Path], tell: Callable[[Told], None] = silent) -> D:
        """The data, in parts by document; `tell` hears how far it is, now or when it is worked on.

        Raises:
            UsageError: there is nothing to learn from in the files.
        """

    @abstractmethod
    def train(self, data: D, run: Run) -> Head:
        """Trains a head."""

    @abstractmethod
    def measure(self, skill: Any, data: D) -> dict[str, float]:
        """Held-out figures of the skill as it ships: loaded from its file, without torch."""

    def counts(self, data: D) -> dict[str, int]:
        """How many records each part has, for the card."""
        return {}

"""What a training is asked for, and what it tells while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Literal

__all__ = ["Losses", "Merge", "Run", "Settings", "Told", "silent"]

Losses = Literal["repository", "paper"]


@dataclass(frozen=True, slots=True)
class Merge:
    """Weights of another training of the same skill, to be averaged with (`rag.training.cross.merge`)."""

    file: Path
    share: float = 0.4
    """How much of the result is theirs."""
    drop: float = 0.0
    """Share of what each training changed that is dropped first (DARE)."""


@dataclass(frozen=True)
class Settings:
    """One `rag train`."""

    out: Path
    """The folder of weights, card and checkpoints."""
    seed: int = 1
    """The first seed."""
    seeds: int = 1
    """How many trainings, with seeds one after another; figures are their mean and spread."""
    epochs: int | None = None
    """Passes over the data; None for the recipe's own number."""
    minutes: float | None = None
    """Of each training; what was best by then is kept. None for no limit."""
    resume: bool = False
    """Go on from the checkpoints in `out`."""
    start: Path | None = None
    """Weights that were trained before, to train further; None to begin from the encoder. Of `dupmae` a masked language
    model, folder or name."""
    losses: Losses = "repository"
    """Of `dupmae`: whose weight the bag of words has."""
    merge: Merge | None = None
    """Of `cross`: what it is averaged with at the end."""
    frozen: int = 0
    """Of `cross`: how many of the lowest layers stay as they are."""


@dataclass(frozen=True, slots=True)
class Told:
    """How far a training is."""

    stage: str
    done: int = 0
    total: int | None = None
    note: str = ""
    """What is known so far: a loss, the best figure."""


def silent(_: Told) -> None:
    """Tells nobody."""


@dataclass
class Run:
    """One training with one seed."""

    seed: int
    epochs: int
    folder: Path | None = None
    """Where checkpoints go; None for none."""
    resume: bool = False
    start: Path | None = None
    """Weights of the same skill to begin from."""
    merge: Merge | None = None
    """Weights of the same skill to be averaged with."""
    frozen: int = 0
    """Lowest layers that stay as they are."""
    deadline: float | None = None
    """On the monotonic clock."""
    tell: Callable[[Told], None] = field(default=silent)

    @property
    def late(self) -> bool:
        """Whether its time is over."""
        return self.deadline is not None and monotonic() > self.deadline

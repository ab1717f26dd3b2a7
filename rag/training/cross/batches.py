"""Groups of samples as padded tensors of like length."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.skills.cross import Judgement
from rag.training.cross.sample import UNKNOWN, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Batch", "batches", "collate"]

POOL = 2000
"""Groups that are sorted by length together: batches stay mixed, and little of them is padding."""


@dataclass(slots=True)
class Batch:
    """`[b]` rows of length `[n]`."""

    ids: NDArray[np.int64]
    roles: NDArray[np.int64]
    inside: NDArray[np.bool_]
    judged: NDArray[np.float32]
    """`[b, 3]` by `Judgement`, NaN where the data say nothing."""
    starts: NDArray[np.float32]
    """`[b, n]`, each row adds up to 1, or to 0 where nothing is learnt."""
    ends: NDArray[np.float32]
    keep: NDArray[np.float32]
    """`[b, n]`: 1, 0 or `UNKNOWN`."""
    groups: NDArray[np.int64]
    """`[b]`: rows of one question have one number."""

    @property
    def tokens(self) -> int:
        """Tokens that are no padding."""
        return int(self.inside.sum())


def batches(groups: Sequence[list[Sample]], tokens: int, seed: int) -> Iterator[Batch]:
    """Batches of up to `tokens` tokens, padding included, in random order; a group is never torn."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    for first in range(0, len(groups), POOL):
        pool = sorted(groups[first : first + POOL], key=lambda group: max(len(sample.ids) for sample in group))
        cut: list[list[list[Sample]]] = [[]]
        rows = longest = 0
        for group in pool:
            width = max(longest, *(len(sample.ids) for sample in group))
            if cut[-1] and (rows + len(group)) * width > tokens:
                cut.append([])
                rows, width = 0, max(len(sample.ids) for sample in group)
            cut[-1].append(group)
            rows, longest = rows + len(group), width
        chance.shuffle(cut)
        yield from map(collate, cut)


def collate(groups: Sequence[list[Sample]]) -> Batch:
    """One batch of some groups."""
    samples = [(number, sample) for number, group in enumerate(groups) for sample in group]
    shape = len(samples), -(-max(len(sample.ids) for _, sample in samples) // 8) * 8
    batch = Batch(
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int64),
        np.zeros(shape, np.bool_),
        np.full((shape[0], len(Judgement)), np.nan, np.float32),
        np.zeros(shape, np.float32),
        np.zeros(shape, np.float32),
        np.full(shape, UNKNOWN, np.float32),
        np.array([number for number, _ in samples], np.int64),
    )
    for place, (_, sample) in enumerate(samples):
        size = len(sample.ids)
        batch.ids[place, :size], batch.roles[place, :size], batch.inside[place, :size] = sample.ids, sample.roles, True
        for column, target in sample.judged.items():
            batch.judged[place, column] = target
        for at in sample.starts:
            batch.starts[place, at] += 1 / len(sample.starts)
        for at in sample.ends:
            batch.ends[place, at] += 1 / len(sample.ends)
        batch.keep[place, : len(sample.keep)] = sample.keep or UNKNOWN
    return batch

"""Two trainings made one: their weights averaged, which reads new documents better than either.

Both must descend from the same weights. DARE drops a share of what each training changed, at random, and enlarges the
rest, before they are averaged [1]; without drops it is the plain mean of fine-tuned models [2].

[1] Yu et al.: Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch (2024).
[2] Wortsman et al.: Model soups: averaging weights of multiple fine-tuned models improves accuracy (2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.float32]]

__all__ = ["merged"]


def merged(  # noqa: PLR0913  # two trainings, what they began from, and how much of each
    ours: Arrays, theirs: Arrays, base: Arrays, *, share: float, drop: float = 0.0, seed: int = 0
) -> dict[str, NDArray[np.float32]]:
    """The weights of both trainings as one.

    Args:
        ours: the arrays of one.
        theirs: those of the other; rows that it stored fewer of (positions) bound the result.
        base: what both began from; only looked at where something is dropped.
        share: how much of the result is theirs, 0 to 1.
        drop: share of the changes of every matrix of the layers that is dropped, 0 to below 1.
        seed: of what is dropped.

    Raises:
        UsageError: they have other arrays, or other shapes.
    """
    chance = np.random.default_rng(seed)
    found = {}
    for name, array in ours.items():
        other = theirs.get(name)
        if other is None or other.shape[1:] != array.shape[1:]:
            raise UsageError(f"--merge: the array {name!r} is missing there or has another shape; both must be `cross`")
        rows = min(len(array), len(other))
        pair = [array[:rows], other[:rows]]
        if drop and name.startswith("layers.") and array.ndim == 2:
            pair = [_thinned(one, base[name][:rows], drop, chance) for one in pair]
        found[name] = ((1 - share) * pair[0] + share * pair[1]).astype(np.float32)
    return found


def _thinned(
    array: NDArray[np.float32], base: NDArray[np.float32], drop: float, chance: np.random.Generator
) -> NDArray[np.float32]:
    """With a share of the changes taken back, and the others enlarged so that their sum is expected to stay."""
    kept = chance.random(array.shape, dtype=np.float32) >= drop
    thinned: NDArray[np.float32] = base + (array - base) * kept / np.float32(1 - drop)
    return thinned

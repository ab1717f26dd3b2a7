"""Vectors of the frozen encoder, kept on disk: another seed, another recipe or a resumed run encodes nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.cached import Cached
from rag.training.settings import Told, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["vectors"]

ROUND = 1024


def vectors(texts: Sequence[str], tell: Callable[[Told], None] = silent) -> NDArray[np.float32]:
    """Unit vectors, float32 `[len(texts), 384]`, by way of `vectors.sqlite` in the user's cache folder."""
    encoder = Cached()
    found = np.empty((len(texts), encoder.dimensions), dtype=np.float32)
    for start in range(0, len(texts), ROUND):
        tell(Told("encoding", start, len(texts)))
        found[start : start + ROUND] = encoder.encode(texts[start : start + ROUND])
    return found

"""Rows of numbers to unit vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["unit_rows"]


def unit_rows(rows: ArrayLike) -> NDArray[np.float32]:
    """Rows float32 `[n, d]` at unit length; a row of zeros stays zero and so is near nothing.

    Raises:
        ValueError: not a table of numbers.
    """
    table = np.asarray(rows, dtype=np.float32)
    if table.ndim != 2:
        raise ValueError(f"expected rows of one length, got shape {table.shape}")
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return np.divide(table, np.where(lengths > 0, lengths, 1), dtype=np.float32)

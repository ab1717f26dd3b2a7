"""The embedded encoder's layers with low-rank changes of a skill's own [1]: a tuned encoder for a megabyte.

[1] Hu et al.: LoRA, Low-Rank Adaptation of Large Language Models (2022), section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rag import weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MATRICES", "adapted"]

MATRICES = ("qkv", "out", "up", "down")
"""Of each layer, those that are changed."""


def adapted(changes: Mapping[str, NDArray[Any]], layers: int = 6) -> dict[str, NDArray[Any]]:
    """The encoder's arrays, changed.

    Args:
        changes: for each matrix `NAME` of `MATRICES`, `layers.L.NAME.low` `[rank, in]` and `layers.L.NAME.high`
            `[out, rank]`; their product is added. Beside what is int8 stands its `.scale` `[rows, 1]`. Other arrays
            (`roles`, heads) are taken over.
        layers: of the encoder.
    """
    arrays: dict[str, NDArray[Any]] = dict(weights.load("minilm.safetensors"))
    rest = (name for name in changes if not name.startswith("layers.") and not name.endswith(".scale"))
    arrays |= {name: _wide(changes, name) if f"{name}.scale" in changes else changes[name] for name in rest}
    for layer in range(layers):
        for matrix in MATRICES:
            name = f"layers.{layer}.{matrix}"
            low, high = (_wide(changes, f"{name}.{part}") for part in ("low", "high"))
            arrays[f"{name}.weight"] = arrays[f"{name}.weight"].astype(np.float32) + high @ low
    return arrays


def _wide(arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    scale = arrays.get(f"{name}.scale")
    array: NDArray[np.float32] = arrays[name].astype(np.float32)
    return array if scale is None else array * scale.astype(np.float32)

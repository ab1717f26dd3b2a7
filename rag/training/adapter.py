"""The embedded encoder in torch with low-rank changes that are trained, everything else frozen.

What is stored is what `rag.skills.adapters` reads. The base matrices need no gradient of their own: a third of the work
of tuning them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rag import weights
from rag.skills.adapters import MATRICES
from rag.weights.convert import quantize_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LAYERS", "adapter", "key", "stored"]

LAYERS, HEADS, HIDDEN = 6, 12, 384
SPREAD = 0.02
"""Of the random numbers that trained arrays begin with."""


def adapter(rank: int, kinds: int, outputs: int) -> Any:
    """A module for torch: `module(ids, roles, inside)` gives logits `[batch, length, outputs]`.

    Args:
        rank: of each change.
        kinds: rows of the table that is added in place of BERT's segments.
        outputs: of the head over every token.
    """
    import torch
    from torch.nn import functional

    base = {name: torch.from_numpy(np.array(a, np.float32)) for name, a in weights.load("minilm.safetensors").items()}
    words = base.pop("words.values") * base.pop("words.scale")

    class Adapter(torch.nn.Module):  # type: ignore[misc]  # torch is not looked into
        def __init__(self) -> None:
            super().__init__()
            self.trained = torch.nn.ParameterDict()
            for layer in range(LAYERS):
                for matrix in MATRICES:
                    out, inner = base[f"layers.{layer}.{matrix}.weight"].shape
                    self.trained[key(f"layers.{layer}.{matrix}.low")] = torch.randn(rank, inner) * SPREAD
                    self.trained[key(f"layers.{layer}.{matrix}.high")] = torch.zeros(out, rank)
            self.trained["roles"] = base["types"][:1].repeat(kinds, 1) + SPREAD * torch.randn(kinds, HIDDEN)
            self.trained[key("head.weight")] = torch.randn(outputs, HIDDEN) * SPREAD
            self.trained[key("head.bias")] = torch.zeros(outputs)

        def forward(self, ids: torch.Tensor, roles: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
            x = words[ids] + base["positions"][: ids.shape[1]] + self.trained["roles"][roles]
            x = _norm(x, "norm")
            batch, length = ids.shape
            for layer in range(LAYERS):
                name = f"layers.{layer}."
                shape = (batch, length, 3, HEADS, HIDDEN // HEADS)
                q, k, v = self._linear(x, f"{name}qkv").view(shape).permute(2, 0, 3, 1, 4)
                mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=inside[:, None, None, :])
                mixed = mixed.transpose(1, 2).reshape(batch, length, HIDDEN)
                x = _norm(x + self._linear(mixed, f"{name}out"), f"{name}norm1")
                inner = functional.gelu(self._linear(x, f"{name}up"))
                x = _norm(x + self._linear(inner, f"{name}down"), f"{name}norm2")
            head = self.trained[key("head.weight")], self.trained[key("head.bias")]
            return functional.linear(x, *head).float()

        def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
            straight = functional.linear(x, base[f"{name}.weight"], base[f"{name}.bias"])
            low, high = (self.trained[key(f"{name}.{part}")] for part in ("low", "high"))
            return straight + functional.linear(functional.linear(x, low), high)

    def _norm(x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(x, (HIDDEN,), base[f"{name}.weight"], base[f"{name}.bias"], 1e-12)

    return Adapter()


def stored(module: Any) -> dict[str, NDArray[Any]]:
    """The trained arrays by their names on disk: changes and projections int8 with a scale a row, the rest fp16."""
    found: dict[str, NDArray[Any]] = {}
    for place, tensor in module.trained.items():
        name, array = place.replace("/", "."), tensor.detach().numpy()
        if name.endswith((".low", ".high")) or (name == "head.weight" and len(array) > 1):
            found[name], found[f"{name}.scale"] = quantize_rows(array)
        else:
            found[name] = array.astype(np.float16)
    return found


def key(name: str) -> str:
    """A parameter has no dots in its name."""
    return name.replace(".", "/")

"""The cross-encoder in torch: the embedded encoder's layers with roles in place of segments, and its heads.

Parameters are named and shaped as they are stored (`rag.weights.convert`), so that export is a copy. The word table is
the encoder's own and stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rag import weights
from rag.skills.cross import Judgement, Token
from rag.skills.cross_rows import Role

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

__all__ = ["LAYERS", "Cross", "start"]

LAYERS, HEADS, HIDDEN = 6, 12, 384
DROPPED = 0.1
"""Share of the numbers behind each part of a layer that are dropped while it learns. Without, it knew its training
documents better than it reads new ones: F1 .88 against .70 on SQuAD 2.0 after two trainings."""


def start(seed: int) -> dict[str, NDArray[np.float32]]:
    """The arrays that training starts from: the encoder's, a role table and heads of small random numbers."""
    chance = np.random.default_rng(seed)
    arrays = {name: array.astype(np.float32) for name, array in weights.load("minilm.safetensors").items()}
    types = arrays.pop("types")
    del arrays["words.values"], arrays["words.scale"]
    arrays["roles"] = np.stack([types[int(role is Role.PASSAGE)] for role in Role])
    arrays["roles"] += chance.normal(0, 0.02, arrays["roles"].shape).astype(np.float32)
    for name, count, width in (("tokens", len(Token), HIDDEN), ("row", len(Judgement), 2 * HIDDEN)):
        arrays[f"heads.{name}.weight"] = chance.normal(0, 0.02, (count, width)).astype(np.float32)
        arrays[f"heads.{name}.bias"] = np.zeros(count, dtype=np.float32)
    return arrays


class Cross:
    """Parameters and the forward pass; `parameters` are float32 and are computed in bf16 under autocast."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], device: str = "cpu", frozen: int = 0) -> None:
        import torch

        stored = weights.load("minilm.safetensors")
        words = stored["words.values"].astype(np.float32) * stored["words.scale"].astype(np.float32)
        self.words = torch.from_numpy(words).to(device)
        self.learning = False
        """Whether numbers are dropped."""
        self.parameters = {
            name: torch.from_numpy(np.array(array, dtype=np.float32)).to(device).requires_grad_()
            for name, array in arrays.items()
        }
        # What stands below a frozen layer stays too: its slope would have to be led through the whole of it.
        still = ("positions", "roles", "norm.", *(f"layers.{layer}." for layer in range(frozen)))
        for name in self.parameters if frozen else ():
            if name.startswith(still):
                self.parameters[name].requires_grad_(requires_grad=False)

    def __call__(
        self, ids: torch.Tensor, roles: torch.Tensor, inside: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What is said of every token and of the row.

        Args:
            ids: int64 `[batch, length]`.
            roles: int64 `[batch, length]`.
            inside: bool `[batch, length]`, False at padding.

        Returns:
            Logits by `Token` `[batch, length, 3]` and by `Judgement` `[batch, 3]`.
        """
        import torch
        from torch.nn import functional

        p = self.parameters
        x = self.words[ids] + p["positions"][: ids.shape[1]] + p["roles"][roles]
        x = self._dropped(self._norm(x, "norm"))
        mask = inside[:, None, None, :]
        batch, length = ids.shape
        for layer in range(LAYERS):
            name = f"layers.{layer}."
            qkv = self._linear(x, f"{name}qkv").view(batch, length, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
            mixed = functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], attn_mask=mask)
            mixed = mixed.transpose(1, 2).reshape(batch, length, HIDDEN)
            x = self._norm(x + self._dropped(self._linear(mixed, f"{name}out")), f"{name}norm1")
            inner = functional.gelu(self._linear(x, f"{name}up"))
            x = self._norm(x + self._dropped(self._linear(inner, f"{name}down")), f"{name}norm2")
        weight = inside[:, :, None].to(x.dtype)
        mean = (x * weight).sum(1) / weight.sum(1)
        whole = torch.cat([x[:, 0], mean], dim=-1)
        return self._linear(x, "heads.tokens").float(), self._linear(whole, "heads.row").float()

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """A copy of the parameters."""
        return {name: tensor.detach().cpu().numpy().copy() for name, tensor in self.parameters.items()}

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        from torch.nn import functional

        return functional.linear(x, self.parameters[f"{name}.weight"], self.parameters[f"{name}.bias"])

    def _dropped(self, x: torch.Tensor) -> torch.Tensor:
        from torch.nn import functional

        return functional.dropout(x, DROPPED) if self.learning else x

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        from torch.nn import functional

        return functional.layer_norm(
            x, (HIDDEN,), self.parameters[f"{name}.weight"], self.parameters[f"{name}.bias"], 1e-12
        )

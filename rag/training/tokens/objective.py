"""Scores of late interaction over a mini-batch, in torch.

[1] Lee et al.: Rethinking the Role of Token Retrieval in Multi-Vector Retrieval (2023), section 3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["cosines", "maxsim", "xtr"]

LEAST = 1e-3
"""What the number of retrieved tokens is divided by at least: a passage without any scores 0."""


def cosines(questions: torch.Tensor, passages: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    """Of every token of every question with every token of every passage, float `[B, n, P, m]`.

    Args:
        questions: unit rows `[B, n, d]`.
        passages: unit rows `[P, m, d]`.
        inside: bool `[P, m]`, which are tokens and not padding; padding gets -inf.
    """
    import torch

    found = torch.einsum("bnd,pmd->bnpm", questions, passages)
    return found.masked_fill(~inside, float("-inf"))


def maxsim(similarities: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
    """The mean over a question's tokens of the best cosine with a token of the passage, `[B, P]`.

    Args:
        similarities: what `cosines` gave.
        asked: bool `[B, n]`, which are tokens of the question.
    """
    best = similarities.amax(dim=3).masked_fill(~asked[:, :, None], 0.0)
    return best.sum(dim=1) / asked.sum(dim=1, keepdim=True)


def xtr(similarities: torch.Tensor, asked: torch.Tensor, k: int) -> torch.Tensor:
    """The same from retrieved tokens alone, `[B, P]` [1, equation 4].

    A question's token retrieves the `k` nearest tokens of all passages of the batch. What is not retrieved does not
    count, and neither does a retrieved one of negative cosine; the sum is divided by the number of the question's
    tokens that retrieved one of the passage's.
    """
    import torch

    batch, size, passages, width = similarities.shape
    flat = similarities.reshape(batch, size, passages * width)
    least = flat.topk(min(k, flat.shape[2]), dim=2).values[:, :, -1:]
    kept = torch.where(flat >= least, flat, 0.0).clamp_min(0.0).reshape(similarities.shape)
    best = kept.amax(dim=3).masked_fill(~asked[:, :, None], 0.0)
    return best.sum(dim=1) / (best > 0).sum(dim=1).clamp_min(LEAST)

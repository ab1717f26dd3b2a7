"""What is minimised: where the answer begins and ends, what is kept, and what is judged of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.skills.cross import Judgement, Token

if TYPE_CHECKING:
    import torch

__all__ = ["losses"]

WEIGHTS = {"span": 1.0, "keep": 0.5, "rank": 0.5, "order": 0.5, "answerable": 1.0, "support": 1.0}


def losses(
    said: tuple[torch.Tensor, torch.Tensor], target: dict[str, torch.Tensor]
) -> tuple[torch.Tensor, dict[str, float]]:
    """The weighted sum, and each part by name.

    Args:
        said: logits of tokens `[b, n, 3]` and of rows `[b, 3]`.
        target: the arrays of a batch as tensors.
    """
    import torch
    from torch.nn import functional

    tokens, rows = said
    parts: dict[str, torch.Tensor] = {}
    readable = _readable(target)
    learnt = target["starts"].sum(1) > 0
    if learnt.any():
        found = []
        for column, wanted in ((Token.START, target["starts"]), (Token.END, target["ends"])):
            logits = tokens[:, :, column].masked_fill(~readable, -1e4)
            found.append(-(wanted * functional.log_softmax(logits, dim=1)).sum(1)[learnt].mean())
        parts["span"] = (found[0] + found[1]) / 2
    known = target["keep"] >= 0
    if known.any():
        parts["keep"] = functional.binary_cross_entropy_with_logits(
            tokens[:, :, Token.KEEP][known], target["keep"][known]
        )
    for judgement in Judgement:
        told = ~torch.isnan(target["judged"][:, judgement])
        if told.any():
            parts[judgement.name.lower()] = functional.binary_cross_entropy_with_logits(
                rows[told, judgement], target["judged"][told, judgement]
            )
    order = _order(rows[:, Judgement.RANK], target["judged"][:, Judgement.RANK], target["groups"])
    if order is not None:
        parts["order"] = order
    total = torch.stack([WEIGHTS[name] * part for name, part in parts.items()]).sum()
    return total, {name: float(part.detach()) for name, part in parts.items()}


def _readable(target: dict[str, torch.Tensor]) -> torch.Tensor:
    """Where an answer may begin: in the passage, or at `[CLS]`, which says that there is none."""
    from rag.skills.cross_rows import Role

    readable = (target["roles"] == int(Role.PASSAGE)) & target["inside"]
    readable[:, 0] = True
    return readable


def _order(scores: torch.Tensor, relevant: torch.Tensor, groups: torch.Tensor) -> torch.Tensor | None:
    """Each relevant passage against the others of its question: a softmax over it and all irrelevant ones."""
    import torch

    good, bad = relevant == 1, relevant == 0
    same = groups[:, None] == groups[None, :]
    against = same & bad[None, :]
    rows = torch.nonzero(good & against.any(1)).flatten()
    if not len(rows):
        return None
    others = scores[None, :].masked_fill(~against[rows], -1e4)
    return (torch.logsumexp(torch.cat([scores[rows, None], others], dim=1), dim=1) - scores[rows]).mean()

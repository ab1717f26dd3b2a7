"""DupMAE's three losses: masked words, the whole text from [CLS], and the bag of its words from the other tokens.

[1] Xiao, Liu, Shao, Cao: RetroMAE-2: Duplex Masked Auto-Encoder For Pre-Training Retrieval-Oriented Language Models
    (2023), sections 3.1 to 3.3; details as in staoxiao/RetroMAE, commit ee375876.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.training.settings import Losses

__all__ = ["BAG_WEIGHTS", "IGNORED", "Decoder", "DupMAE", "bag_loss", "ordinary_tokens"]

BAG_WEIGHTS = {"repository": 0.1, "paper": 1.0}
"""What the bag-of-words loss counts beside the other two: the repository's default, and the paper's plain sum."""
_HIDDEN = -1000.0
"""Added to the logits of padding, as the repository does."""
_UNSEEN = -1e4
IGNORED = -100


def ordinary_tokens(logits: Tensor, mask: Tensor) -> Tensor:
    """The highest logit of each vocabulary entry over a text's tokens.

    Args:
        logits: `[batch, tokens, vocabulary]`, [CLS] left out.
        mask: `[batch, tokens]`, 0 for padding.

    Returns:
        `[batch, vocabulary]`.
    """
    return (logits + (1 - mask[..., None].to(logits.dtype)) * _HIDDEN).amax(dim=1)


def bag_loss(views: Tensor, targets: Tensor) -> Tensor:
    """Mean over the batch of - sum_v target_v log softmax(view)_v; both `[batch, vocabulary]`."""
    return -(targets * functional.log_softmax(views, dim=-1)).sum(dim=-1).mean()


class Decoder(nn.Module):  # type: ignore[misc]  # torch's types are not read
    """One transformer layer that writes a text from its [CLS] vector and those of its words that a row may see.

    Row i asks with [CLS] and its position alone, and never sees token i: what is hidden has to be in [CLS].
    """

    def __init__(self, hidden: int, heads: int, inner: int, dropout: float = 0.1, epsilon: float = 1e-12) -> None:
        super().__init__()
        self.asked = nn.LayerNorm(hidden, epsilon)
        self.attention = nn.MultiheadAttention(hidden, heads, dropout, batch_first=True)
        self.attended = nn.LayerNorm(hidden, epsilon)
        self.inner = nn.Linear(hidden, inner)
        self.outer = nn.Linear(inner, hidden)
        self.done = nn.LayerNorm(hidden, epsilon)
        self.dropout = nn.Dropout(dropout)
        self.heads = heads

    def forward(self, cls: Tensor, places: Tensor, words: Tensor, visible: Tensor) -> Tensor:
        """Hidden states `[batch, tokens, hidden]` that the language model's head reads.

        Args:
            cls: `[batch, hidden]`.
            places: position and type embeddings `[tokens, hidden]`.
            words: embeddings of the text as it was `[batch, tokens, hidden]`; the first, [CLS]'s, is not used.
            visible: bool `[batch, tokens, tokens]`, which column each row sees.
        """
        queries = self.asked(self.dropout(cls[:, None] + places))
        keys = torch.cat([cls[:, None], words[:, 1:]], dim=1)
        bias = torch.zeros(visible.shape, dtype=queries.dtype, device=queries.device).masked_fill(~visible, _UNSEEN)
        found, _ = self.attention(
            queries, keys, keys, attn_mask=bias.repeat_interleave(self.heads, 0), need_weights=False
        )
        states = self.attended(queries + self.dropout(found))
        written = self.outer(functional.gelu(self.inner(states)))
        return self.done(states + self.dropout(written))


class DupMAE(nn.Module):  # type: ignore[misc]
    """A BERT-shaped masked language model with the decoder that is thrown away after training."""

    def __init__(self, model: Any, losses: Losses = "repository") -> None:
        super().__init__()
        self.model = model
        config = model.config
        self.decoder = Decoder(
            config.hidden_size,
            config.num_attention_heads,
            config.intermediate_size,
            config.hidden_dropout_prob,
            config.layer_norm_eps,
        )
        self.bag_weight = BAG_WEIGHTS[losses]

    def losses(self, batch: Mapping[str, Tensor], *, with_cls: bool = True) -> dict[str, Tensor]:
        """`masked`, `cls`, `bag` and their weighted sum `total`, scalars.

        Args:
            batch: `ids` (masked) and `whole` `[batch, tokens]`, `mask`, `masked_labels`, `decoder_labels` likewise,
                `visible` bool `[batch, tokens, tokens]`, `bag` `[batch, vocabulary]`.
            with_cls: False puts zeros in place of [CLS], to see what the decoder does without it.
        """
        embeddings = self.model.base_model.embeddings
        states = self.model.base_model(batch["ids"], attention_mask=batch["mask"]).last_hidden_state
        head = self._head
        logits = head(states)
        cls = states[:, 0] if with_cls else torch.zeros_like(states[:, 0])
        count = batch["ids"].shape[1]
        numbers = torch.arange(count, device=states.device)
        places = embeddings.position_embeddings(numbers)
        places = places + embeddings.token_type_embeddings(torch.zeros_like(numbers))
        written = self.decoder(cls, places, embeddings(input_ids=batch["whole"]), batch["visible"])
        parts = {
            "masked": _words(logits, batch["masked_labels"]),
            "cls": _words(head(written), batch["decoder_labels"]),
            "bag": bag_loss(ordinary_tokens(logits[:, 1:], batch["mask"][:, 1:]), batch["bag"]),
        }
        return {**parts, "total": parts["masked"] + parts["cls"] + self.bag_weight * parts["bag"]}

    @property
    def _head(self) -> Any:
        """The language model's head: BERT's `cls`, or `lm_head`."""
        return self.model.cls if hasattr(self.model, "cls") else self.model.lm_head


def _words(logits: Tensor, labels: Tensor) -> Tensor:
    return functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)

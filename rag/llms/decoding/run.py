"""One text on its way through one model: a key-value cache that grows, and shrinks where a draft was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from inspect import signature
from typing import Any

from rag.errors import ModelError
from rag.llms.decoding.checkpoint import Checkpoint

__all__ = ["Run"]


class Run:
    """What a model has read of one text. Not for several threads.

    Args:
        checkpoint: the model.
        prompt: its tokens. A two-sided model encodes it; its own text begins with its start token.
    """

    def __init__(self, checkpoint: Checkpoint, prompt: Sequence[int]) -> None:
        self.checkpoint = checkpoint
        self.forwards = 0
        """Passes through the model."""
        self.read = 0
        """Tokens that went through it, those of wrong drafts included."""
        self._prompt = list(prompt)
        self._model = checkpoint.model

    @cached_property
    def first(self) -> list[int]:
        """The tokens that stand before everything generated."""
        if not self.checkpoint.two_sided:
            return self._prompt
        start = self._model.generation_config.decoder_start_token_id
        if start is None:
            start = self.checkpoint.config.decoder_start_token_id
        if start is None:
            raise ModelError(f"the model {self.checkpoint.name!r} has no decoder_start_token_id in its configuration")
        return [int(start)]

    @property
    def length(self) -> int:
        """Tokens in the cache."""
        return int(self._cache.get_seq_length())

    def advance(self, tokens: Sequence[int], last: int = 1) -> Any:
        """Reads tokens behind those that it knows.

        Args:
            tokens: what is new.
            last: how many of them are asked what follows.

        Returns:
            Logits of the next token after each of the `last` tokens, float32 `[last, vocabulary]`.
        """
        import torch

        if "past_key_values" not in self._accepted:
            raise self._cacheless()
        expected = self.length + len(tokens)
        options = dict(self._options)
        if "logits_to_keep" in self._accepted:
            options["logits_to_keep"] = last
        with torch.inference_mode():
            ids = torch.tensor([list(tokens)], device=self._model.device)
            ids = {"decoder_input_ids": ids} if self.checkpoint.two_sided else {"input_ids": ids}
            out = self._model(**ids, past_key_values=self._cache, use_cache=True, **options)
        if self.length != expected:
            raise self._cacheless()
        self.forwards += 1
        self.read += len(tokens)
        return out.logits[0, -last:].float()

    def _cacheless(self) -> ModelError:
        return ModelError(
            f"the model {self.checkpoint.name!r} keeps no cache of keys and values (a state-space model?): "
            "serve it behind an endpoint and use llm: openai"
        )

    def keep(self, length: int) -> None:
        """Forgets what it read behind the first `length` tokens."""
        if length < self.length:
            self._cache.crop(length - self.length)  # negative: how many go

    @cached_property
    def _cache(self) -> Any:
        from transformers import DynamicCache, EncoderDecoderCache

        # Without the configuration every layer keeps all it read, sliding windows too: only so it can be cut anywhere.
        own = DynamicCache()
        return EncoderDecoderCache(own, DynamicCache()) if self.checkpoint.two_sided else own

    @cached_property
    def _accepted(self) -> frozenset[str]:
        return frozenset(signature(self._model.forward).parameters)

    @cached_property
    def _options(self) -> dict[str, Any]:
        """What goes with every pass: what a two-sided model's encoder made of the prompt."""
        if not self.checkpoint.two_sided:
            return {}
        import torch

        with torch.inference_mode():
            ids = torch.tensor([self._prompt], device=self._model.device)
            return {"encoder_outputs": self._model.get_encoder()(input_ids=ids), "attention_mask": torch.ones_like(ids)}

"""Chat models in this process, on torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Self

from pydantic import NonNegativeInt, PositiveInt, model_validator

from rag.errors import ModelError
from rag.llms.decoding.choosing import Chooser
from rag.llms.decoding.drafts import Assistant, Drafter, NoDrafts, PromptLookup
from rag.llms.decoding.run import Run
from rag.llms.decoding.speculating import Speculated
from rag.llms.in_process import InProcess

if TYPE_CHECKING:
    from rag.llms.decoding.checkpoint import Checkpoint

__all__ = ["Local"]


class Local(InProcess):
    """Any causal or encoder-decoder language model of transformers, by folder or name. Needs the extra `local`.

    Drafts make it faster and change no token: `prompt_lookup` copies from the prompt what followed the same words
    there [1], `assistant` lets a smaller model of the same tokens guess [2]. How many tokens a pass through the model
    gave stands in the trace (`tokens_per_pass`).

    [1] Saxena: Prompt lookup decoding (2023). [2] Leviathan, Kalman, Matias: Fast inference from transformers via
    speculative decoding (2023).
    """

    model: str
    """A folder (config, safetensors, tokenizer) or a name on the hub."""
    prompt_lookup: NonNegativeInt = 0
    """Tokens that a draft copies from the prompt at most; 0 for no drafts. A wrong draft costs time: a pass over six
    tokens took one and a half times as long as one over a single token on a CPU (docs/local-models.md)."""
    lookup_ngram: PositiveInt = 3
    """Last tokens that must have occurred before; shorter runs where none of that length has."""
    assistant: str | None = None
    """The smaller model that drafts, a folder or a name."""
    assistant_tokens: PositiveInt = 5
    """Tokens of its drafts."""

    @model_validator(mode="after")
    def _one_draft(self) -> Self:
        if self.prompt_lookup and self.assistant:
            raise ValueError("prompt_lookup and assistant are two ways to draft: choose one")
        return self

    @property
    def _llm_type(self) -> str:
        return "local"

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The model and its assistant."""
        return self._reader, *([self._checkpoint(self.assistant)] if self.assistant else [])

    @cached_property
    def _reader(self) -> Checkpoint:
        return self._checkpoint(self.model, self.revision)

    @cached_property
    def _drafting(self) -> Checkpoint:
        drafting = self._checkpoint(str(self.assistant))
        if not drafting.same_tokens(self._reader):
            raise ModelError(f"{self.assistant!r} cannot draft for {self.model!r}: their tokenizers differ")
        return drafting

    def _decoding(self, prompt: Sequence[int], choose: Chooser) -> Speculated:
        draft: Drafter = NoDrafts()
        if self.prompt_lookup:
            draft = PromptLookup(prompt, self.prompt_lookup, self.lookup_ngram)
        elif self.assistant:
            draft = Assistant(self._drafting, prompt, self.assistant_tokens)
        return Speculated(Run(self._reader, prompt), choose, draft)

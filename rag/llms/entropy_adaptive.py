"""Entropy Adaptive Decoding: two chat models in this process, the large one where the small one is uncertain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Self

from pydantic import PositiveInt, model_validator

from rag.errors import ModelError
from rag.llms.decoding.choosing import Chooser
from rag.llms.decoding.run import Run
from rag.llms.decoding.switching import Switch, Switched
from rag.llms.in_process import InProcess

if TYPE_CHECKING:
    from rag.llms.decoding.checkpoint import Checkpoint

__all__ = ["EntropyAdaptive"]


class EntropyAdaptive(InProcess):
    """A small and a large model of the same tokens that take turns at one answer [1]. Needs the extra `local`.

    The small one begins. Where the mean entropy of the last `window` tokens, in bits, is above `threshold`, the large
    one goes on, else the small one; who took over stays for `min_dwell` tokens. Nothing is verified: the answer may
    differ from what the large one would have said. The trace tells the large one's share of the tokens (`large_share`)
    and what each model read: who takes over must read what it has missed, which the paper's share leaves out. The large
    model's weights are loaded when it is first needed.

    [1] Simonds: Entropy Adaptive Decoding (2025), arXiv 2502.06833.
    """

    small: str
    """A folder (config, safetensors, tokenizer) or a name on the hub."""
    large: str
    """Another, with the same tokenizer. `revision` is the small one's, `large_revision` this one's."""
    large_revision: str | None = None
    """Commit, tag or branch on the hub."""
    threshold: float = 1.0
    """Bits. No value suits every pair: look at `mean_entropy_bits` and `large_share` in the trace. `.inf` leaves all to
    the small model, `-.inf` all behind the first `min_dwell` tokens to the large one."""
    window: PositiveInt = 5
    """Tokens of the mean."""
    min_dwell: PositiveInt = 10
    """Tokens between two switches at least."""

    @model_validator(mode="after")
    def _compares(self) -> Self:
        if math.isnan(self.threshold):
            raise ValueError("threshold must be a number of bits, .inf or -.inf")
        return self

    @property
    def _llm_type(self) -> str:
        return "entropy-adaptive"

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The small model and the large one."""
        return self._reader, self._checkpoint(self.large, self.large_revision)

    @cached_property
    def _reader(self) -> Checkpoint:
        return self._checkpoint(self.small, self.revision)

    @cached_property
    def _second(self) -> Checkpoint:
        second = self._checkpoint(self.large, self.large_revision)
        if not second.same_tokens(self._reader):
            raise ModelError(f"{self.small!r} and {self.large!r} cannot take turns: their tokenizers differ")
        if second.two_sided != self._reader.two_sided:
            raise ModelError(f"{self.small!r} and {self.large!r} cannot take turns: one of them is an encoder-decoder")
        return second

    def _room(self, given: int) -> int:
        room, window = super()._room(given), self._second.window
        if window is None:
            return room
        if given >= window:
            raise ModelError(
                f"the prompt has {given:,} tokens and {self.large!r} reads {window:,}: show it fewer passages"
            )
        return min(room, window if self._second.two_sided else window - given)

    def _decoding(self, prompt: Sequence[int], choose: Chooser) -> Switched:
        return Switched(
            Run(self._reader, prompt),
            lambda: Run(self._second, prompt),
            choose,
            Switch(self.threshold, self.window, self.min_dwell),
            min(self._reader.vocabulary, self._second.vocabulary),
        )

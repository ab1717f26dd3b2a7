"""The embedded encoder's contextual token vectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, NonNegativeInt

from rag import weights
from rag.encoders.minilm import STEP, MiniLM
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vectors import unit_rows
from rag.encoders.vocabulary import Vocabulary, embedded
from rag.kinds import Both, TokenEncoder

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

__all__ = ["MiniLMTokens", "axes"]


class MiniLMTokens(TokenEncoder):
    """The last hidden states of all-MiniLM-L6-v2, unit length, [CLS] and [SEP] included. Nothing was trained for it.

    `size` keeps the first so many principal axes, brought back to unit length; the figures are in
    `docs/decisions/tokens.md`.
    """

    size: Literal[128, 192, 256, 384] = 256
    """Dimensions of a vector."""
    precision: Literal["auto", "bf16", "f32", "int8"] = "auto"
    """What is multiplied; see the encoder `minilm`."""
    window: Annotated[int, Field(ge=STEP, le=512)] = 256
    """Tokens of a text that are read, special tokens included."""
    threads: NonNegativeInt = 0
    """CPU threads; 0 means every core."""

    @property
    def dimensions(self) -> int:
        """`size`."""
        return self.size

    @property
    def fingerprint(self) -> str:
        """The encoder's, and how much of a vector is kept."""
        axes = "" if self.size == 384 else f" axes@{weights.checksums()['axes.safetensors'][:8]}"
        return f"{self._model.fingerprint} tokens {self.size}{axes}"

    @property
    def vocabulary(self) -> Vocabulary:
        """The embedded tokenizer's, of English word pieces."""
        return embedded()

    def encode(self, texts: Sequence[str], *, query: bool = False) -> list[NDArray[np.float32]]:
        """Unit vectors float32 `[tokens, size]` of each text. Questions and passages are read alike."""
        return self._cut(self._model.encode_tokens(texts))

    def beside(self, encoder: Embeddings) -> Both | None:
        """One pass for both where the encoder is the same model, read alike."""
        model = self._model
        same = type(encoder) is MiniLM and all(
            getattr(encoder, name) == getattr(model, name) for name in ("precision", "window", "threads")
        )
        return self._both if same else None

    def _both(self, texts: Sequence[str]) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
        sentences, whole = self._model.encode_both(texts)
        return self._cut(whole), sentences

    def _cut(self, whole: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """The first `size` principal axes, brought back to unit length."""
        return whole if self.size == 384 else [unit_rows(vectors @ axes()[:, : self.size]) for vectors in whole]

    def spans(self, text: str, *, query: bool = False) -> NDArray[np.int64]:
        """Character offsets `[tokens, 2]`; those of [CLS] and [SEP] are empty."""
        found = default_tokenizer().engine.encode(text, add_special_tokens=False).offsets[: self._model.max_tokens]
        return np.array([(0, 0), *found, (len(text), len(text))], np.int64)

    @cached_property
    def _model(self) -> MiniLM:
        return MiniLM(precision=self.precision, window=self.window, threads=self.threads)


@cache
def axes() -> NDArray[np.float32]:
    """Principal axes of token vectors, float32 `[384, 256]`, the most telling first."""
    axes: NDArray[np.float32] = weights.load("axes.safetensors")["axes"].astype(np.float32)
    return axes

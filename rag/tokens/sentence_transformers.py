"""Any late-interaction checkpoint that sentence-transformers reads: its own, PyLate's, ColBERT's, XTR's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import PositiveInt

from rag.encoders.sentence_transformers import hash_of
from rag.encoders.vectors import unit_rows
from rag.encoders.vocabulary import Vocabulary
from rag.errors import MissingExtra, ModelError
from rag.kinds import TokenEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SentenceTransformersTokens"]

_turn = RLock()
"""One thread at a time: a Hugging Face tokenizer changes its own settings while it works."""


class SentenceTransformersTokens(TokenEncoder):
    """Token vectors of a multi-vector model, on torch. Needs the extra `sentence-transformers`, 6.0 or newer.

    The model's own markers, lengths, query expansion and skipped words apply.
    """

    model: str
    """A name on the hub or a folder."""
    revision: str | None = None
    """Commit, tag or branch on the hub."""
    batch_size: PositiveInt = 32
    """Texts computed at once."""
    device: str | None = None
    """`cpu`, `cuda`, `mps`; the fastest there is where empty."""

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector, found by encoding one word."""
        return int(self.encode(["dimensions"])[0].shape[1])

    @property
    def fingerprint(self) -> str:
        """Model and revision; for a folder its name and the hash of its weights."""
        folder = Path(self.model)
        return f"{folder.name}@{hash_of(folder)}" if folder.is_dir() else f"{self.model}@{self.revision or 'main'}"

    @cached_property
    def vocabulary(self) -> Vocabulary | None:
        """The model's own; None where its tokenizer cannot be looked into."""
        return Vocabulary.of_model(self._model.tokenizer)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> list[NDArray[np.float32]]:
        """Unit vectors float32 `[tokens, dimensions]` of each text."""
        if not texts:
            return []
        call = self._model.encode_query if query else self._model.encode_document
        with _turn:
            found = call(list(texts), batch_size=self.batch_size, convert_to_numpy=True, show_progress_bar=False)
        return [unit_rows(vectors) for vectors in found]

    def spans(self, text: str, *, query: bool = False) -> NDArray[np.int64]:
        """Character offsets `[tokens, 2]`; empty for all where the model's vectors are not its tokenizer's tokens."""
        count = len(self.encode([text], query=query)[0])
        with _turn:
            read = self._model.tokenizer(text, return_offsets_mapping=True, truncation=False)
        spans = np.array(read["offset_mapping"], np.int64).reshape(-1, 2)
        return spans if len(spans) == count else np.zeros((count, 2), np.int64)

    @cached_property
    def _model(self) -> Any:
        if find_spec("sentence_transformers") is None:
            raise MissingExtra("sentence-transformers", "sentence-transformers", type(self).__name__)
        import sentence_transformers

        if not hasattr(sentence_transformers, "MultiVectorEncoder"):
            raise ModelError(
                f"sentence-transformers {sentence_transformers.__version__} reads no multi-vector model: "
                "pip install 'sentence-transformers>=6'"
            )
        with _turn:
            if "_model" in self.__dict__:
                return self.__dict__["_model"]
            try:
                return sentence_transformers.MultiVectorEncoder(self.model, revision=self.revision, device=self.device)
            except (OSError, ValueError) as error:
                reason = str(error).strip().splitlines()[0]
                raise ModelError(f"the token encoder {self.model!r} cannot be loaded: {reason}") from error

"""Any sparse encoder that sentence-transformers reads: SPLADE and its kin, inference-free ones too."""

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
from rag.errors import MissingExtra, ModelError
from rag.kinds import SparseEncoder

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["SentenceTransformersSparse"]

_turn = RLock()
"""One thread at a time: a Hugging Face tokenizer changes its own settings while it works."""


class SentenceTransformersSparse(SparseEncoder):
    """Vocabulary weights of a sparse model, on torch. Needs the extra `sentence-transformers`.

    SPLADE [1] takes the highest log(1 + relu(logit)) of the masked language model over a text's tokens, which is
    DupMAE's ordinary-token view [2] with another saturation.

    [1] Formal, Piwowarski, Clinchant: SPLADE: Sparse Lexical and Expansion Model for First Stage Ranking (2021).
    [2] Xiao, Liu, Shao, Cao: RetroMAE-2: Duplex Masked Auto-Encoder For Pre-Training Retrieval-Oriented Language Models
        (2023), section 3.
    """

    model: str
    """A name on the hub or a folder."""
    revision: str | None = None
    """Commit, tag or branch on the hub."""
    terms: PositiveInt | None = 256
    """Weights a text keeps, the highest; None for all. Around 384 in DupMAE."""
    batch_size: PositiveInt = 32
    """Texts computed at once."""
    device: str | None = None
    """`cpu`, `cuda`, `mps`; the fastest there is where empty."""

    @property
    def fingerprint(self) -> str:
        """Model, revision and how many weights are kept; for a folder its name and the hash of its weights."""
        folder = Path(self.model)
        named = f"{folder.name}@{hash_of(folder)}" if folder.is_dir() else f"{self.model}@{self.revision or 'main'}"
        return f"{named} terms={self.terms}"

    def encode(self, texts: Sequence[str], *, query: bool = False) -> csr_array:
        """Weights float32 `[len(texts), vocabulary]`."""
        from scipy.sparse import csr_array

        call = self._model.encode_query if query else self._model.encode_document
        with _turn:
            found = (
                call(list(texts), batch_size=self.batch_size, max_active_dims=self.terms, show_progress_bar=False)
                if texts
                else None
            )
        if found is None:
            return csr_array((0, int(self._model.get_embedding_dimension())), dtype=np.float32)
        sparse = found.coalesce()
        places = sparse.indices().cpu().numpy()
        values = sparse.values().float().cpu().numpy()
        return csr_array((values, (places[0], places[1])), shape=tuple(sparse.shape))

    @cached_property
    def _model(self) -> Any:
        if find_spec("sentence_transformers") is None:
            raise MissingExtra("sentence-transformers", "sentence-transformers", type(self).__name__)
        from sentence_transformers import SparseEncoder as Model

        with _turn:
            if "_model" in self.__dict__:
                return self.__dict__["_model"]
            try:
                return Model(self.model, revision=self.revision, device=self.device)
            except (OSError, ValueError) as error:
                reason = str(error).strip().splitlines()[0]
                raise ModelError(f"the sparse encoder {self.model!r} cannot be loaded: {reason}") from error

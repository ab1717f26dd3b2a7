"""Any sparse encoder of sentence-transformers (SPLADE and its kin)."""

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
    """Vocabulary weights of a `SparseEncoder` of sentence-transformers. Needs the extra `sentence-transformers`."""

    model: str
    """A name on the hub or a folder."""
    revision: str | None = None
    """Commit, tag or branch on the hub."""
    keep: PositiveInt | None = None
    """Weights of a text that are kept, the greatest; all where not given."""
    batch_size: PositiveInt = 32
    """Texts computed at once."""
    device: str | None = None
    """`cpu`, `cuda`, `mps`; the fastest there is where empty."""

    @property
    def vocabulary(self) -> int:
        """What the model says."""
        return int(self._model.get_embedding_dimension())

    @property
    def fingerprint(self) -> str:
        """Model and revision (for a folder its name and the hash of its weights), and how much is kept."""
        folder = Path(self.model)
        name = f"{folder.name}@{hash_of(folder)}" if folder.is_dir() else f"{self.model}@{self.revision or 'main'}"
        return f"{name} {self.keep or ''}".rstrip()

    def encode(self, texts: Sequence[str], *, query: bool = False) -> csr_array:
        """Weights, float32 CSR `[len(texts), vocabulary]`."""
        from scipy.sparse import csr_array

        if not texts:
            return csr_array((0, self.vocabulary), dtype=np.float32)
        with _turn:
            encode = self._model.encode_query if query else self._model.encode_document
            found = encode(
                list(texts),
                batch_size=self.batch_size,
                show_progress_bar=False,
                convert_to_sparse_tensor=True,
                max_active_dims=self.keep,
            )
        found = found.coalesce().cpu()
        rows, columns = found.indices().numpy()
        shape = (len(texts), found.shape[1])
        return csr_array((found.values().float().numpy(), (rows, columns)), shape=shape)

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
                raise ModelError(
                    f"the sparse encoder {self.model!r} cannot be loaded: {error}. It must be a folder on this machine "
                    "or a name on the Hugging Face hub that can be reached or was downloaded before"
                ) from error

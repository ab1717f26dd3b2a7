"""Any sentence-transformers model, by name or folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import PositiveInt

from rag.encoders.prefixes import prefixes
from rag.encoders.tokenizer import Tokenizer, default_tokenizer
from rag.encoders.vectors import unit_rows
from rag.encoders.vocabulary import Vocabulary
from rag.errors import MissingExtra, ModelError
from rag.kinds import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SentenceTransformers", "hash_of"]

UNBOUNDED = 1 << 15
"""Tokens to read of a model that sets no limit itself."""
_turn = RLock()
"""One thread at a time: a Hugging Face tokenizer changes its own settings while it works."""


class SentenceTransformers(Encoder):
    """Unit vectors of a sentence-transformers model, on torch. Needs the extra `sentence-transformers`.

    Prefixes come from the fields, else from the model's own prompts, else from what is known of its name.
    """

    model: str = "sentence-transformers/all-MiniLM-L6-v2"
    """A name on the hub or a folder."""
    revision: str | None = None
    """Commit, tag or branch on the hub."""
    query_prefix: str | None = None
    """Put before a question; empty for none."""
    passage_prefix: str | None = None
    """Put before a passage; empty for none."""
    size: PositiveInt | None = None
    """Keep this many dimensions (models trained for it); all where empty."""
    batch_size: PositiveInt = 32
    """Texts computed at once."""
    device: str | None = None
    """`cpu`, `cuda`, `mps`; the fastest there is where empty."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        """Tokens after which a text is cut, special tokens and prefix left out."""
        prefix = max((len(self.tokens(prefix)) for prefix in self.prefixes), default=0)
        special = self._tokenizer.engine.num_special_tokens_to_add(is_pair=False)
        return max(1, int(min(self._model.max_seq_length or 512, UNBOUNDED)) - special - prefix)

    @property
    def fingerprint(self) -> str:
        """Model and revision (for a folder its name and the hash of its weights), prefixes, size."""
        folder = Path(self.model)
        name = f"{folder.name}@{hash_of(folder)}" if folder.is_dir() else f"{self.model}@{self.revision or 'main'}"
        return f"{name} {self.query_prefix!r} {self.passage_prefix!r} {self.size or ''}".rstrip()

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32 `[len(texts), dimensions]`."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        prefix = self.prefixes[0 if query else 1]
        with _turn:
            rows = self._model.encode(
                list(texts), prompt=prefix or None, batch_size=self.batch_size, show_progress_bar=False
            )
        return unit_rows(rows)

    @cached_property
    def vocabulary(self) -> Vocabulary | None:
        """The model's own; None where its tokenizer cannot be looked into."""
        return Vocabulary.of_model(self._model.tokenizer)

    def tokens(self, text: str) -> NDArray[np.int64]:
        """Character offsets `[n, 2]` of the model's own tokens, special tokens left out."""
        return self._tokenizer.offsets(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many of the model's own tokens each text has, special tokens left out."""
        return self._tokenizer.count(texts)

    @cached_property
    def prefixes(self) -> tuple[str, str]:
        """(query prefix, passage prefix) in use."""
        own: dict[str, str] = self._model.prompts or {}
        known = prefixes(self.model)
        query = own.get("query") or known[0]
        passage = own.get("document") or own.get("passage") or known[1]
        return (
            query if self.query_prefix is None else self.query_prefix,
            passage if self.passage_prefix is None else self.passage_prefix,
        )

    @cached_property
    def _model(self) -> Any:
        if find_spec("sentence_transformers") is None:
            raise MissingExtra("sentence-transformers", "sentence-transformers", type(self).__name__)
        from sentence_transformers import SentenceTransformer

        with _turn:
            if "_model" in self.__dict__:
                return self.__dict__["_model"]
            try:
                return SentenceTransformer(
                    self.model, revision=self.revision, device=self.device, truncate_dim=self.size
                )
            except (OSError, ValueError) as error:
                reason = str(error).strip().splitlines()[0]
                raise ModelError(f"the encoder {self.model!r} cannot be loaded: {reason}") from error

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        theirs = self._model.tokenizer
        engine = getattr(theirs, "backend_tokenizer", theirs)
        return Tokenizer.from_json(engine.to_str()) if hasattr(engine, "to_str") else default_tokenizer()


def hash_of(folder: Path) -> str:
    """Of the weights in a folder."""
    from xxhash import xxh3_128

    digest = xxh3_128()
    for file in sorted([*folder.rglob("*.safetensors"), *folder.rglob("*.bin")]):
        digest.update(file.relative_to(folder).as_posix().encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 22):
                digest.update(block)
    return digest.hexdigest()[:16]

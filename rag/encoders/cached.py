"""Vectors kept on disk: no text is encoded twice by the same model."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings
from platformdirs import user_cache_path
from pydantic import Field

from rag.encoders.adapter import as_encoder
from rag.encoders.minilm import MiniLM
from rag.encoders.vocabulary import Vocabulary
from rag.errors import ModelError
from rag.kinds import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Cached"]

log = logging.getLogger(__name__)

TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
AT_ONCE = 500
WAIT = 30.0
"""Seconds to wait while another process writes."""


class Cached(Encoder):
    """Another encoder behind an SQLite table. Threads and processes may share the file; delete it to start afresh.

    A key is the hash of the model's fingerprint, of whether the text is a query, and of the text.
    """

    of: Embeddings = Field(default_factory=MiniLM)
    """What computes the vectors that are not there yet."""
    path: Path = Field(default_factory=lambda: user_cache_path("composable-rag") / "vectors.sqlite")
    """The file; folders are made."""

    @cached_property
    def inner(self) -> Encoder:
        """The encoder behind the cache."""
        return as_encoder(self.of)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self.inner.dimensions

    @property
    def fingerprint(self) -> str:
        """The inner encoder's: a cache changes no vector."""
        return self.inner.fingerprint

    @property
    def max_tokens(self) -> int:
        """The inner encoder's."""
        return self.inner.max_tokens

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The inner encoder's."""
        return self.inner.vocabulary

    def tokens(self, text: str) -> NDArray[np.int64]:
        """The inner encoder's."""
        return self.inner.tokens(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The inner encoder's."""
        return self.inner.count_tokens(texts)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32 `[len(texts), dimensions]`; equal to the inner encoder's.

        Raises:
            ModelError: the file cannot be read.
        """
        if not texts:
            return self.inner.encode(texts, query=query)
        keys = [self._key(text, query) for text in texts]
        try:
            known = self._read(keys)
        except sqlite3.DatabaseError as error:
            raise ModelError(f"{self.path} cannot be read as a vector cache ({error}): delete or move it") from error
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            fresh = dict(zip(missing, self.inner.encode(list(missing.values()), query=query), strict=True))
            self._write(fresh)
            known |= fresh
        return np.stack([known[key] for key in keys])

    def _key(self, text: str, query: bool) -> bytes:
        head = f"{self.fingerprint}\0{'query' if query else 'passage'}\0"
        return blake2b((head + text).encode("utf-8", "surrogatepass"), digest_size=20).digest()

    def _open(self) -> sqlite3.Connection:
        """A connection a call: safe between threads and after a fork, and a fraction of a millisecond."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=WAIT)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(TABLE)
        return connection

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        with closing(self._open()) as connection:
            rows = [row for chunk in _chunks(keys) for row in _select(connection, chunk)]
        return {key: np.frombuffer(vector, dtype="<f4") for key, vector in rows}

    def _write(self, vectors: dict[bytes, NDArray[np.float32]]) -> None:
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        try:
            with closing(self._open()) as connection, connection:
                connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.OperationalError as error:
            log.warning("vectors were not kept in %s: %s", self.path, error)


def _chunks(keys: Sequence[bytes]) -> Iterator[list[bytes]]:
    unique = list(dict.fromkeys(keys))
    return (unique[start : start + AT_ONCE] for start in range(0, len(unique), AT_ONCE))


def _select(connection: sqlite3.Connection, keys: list[bytes]) -> list[tuple[bytes, bytes]]:
    marks = ",".join("?" * len(keys))
    return connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", keys).fetchall()  # noqa: S608

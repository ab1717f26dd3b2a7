"""Whether the rows of a table are what a noun says: companies, films, animals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.index.encoding import encoder_of
from rag.tabular.lexicon import THINGS
from rag.tabular.table import Table

__all__ = ["Kinds"]

_ROWS = 24
"""Rows whose names are looked at."""
_NEAR = 0.25
"""Mean cosine of a noun to their names, at least."""
_ALIKE = 0.6
"""Cosine of two nouns that may well be the same thing."""
_MARGIN = 0.02
"""What the noun must be nearer than any other kind of thing."""


class Kinds:
    """Judges by vectors: the noun must be nearer to the rows' names than other kinds of things are.

    `company` is near to `Citigroup, General Electric, ...`; `employee` is not, and `company` is nearer than it.

    Args:
        encoder: of the vectors.
    """

    def __init__(self, encoder: Embeddings) -> None:
        self._encoder = encoder_of(encoder)
        self._middles: WeakKeyDictionary[Table, NDArray[Any]] = WeakKeyDictionary()

    def warm_up(self) -> None:
        """Encodes the kinds of things: else the first call does."""
        _ = self._things

    @cached_property
    def _things(self) -> NDArray[Any]:
        return self._vectors(THINGS)

    def of(self, table: Table) -> Callable[[str], bool]:
        """Whether the rows of a table are what a noun says."""
        return lambda noun: self._is(noun, table)

    def _is(self, noun: str, table: Table) -> bool:
        if table.label is None:
            return False
        middle = self._middle(table, table.label)
        word = self._vectors([_singular(noun.lower())])
        own = float(word[0] @ middle)
        others = (self._things @ middle)[self._things @ word[0] < _ALIKE]
        return own >= _NEAR and own >= float(others.max()) + _MARGIN

    def _middle(self, table: Table, label: int) -> NDArray[Any]:
        """The mean of the vectors of some rows' names, as far apart as there are rows."""
        if table not in self._middles:
            names = list(dict.fromkeys(table.columns[label]))
            step = max(1, len(names) // _ROWS)
            self._middles[table] = self._vectors(names[::step][:_ROWS]).mean(axis=0)
        return self._middles[table]

    def _vectors(self, texts: Sequence[str]) -> NDArray[Any]:
        found = np.array(self._encoder.embed_documents(list(texts)), np.float32)
        unit: NDArray[Any] = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return unit


def _singular(noun: str) -> str:
    """`company` of `companies`."""
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun[:-1] if noun.endswith("s") and noun[-2:] != "ss" else noun

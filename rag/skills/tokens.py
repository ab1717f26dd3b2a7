"""Tokens: a vector a token, trained to be compared one by one (XTR [1]).

[1] Lee et al.: Rethinking the Role of Token Retrieval in Multi-Vector Retrieval (2023), sections 2 and 3.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.encoders.bert import Bert
from rag.encoders.minilm import CLS, SEP, batches
from rag.encoders.running import compile_graph, computed
from rag.encoders.tokenizer import default_tokenizer
from rag.skills.adapters import adapted
from rag.skills.skill import Skill

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from openvino import Model

__all__ = ["PASSAGE", "QUESTION", "WINDOW", "Tokens"]

PASSAGE, QUESTION = 0, 1
"""Rows of the table that tells what is read as what."""
WINDOW = 254
"""Tokens of a text that are read, special tokens left out."""
BATCH_TOKENS = 1024
ROUND = 1024
"""Texts tokenised before they are computed: bounds memory."""

_compiling = Lock()


class Tokens(Skill):
    """The encoder with low-rank changes and a projection. Threads may share it."""

    name = "tokens"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.arrays["head.weight"].shape[0])

    def encode(self, texts: Sequence[str], *, query: bool = False, window: int = WINDOW) -> list[NDArray[np.float32]]:
        """Unit vectors of every token of each text, [CLS] and [SEP] included.

        Args:
            texts: what is read.
            query: read as questions and not as passages.
            window: tokens of a text that are read, special tokens left out; 510 at most.

        Returns:
            Of each text float32 `[tokens, dimensions]`.
        """
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(texts), ROUND):
            found += self._vectors(default_tokenizer().ids(texts[start : start + ROUND], window), query)
        return found

    def _vectors(self, ids: Sequence[Sequence[int]], query: bool) -> list[NDArray[np.float32]]:
        rows = [[CLS, *row, SEP] for row in ids]
        first = np.cumsum([0, *map(len, rows)])
        vectors = np.empty((first[-1], self.dimensions), dtype=np.float32)
        model, streams = self._compiled()
        role = QUESTION if query else PASSAGE

        def fed() -> Iterator[tuple[NDArray[np.int64], list[NDArray[np.int32]]]]:
            for places, padded, lengths in batches(rows, BATCH_TOKENS):
                yield places, [padded, np.full_like(padded, role), lengths]

        for places, (found,) in computed(model, streams, fed()):
            for at, place in enumerate(places.tolist()):
                vectors[first[place] : first[place + 1]] = found[at, : len(rows[place])]
        return [vectors[start:end] for start, end in pairwise(first)]

    def _compiled(self) -> tuple[Any, int]:
        """One a process: threads do not survive a fork."""
        with _compiling:
            if os.getpid() not in self._ready:
                self._ready.clear()
                self._ready[os.getpid()] = compile_graph(_Projected(adapted(self.arrays)).tokens(), self._precision, 0)
            return self._ready[os.getpid()]

    @property
    def _precision(self) -> str:
        return str(self.facts.get("precision", "auto"))

    @cached_property
    def _ready(self) -> dict[int, tuple[Any, int]]:
        return {}


class _Projected(Bert):
    """The encoder's graph with roles and a projection of every token."""

    def tokens(self) -> Model:
        """`ids`, `roles` int32 `[batch, length]`, `lengths` int32 `[batch]` -> unit rows `[batch, length, width]`."""
        from openvino import Model

        ids, roles = (self.op.parameter([-1, -1], np.int32, name=name) for name in ("ids", "roles"))
        lengths = self.op.parameter([-1], np.int32, name="lengths")
        hidden, _ = self.hidden(ids, lengths, roles)
        unit = self.op.normalize_l2(self._linear(hidden, "head"), self._int(2), 1e-12, "max")
        return Model([self.op.result(unit)], [ids, roles, lengths], "tokens")

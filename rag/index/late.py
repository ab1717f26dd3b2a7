"""Late interaction: every token of a question against the tokens of passages, over coded vectors in memory maps.

MaxSim of a passage is the mean over the question's tokens of the best cosine with any of its tokens [1]. Two ways:

- `exact`: cells name the passages that can be among the best, and all tokens of these are compared [2].
- `xtr`: each token of the question retrieves its nearest tokens, and only what was retrieved scores; a passage of which
  nothing was retrieved for some token of the question is given a similarity in its place [3], its own where centroids
  tell one [2].

[1] Khattab, Zaharia: ColBERT: Efficient and Effective Passage Search via Contextualized Late Interaction (2020).
[2] Santhanam, Khattab, Potts, Zaharia: PLAID: An Efficient Engine for Late Interaction Retrieval (2022).
[3] Lee et al.: Rethinking the Role of Token Retrieval in Multi-Vector Retrieval (2023).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.index.cells import Cells, Nearest
from rag.index.codec import Codec
from rag.index.compiled import Compiled
from rag.index.ragged import Ragged, spread
from rag.index.retrieved import DIGITS, Constant, Found, Impute, summed, worst_first
from rag.index.view import Hits, Rows, best
from rag.kinds import TokenEncoder

__all__ = ["PROBE", "Constant", "Impute", "Late", "Matches", "Retrieval"]

PROBE = 4_096
"""Tokens looked at for each token of a question, and so the number of its nearest cells."""
_TOLD = 0.8
"""Of a centroid's similarity, what the best token of its cell is taken to have; .7 to 1 do about as well."""
_WEIGHED = 2_000
"""Passages for which centroids tell what was not retrieved: the best with the smallest retrieved similarity."""
_BLOCK = 1_024
"""Tokens decoded at once: a megabyte, which stays in the processor's cache."""
_TOGETHER = 32
"""Tokens of a question that look at each other's cells; bounds what is held at once."""


class Retrieval(NamedTuple):
    """How XTR retrieves tokens."""

    token_k: int = 4_000
    """Tokens that each token of the question retrieves."""
    probe: int = PROBE
    """Tokens in the nearest cells of each that are compared to retrieve them, at least `token_k`."""
    impute: Impute = "min"
    """What stands for a similarity that was not retrieved."""


class Matches(NamedTuple):
    """For each token of a question the passage token nearest to it."""

    tokens: NDArray[np.int64]
    """Its number in the passage, `[question tokens]`."""
    scores: NDArray[np.float32]
    """Their cosine, `[question tokens]`."""


class Late:
    """Scores passages by their tokens. Threads may share it."""

    def __init__(self, encoder: TokenEncoder, codec: Codec, ragged: Ragged, rows: Rows, cells: Cells | None) -> None:
        """Stores.

        Args:
            encoder: of questions.
            codec: of the stored tokens.
            ragged: the codes of all rows.
            rows: of all segments.
            cells: lists of tokens; without them every token is compared.
        """
        self._encoder = encoder
        self._codec = codec
        self._ragged = ragged
        self._rows = rows
        self._made = cells
        self._lock = Lock()

    def question(self, query: str) -> NDArray[np.float32]:
        """A question's tokens as they compare with stored ones, `[tokens, width]`."""
        return self._codec.turned(self._encoder.encode([query], query=True)[0])

    def exact(
        self,
        queries: NDArray[np.float32],
        top_k: int,
        mask: NDArray[np.bool_] | None = None,
        *,
        candidates: int = 200,
        probe: int = PROBE,
    ) -> Hits:
        """The passages with the highest MaxSim, among candidates.

        Args:
            queries: what `question` gave.
            top_k: how many.
            mask: bool `[rows]`; only these rows.
            candidates: passages whose tokens are all compared, at least `top_k`.
            probe: tokens looked at for each token of the question to find them.
        """
        mask = self._rows.alive if mask is None else mask
        rows = np.flatnonzero(mask)
        candidates = max(candidates, top_k)
        if self._made is not None and len(rows) > candidates:
            rows = np.sort(best(*self._rough(queries, probe, mask), self._rows.keys, candidates).rows)
        return best(self.maxsim(queries, rows), rows, self._rows.keys, top_k)

    def xtr(
        self,
        queries: NDArray[np.float32],
        top_k: int,
        mask: NDArray[np.bool_] | None = None,
        retrieval: Retrieval | None = None,
    ) -> Hits:
        """The passages with the highest score from retrieved tokens alone.

        Args:
            queries: what `question` gave.
            top_k: how many.
            mask: bool `[rows]`; only these rows.
            retrieval: how tokens are retrieved.
        """
        mask = self._rows.alive if mask is None else mask
        how = retrieval or Retrieval()
        if how.impute != "centroid":
            return best(*self._summed(queries, how, how.impute, mask), self._rows.keys, top_k)
        found = list(self._retrieved(queries, how, mask))
        scores, rows = summed(found, "min", len(mask))
        if self._made is not None:
            rows = best(scores, rows, self._rows.keys, max(top_k, _WEIGHED)).rows
            scores = self._told(queries, found, rows)
        return best(scores, rows, self._rows.keys, top_k)

    def maxsim(self, queries: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """MaxSim of some rows, float32 `[len(rows)]`: the mean over the question's tokens."""
        if fast := self._fast:
            return np.round(fast.maxsim(queries, rows), DIGITS)
        found = np.empty(len(rows), np.float32)
        for some, sims, starts in self._compared(queries, rows):
            found[some] = np.maximum.reduceat(sims, starts, axis=0).mean(axis=1)
        return np.round(found, DIGITS)

    def matches(self, queries: NDArray[np.float32], rows: NDArray[np.int64]) -> list[Matches]:
        """Which token of each row is nearest to each token of the question."""
        found = []
        for some, sims, starts in self._compared(queries, rows):
            for start, end in zip(starts, [*starts[1:], len(sims)], strict=True):
                inside = sims[start:end]
                found.append(Matches(inside.argmax(axis=0), inside.max(axis=0)))
            del some
        return found

    def _compared(
        self, queries: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> Iterator[tuple[slice, NDArray[np.float32], NDArray[np.int64]]]:
        """Rows a block at a time: which, all cosines `[tokens, question tokens]`, where each row's tokens start."""
        for some in self._ragged.blocks(rows, _BLOCK):
            codes, starts = self._ragged.rows(rows[some])
            yield some, self._codec.cosines(codes, queries), starts

    def _summed(
        self, queries: NDArray[np.float32], how: Retrieval, impute: Constant, mask: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Scores of the passages of which anything was retrieved, and their rows."""
        fast = self._fast
        if fast is None or self._made is None:
            return summed(self._retrieved(queries, how, mask), impute, len(mask))
        return fast.summed(self._together(queries, how, mask), how.token_k, impute, len(mask))

    def _rough(
        self, queries: NDArray[np.float32], probe: int, mask: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Scores of the passages in the nearest cells, and their rows."""
        fast = self._fast
        if fast is None:
            return summed(self._near(queries, probe, mask), "min", len(mask))
        return fast.near(self._probed(queries, probe), (self._cells.starts, self._owners), mask)

    def _told(self, queries: NDArray[np.float32], found: list[Found], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Scores of some rows; for what was not retrieved the nearest centroid of the row's tokens speaks."""
        cells = self._cell_of[spread(self._ragged.first[rows], self._ragged.lengths[rows])]
        starts = np.cumsum(self._ragged.lengths[rows]) - self._ragged.lengths[rows]
        place = np.full(len(self._rows.alive), -1, np.int64)
        place[rows] = np.arange(len(rows))
        total = np.zeros(len(rows))
        for query, (owners, similarities) in zip(queries, found, strict=True):
            if not len(owners):
                continue
            near = np.maximum.reduceat((self._centroids @ query)[cells], starts)
            held = np.minimum(near * np.float32(_TOLD), similarities[0])
            at = place[owners]
            held[at[at >= 0]] = similarities[at >= 0]  # worst first: of several, the best one stays
            total += held
        return np.round(total / max(1, len(found)), DIGITS).astype(np.float32)

    def _near(self, queries: NDArray[np.float32], probe: int, mask: NDArray[np.bool_]) -> Iterator[Found]:
        """For each token of the question the owners of tokens in the nearest cells; a centroid speaks for its own."""
        for cells, enough, similarities in zip(*self._probed(queries, probe), strict=True):
            some = cells[:enough][::-1]
            sizes = np.diff(self._cells.starts)[some]
            owners = self._owners[spread(self._cells.starts[some], sizes)]
            kept = mask[owners]
            yield owners[kept], np.repeat(similarities[:enough][::-1], sizes)[kept]

    def _retrieved(self, queries: NDArray[np.float32], how: Retrieval, mask: NDArray[np.bool_]) -> Iterator[Found]:
        """For each token of the question its `token_k` nearest tokens: their owners and cosines, worst first."""
        if self._made is None:
            living = np.flatnonzero(mask)
            owners: NDArray[Any] = np.repeat(living, self._ragged.lengths[living])
            blocks = [sims for _, sims, _ in self._compared(queries, living)]
            sims = np.concatenate(blocks) if blocks else np.empty((0, len(queries)), np.float32)
            for query in range(len(queries)):
                yield worst_first(owners, sims[:, query], how.token_k)
            return
        for owners, sims in self._together(queries, how, mask):
            for row in sims:
                yield worst_first(owners, row, how.token_k)

    def _together(
        self, queries: NDArray[np.float32], how: Retrieval, mask: NDArray[np.bool_]
    ) -> Iterator[tuple[NDArray[np.int32], NDArray[np.float32]]]:
        """What some tokens of a question look at together, until all have."""
        for start in range(0, len(queries), _TOGETHER):
            yield self._looked(queries[start : start + _TOGETHER], max(how.probe, how.token_k), mask)

    def _looked(
        self, queries: NDArray[np.float32], probe: int, mask: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The tokens in any cell near one of some tokens of a question: their owners, and all cosines `[queries, n]`.

        Near tokens of a question share cells, and a token is decoded once; each of them sees what the others look at.
        """
        near = self._probed(queries, probe)
        cells = np.unique(near.cells[np.arange(near.cells.shape[1]) < near.enough[:, None]])
        places = spread(self._cells.starts[cells], np.diff(self._cells.starts)[cells])
        owners = self._owners[places]
        kept = mask[owners]
        listed = np.sort(self._cells.tokens[places[kept]])  # memory is read in its order
        tokens = listed.astype(np.int64)
        owners = np.sort(owners[kept])  # passages are numbered in the order of their tokens
        if fast := self._fast:
            return owners, fast.cosines(queries, tokens)
        sims = np.empty((len(queries), len(tokens)), np.float32)
        for start in range(0, len(tokens), _BLOCK):
            end = start + _BLOCK
            sims[:, start:end] = self._codec.cosines(self._ragged.take(tokens[start:end]), queries).T
        return owners, sims

    def _probed(self, queries: NDArray[np.float32], probe: int) -> Nearest:
        """For each token of the question the nearest cells."""
        fast = self._fast
        products = fast.products(queries, self._centroids) if fast else queries @ self._centroids.T
        return self._cells.nearest(products, probe)

    @property
    def _fast(self) -> Compiled | None:
        """Compiled loops, where they are loaded and fit."""
        return Compiled.of(self._codec, self._ragged)

    @cached_property
    def _current(self) -> tuple[Cells, NDArray[np.int32]]:
        """The lists for exactly these rows, and the row that owns each listed token."""
        with self._lock:
            cells = self._made
            assert cells is not None
            if not np.array_equal(cells.ids, self._rows.ids):  # passages came and the lists are not written yet
                cells = Cells.make(self._codec, self._ragged, self._rows.ids, cells)
            owners = np.repeat(np.arange(len(self._rows.ids), dtype=np.int32), self._ragged.lengths)
            return cells, owners[cells.tokens]

    @property
    def _cells(self) -> Cells:
        return self._current[0]

    @property
    def _owners(self) -> NDArray[np.int32]:
        return self._current[1]

    @cached_property
    def _cell_of(self) -> NDArray[np.uint16]:
        return self._cells.by_token()

    @cached_property
    def _centroids(self) -> NDArray[np.float32]:
        return self._cells.centroids.astype(np.float32)

"""Late interaction by compiled loops on several threads, where the extra `fast` is installed and `load` was called.

A half byte of a code is one of sixteen, and so is what it adds to the inner products with all tokens of a question:
these sums are looked up in a table made once a question, and no code is ever turned into numbers [1]. Scores are those
of `rag.index.late` up to rounding.

[1] Jégou, Douze, Schmid: Product Quantization for Nearest Neighbor Search (2011), section 3: asymmetric distances.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.index.cells import Nearest
from rag.index.codec import Codec
from rag.index.ragged import Ragged
from rag.index.retrieved import CONSTANTS, DIGITS, Constant

__all__ = ["Compiled", "Table", "load"]

log = logging.getLogger(__name__)

_Job = Callable[[], Any]
_BLOCK = 4_096
"""Tokens whose cosines are held at once while rows are compared."""
_ROUGH = 2
"""Bits of a dimension in codes for which whole numbers will do."""
_SIXTEEN = 32_767
"""The largest whole number of sixteen bits."""
_FEW = 16
"""Vectors, and tokens of a question, that are multiplied at once."""
_lock = Lock()
_kernel: list[Any] = []
"""The compiled loops, once they are loaded."""


def load() -> bool:
    """Compiles the loops or reads what was compiled before; False where numba is not installed, or cannot.

    Compiling takes two to four seconds, once an installation; reading what was compiled takes .6.
    """
    with _lock:
        if not _kernel and find_spec("numba") is not None:
            try:
                _kernel.append(import_module("rag.index.kernel"))
            except Exception as error:  # noqa: BLE001  # numba's: nowhere to keep what it compiled, another processor
                log.warning("late interaction goes on without compiled loops: %s", error)
    return bool(_kernel)


class Table(NamedTuple):
    """What every half byte adds to the cosines with some tokens of a question."""

    first: int
    """The first of these tokens."""
    asked: int
    """How many there are."""
    lanes: tuple[int, ...]
    """As long as a row of the table."""
    sums: NDArray[Any]
    """`[half bytes of a token, 16, lanes]`, flat, float32 or int16; the lane behind the last token's adds up squared
    levels."""
    steps: NDArray[np.float32]
    """What a sum is multiplied by, `[lanes]`."""


class Compiled:
    """Compares coded tokens. Threads may share it."""

    def __init__(self, codec: Codec, ragged: Ragged, threads: int = 0) -> None:
        """Stores.

        Args:
            codec: of 2 or 4 bits.
            ragged: the codes of all rows.
            threads: how many work on a question; 0 is OMP_NUM_THREADS, or every core where that is not set.
        """
        self._codec = codec
        self._ragged = ragged
        told = os.environ.get("OMP_NUM_THREADS", "")
        self._threads = threads or (int(told) if told.isdigit() else 0) or os.cpu_count() or 1

    @classmethod
    def of(cls, codec: Codec, ragged: Ragged) -> Compiled | None:
        """None where nothing was loaded, or codes are no whole number of eight bytes."""
        return cls(codec, ragged) if _kernel and codec.bits != 16 and codec.bytes % 8 == 0 else None

    def cosines(self, queries: NDArray[np.float32], tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """Of tokens, ascending, with a question's: float32 `[question tokens, tokens]`.

        Of codes of two bits sums are whole numbers of sixteen bits, of which twice as many are added at once: cosines
        are right to .001, mostly to .0002, and the code itself is off by a hundred times as much.
        """
        tables = self._tables(queries)
        if self._codec.bits == _ROUGH:
            tables = [_whole(table) for table in tables]
        found = np.empty((len(queries), len(tokens)), np.float32)
        cuts = self._cuts(len(tokens))
        _at_once([partial(self._cosines, tables, tokens[some], found, some.start) for some in cuts])
        return found

    def products(self, queries: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Inner products of a question's tokens with vectors that are no codes: float32 `[question tokens, vectors]`.

        A few at a time: the threads of the library would be woken for more, and wait for more work in a loop, on the
        cores that ours need.
        """
        found = np.empty((len(queries), len(vectors)), np.float32)

        def multiply(some: slice) -> None:
            many = (some.stop - some.start) // _FEW * _FEW
            for first in range(0, len(queries), _FEW):
                few, into = queries[first : first + _FEW].T, found[first : first + _FEW, some]
                parts = vectors[some][:many].reshape(-1, _FEW, vectors.shape[1])
                into[:, :many] = (parts @ few).reshape(many, -1).T
                into[:, many:] = (vectors[some][many:] @ few).T

        _at_once([partial(multiply, some) for some in self._cuts(len(vectors))])
        return found

    def maxsim(self, queries: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """MaxSim of rows, ascending, float32 `[rows]`: the mean over the question's tokens."""
        tables = self._tables(queries)
        found = np.empty(len(rows), np.float32)
        _at_once(
            [partial(self._maxsim, tables, len(queries), rows[some], found[some]) for some in self._cuts(len(rows))]
        )
        return found

    def near(
        self, nearest: Nearest, lists: tuple[NDArray[np.int64], NDArray[np.int32]], mask: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """`summed` of what the nearest cells tell.

        Args:
            nearest: cells of each token of the question.
            lists: where each cell's list starts, and the rows of the listed tokens.
            mask: bool `[rows]`; only these rows.
        """

        def add(some: slice) -> tuple[float, NDArray[np.float64], NDArray[Any]]:
            total, seen = np.zeros(len(mask)), np.zeros(len(mask), np.int32)
            parts = (np.ascontiguousarray(part[some]) for part in nearest)
            return _kernel[0].near(*parts, *lists, mask, total, seen), total, seen

        count = len(nearest.cells)
        return _means(_at_once([partial(add, some) for some in self._cuts(count)]), count)

    def summed(
        self,
        looked: Iterable[tuple[NDArray[np.int32], NDArray[np.float32]]],
        token_k: int,
        impute: Constant,
        count: int,
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """`rag.index.retrieved.summed` of the `token_k` nearest tokens.

        Args:
            looked: owners, ascending, and cosines `[question tokens, tokens]` of some tokens of a question.
            token_k: tokens that each of them retrieves.
            impute: what stands for a similarity that was not retrieved.
            count: all rows there are.
        """

        def add(
            owners: NDArray[np.int32], similarities: NDArray[np.float32]
        ) -> tuple[float, NDArray[np.float64], NDArray[Any]]:
            base, total, touched = 0.0, np.zeros(count), np.zeros(count, np.bool_)
            for row in similarities:
                place = max(0, len(row) - token_k)
                least = np.partition(row, place)[place]
                some = len(row) - place
                base += _kernel[0].retrieved(row, owners, least, some, CONSTANTS.index(impute), total, touched)
            return base, total, touched

        parts: list[Any] = []
        asked = 0
        for owners, similarities in looked:
            asked += len(similarities)
            if len(owners):
                cuts = self._cuts(len(similarities))
                parts += _at_once([partial(add, owners, similarities[some]) for some in cuts])
        return _means(parts or [(0.0, np.zeros(count), np.zeros(count, np.bool_))], asked)

    def _cosines(
        self, tables: Sequence[Table], tokens: NDArray[np.int64], found: NDArray[np.float32], column: int
    ) -> None:
        for start, codes, some in self._ragged.runs(tokens):
            flat = np.ascontiguousarray(codes).reshape(-1)
            for first, asked, lanes, sums, steps in tables:
                into = found[first : first + asked]
                _kernel[0].cosines(flat, self._codec.bytes, some, sums, steps, lanes, asked, into, column + start)

    def _maxsim(self, tables: Sequence[Table], asked: int, rows: NDArray[np.int64], found: NDArray[np.float32]) -> None:
        for some in self._ragged.blocks(rows, _BLOCK):
            tokens, starts = self._ragged.tokens(rows[some])
            similarities = np.empty((asked, len(tokens)), np.float32)
            self._cosines(tables, tokens, similarities, 0)
            _kernel[0].highest(similarities, starts, found[some])

    def _tables(self, queries: NDArray[np.float32]) -> list[Table]:
        levels = self._codec.halves
        made = []
        most = _kernel[0].LANES[-1] - 1
        for first in range(0, len(queries), most):
            some = queries[first : first + most]
            lanes = next(lanes for lanes in _kernel[0].LANES if lanes > len(some))
            sums = np.zeros((self._codec.width // levels.shape[1], 16, lanes), np.float32)
            sums[:, :, : len(some)] = (some.reshape(len(some), -1, levels.shape[1]) @ levels.T).transpose(1, 2, 0)
            sums[:, :, len(some)] = np.square(levels).sum(axis=1)
            made.append(Table(first, len(some), (0,) * lanes, sums.reshape(-1), np.ones(lanes, np.float32)))
        return made

    def _cuts(self, count: int) -> list[slice]:
        """A share of so many things for each thread."""
        ends = np.linspace(0, count, min(self._threads, max(1, count)) + 1).astype(int).tolist()
        return [slice(start, end) for start, end in pairwise(ends)]


def _whole(table: Table) -> Table:
    """The sums in steps of such a size that none can leave sixteen bits."""
    sums = table.sums.reshape(-1, 16, len(table.lanes))
    most = np.abs(sums).max(axis=1).sum(axis=0)
    steps = np.where(most > 0, most, 1) / np.float32(_SIXTEEN - len(sums))  # each of them may be rounded up by a half
    return table._replace(sums=np.rint(sums / steps).astype(np.int16).reshape(-1), steps=steps.astype(np.float32))


def _at_once(jobs: Sequence[_Job]) -> list[Any]:
    """What the jobs give; the first is done in this thread."""
    if len(jobs) == 1:
        return [jobs[0]()]
    with ThreadPoolExecutor(len(jobs) - 1) as pool:
        waiting = [pool.submit(job) for job in jobs[1:]]
        return [jobs[0](), *(job.result() for job in waiting)]


def _means(
    parts: Sequence[tuple[float, NDArray[np.float64], NDArray[Any]]], asked: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Scores of the rows that any part touched, and these rows."""
    base = sum(part[0] for part in parts)
    total: NDArray[np.float64] = np.sum([part[1] for part in parts], axis=0)
    rows = np.flatnonzero(np.any([part[2] for part in parts], axis=0))
    return np.round((total[rows] + base) / max(1, asked), DIGITS).astype(np.float32), rows

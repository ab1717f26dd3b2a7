"""The loops of late interaction, compiled by numba; nothing else imports this module than `rag.index.compiled`.

All of them leave the interpreter's lock alone, so that threads run side by side. Arrays are contiguous; what is only
read may be a read-only memory map. Signatures are given, so everything is compiled when the module is imported, and
what was compiled before is read from the cache beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import boolean, float32, float64, int16, int32, int64, njit, types, uint8, void
from numpy.typing import NDArray

from rag.index.lanes import A_WORD, look_up, prefetch

__all__ = ["LANES", "cosines", "highest", "near", "retrieved"]

LANES = (16, 32)
"""Lanes that `cosines` is compiled for."""
_TILE = 128
"""Tokens whose sums are held at once: they stay in the nearest cache beside a slice of the table."""
_LINE = 64
"""Bytes that the processor fetches at once."""


_Function = TypeVar("_Function", bound=Callable[..., Any])


def _read(kind: Any, dimensions: int = 1) -> Any:
    """The type of an array that is only read."""
    return types.Array(kind, dimensions, "C", readonly=True)


def _compiled(*signatures: Any) -> Callable[[_Function], _Function]:
    decorator: Callable[[_Function], _Function] = njit(list(signatures), nogil=True, cache=True, error_model="numpy")
    return decorator


@_compiled(
    *(
        void(
            _read(uint8),
            int64,
            _read(int64),
            _read(kind),
            _read(float32),
            types.UniTuple(int64, lanes),
            int64,
            float32[:, ::1],
            int64,
        )
        for lanes in LANES
        for kind in (float32, int16)
    )
)
def cosines(
    codes: NDArray[np.uint8],
    width: int,
    tokens: NDArray[np.int64],
    table: NDArray[Any],
    steps: NDArray[np.float32],
    lanes: tuple[int, ...],
    asked: int,
    found: NDArray[np.float32],
    column: int,
) -> None:
    """`found[:asked, column:]`: cosines of coded tokens with some vectors.

    Args:
        codes: of all tokens, end to end.
        width: bytes of a token, a multiple of eight.
        tokens: their numbers.
        table: what each half byte adds: `[2 * width, 16, lanes]`, flat, float32 or int16; lane `asked` adds up the
            squared length.
        steps: what a sum is multiplied by, `[lanes]`.
        lanes: a tuple as long as there are lanes.
        asked: how many vectors, less than there are lanes.
        found: is written to.
        column: where the first token stands in it.
    """
    count = len(lanes)
    sums = np.empty(_TILE * count, table.dtype)
    for start in range(0, len(tokens), _TILE):
        tile = min(_TILE, len(tokens) - start)
        for place in range(start + tile, min(len(tokens), start + tile + _TILE)):
            for byte in range(0, width, _LINE):
                prefetch(codes, tokens[place] * width + byte)
        sums[: tile * count] = 0
        for byte in range(0, width, A_WORD):
            for place in range(tile):
                at = tokens[start + place] * width + byte
                look_up(sums, place * count, table, byte * 32 * count, codes, at, lanes)
        for place in range(tile):
            length = np.sqrt(sums[place * count + asked] * steps[asked])
            for lane in range(asked):
                found[lane, column + start + place] = sums[place * count + lane] * steps[lane] / length


@_compiled(void(_read(float32, 2), _read(int64), float32[::1]))
def highest(similarities: NDArray[np.float32], starts: NDArray[np.int64], found: NDArray[np.float32]) -> None:
    """MaxSim of rows whose tokens start at `starts`, of `similarities` `[question tokens, tokens]`."""
    asked, tokens = similarities.shape
    for row in range(len(starts)):
        end = starts[row + 1] if row + 1 < len(starts) else tokens
        total = 0.0
        for query in range(asked):
            highest = similarities[query, starts[row]]
            for token in range(starts[row] + 1, end):
                highest = max(highest, similarities[query, token])
            total += highest
        found[row] = total / asked


@_compiled(
    float64(
        _read(int64, 2), _read(int64), _read(float32, 2), _read(int64), _read(int32), _read(boolean), float64[::1],
        int32[::1],
    )
)  # fmt: skip
def near(
    cells: NDArray[np.int64],
    enough: NDArray[np.int64],
    similarities: NDArray[np.float32],
    starts: NDArray[np.int64],
    owners: NDArray[np.int32],
    mask: NDArray[np.bool_],
    total: NDArray[np.float64],
    seen: NDArray[np.int32],
) -> float:
    """Adds what the nearest cells tell of the rows in them; gives back what stands for all that is in none.

    Args:
        cells: for each token of a question, nearest first, `[question tokens, n]`.
        enough: how many of them count, `[question tokens]`.
        similarities: of their centroids, as `cells`.
        starts: where each cell's list starts, `[all cells + 1]`.
        owners: rows of the listed tokens.
        mask: `[rows]`; only these rows.
        total: `[rows]`; is added to.
        seen: `[rows]`, 0 at first; then not 0 where anything was added.
    """
    base = 0.0
    for query in range(len(cells)):
        least = np.float32(0)
        some = False
        for place in range(enough[query] - 1, -1, -1):  # the farthest cell that holds a token of such a row
            cell = cells[query, place]
            for listed in range(starts[cell], starts[cell + 1]):
                some = some or mask[owners[listed]]
            if some:
                least = similarities[query, place]
                break
        if not some:
            continue
        base += float(least)
        for place in range(enough[query]):
            more = np.float32(similarities[query, place] - least)
            for listed in range(starts[cells[query, place]], starts[cells[query, place] + 1]):
                row = owners[listed]
                if mask[row] and seen[row] != query + 1:
                    seen[row] = query + 1
                    total[row] += more
    return base


@_compiled(
    float64(_read(float32), _read(int32), float32, int64, int64, float64[::1], boolean[::1])
)  # fmt: skip
def retrieved(
    similarities: NDArray[np.float32],
    owners: NDArray[np.int32],
    least: float,
    count: int,
    impute: int,
    total: NDArray[np.float64],
    touched: NDArray[np.bool_],
) -> float:
    """Adds what one token of a question retrieved; gives back what stands for all that it did not.

    Args:
        similarities: of all tokens that were compared.
        owners: their rows, ascending.
        least: the `count`-th best of the similarities.
        count: tokens retrieved; of those that are as near as the last, the first ones.
        impute: 0 is the smallest retrieved similarity, 1 nothing, 2 their mean.
        total: `[rows]`; is added to.
        touched: `[rows]`; True where anything was retrieved.
    """
    near, some = np.empty(len(similarities) + 1, np.int64), 0
    for token in range(len(similarities)):  # without a branch: which are near cannot be guessed
        near[some] = token
        some += similarities[token] >= least
    above, together = 0, 0.0
    for place in range(some):
        similarity = similarities[near[place]]
        if similarity > least:
            above += 1
            together += similarity
    left = count - above
    missing = np.float32(least)
    if impute == 1:
        missing = np.float32(0)
    elif impute == 2:
        missing = np.float32((together + left * least) / count)
    row, best = -1, np.float32(0)
    for place in range(some):
        token = near[place]
        similarity = similarities[token]
        if similarity == least:
            if left == 0:
                continue
            left -= 1
        if owners[token] == row:
            best = max(best, similarity)
            continue
        if row >= 0:
            total[row] += np.float32(best - missing)
        row, best = owners[token], similarity
        touched[row] = True
    if row >= 0:
        total[row] += np.float32(best - missing)
    return float(missing)

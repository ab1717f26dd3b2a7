"""The lexical view: an inverted index of terms, for BM25.

A term is known by the 64-bit hash of its text: two of a million terms share one with a probability of 3e-8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_hexdigest, xxh3_64_intdigest

from rag.index.inverted import Inverted
from rag.index.view import Arrays, Passage, Rows, View
from rag.words.analysis import Analyzer

__all__ = ["Lexical"]


@dataclass(frozen=True)
class Lexical(View):
    """Postings of every term, exact counts and exact lengths (stop words are posted, but not counted).

    Arrays of a segment of n passages: `terms` uint64 `[t]` (sorted hashes), `offsets` int64 `[t + 1]`, `rows` `[p]` and
    `counts` `[p]` (postings, by term then row, of the smallest type that fits), `lengths` uint32 `[n]`.
    """

    analyzer: Analyzer = field(default_factory=Analyzer)

    @cached_property
    def name(self) -> str:
        """`lexical` and what the terms depend on."""
        return f"lexical-{xxh3_64_hexdigest(' '.join(self.manifest.values()).encode())[:8]}"

    @property
    def manifest(self) -> Mapping[str, str]:
        """How text becomes terms, and of code what counts beside it."""
        told = {"analyzer": self.analyzer.fingerprint}
        return {**told, "beside": "symbol, name, docstring"} if self.analyzer.code else told

    def derive(self, passages: Sequence[Passage]) -> dict[str, NDArray[Any]]:
        """The postings of some passages.

        What code is called and says of itself counts once more [1].

        [1] Robertson, Zaragoza, Taylor: Simple BM25 Extension to Multiple Weighted Fields (2004): a weight of n is to
            repeat a field n times.
        """
        found = self.analyzer.batch(map(self._read, passages))
        hashes = np.array([xxh3_64_intdigest(term.encode()) for term in found.vocabulary], np.uint64)
        terms, ranks = np.unique(hashes, return_inverse=True)
        rows = np.repeat(np.arange(len(passages)), np.diff(found.offsets))
        pairs, counts = np.unique(ranks[found.ids] * len(passages) + rows, return_counts=True)
        ranks, rows = np.divmod(pairs, max(1, len(passages)))
        return _arrays(terms, np.bincount(ranks, minlength=len(terms)), rows, counts, found.lengths)

    def _read(self, passage: Passage) -> str:
        return f"{passage.encoded}\n{passage.described}" if self.analyzer.code else passage.encoded

    def merge(self, parts: Sequence[tuple[Arrays, NDArray[np.bool_]]]) -> dict[str, NDArray[Any]]:
        """The postings of the marked rows of several segments, in one pass over each."""
        kept = [_only(arrays, mask) for arrays, mask in parts]
        terms = np.unique(np.concatenate([part["terms"] for part in kept])) if kept else np.empty(0, np.uint64)
        places = [np.searchsorted(terms, part["terms"]) for part in kept]
        sizes = [np.diff(part["offsets"]) for part in kept]
        totals = np.zeros(len(terms), np.int64)
        for place, size in zip(places, sizes, strict=True):
            totals[place] += size
        begins = np.cumsum(totals) - totals  # where the next postings of each term go
        rows, counts = np.empty(totals.sum(), np.int64), np.empty(totals.sum(), np.int64)
        first = 0
        for part, place, size in zip(kept, places, sizes, strict=True):
            to = np.repeat(begins[place] - part["offsets"][:-1], size) + np.arange(len(part["rows"]))
            rows[to], counts[to] = part["rows"].astype(np.int64) + first, part["counts"]
            begins[place] += size
            first += len(part["lengths"])
        lengths = np.concatenate([part["lengths"] for part in kept]) if kept else np.empty(0, np.uint32)
        return _arrays(terms, totals, rows, counts, lengths)

    def open(self, parts: Sequence[Arrays], overlay: Arrays | None, rows: Rows) -> Inverted:
        """The searchable index."""
        return Inverted(self.analyzer, parts, rows)


def _arrays(
    terms: NDArray[np.uint64],
    sizes: NDArray[np.int64],
    rows: NDArray[np.int64],
    counts: NDArray[np.int64],
    lengths: NDArray[Any],
) -> dict[str, NDArray[Any]]:
    offsets = np.zeros(len(terms) + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return {
        "terms": terms,
        "offsets": offsets,
        "rows": rows.astype(_smallest(len(lengths) - 1)),
        "counts": counts.astype(_smallest(int(counts.max(initial=0)))),
        "lengths": lengths.astype(np.uint32),
    }


def _smallest(highest: int) -> Any:
    return np.min_scalar_type(max(highest, 1))


def _only(arrays: Arrays, mask: NDArray[np.bool_]) -> Arrays:
    """The postings of the marked rows, renumbered; terms without any are dropped."""
    if mask.all():
        return arrays
    sizes = np.diff(arrays["offsets"])
    kept = mask[arrays["rows"]]
    left = np.bincount(np.repeat(np.arange(len(sizes)), sizes)[kept], minlength=len(sizes))
    number = np.cumsum(mask) - 1
    terms, left = arrays["terms"][left > 0], left[left > 0]
    rows, counts = number[arrays["rows"][kept]], arrays["counts"][kept].astype(np.int64)
    return _arrays(terms, left, rows, counts, arrays["lengths"][mask])

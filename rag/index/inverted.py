"""BM25 over postings that lie in memory maps.

[1] Turtle, Flood: Query Evaluation: Strategies and Optimizations (1995); known as MaxScore.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from rag.index.view import Arrays, Hits, Rows, best
from rag.words.analysis import Analyzer, Forms
from rag.words.related import asked

__all__ = ["Inverted", "idf"]

_CACHE_BYTES = 128 << 20
"""Postings that stay ready for the next question."""
_LONG = 4_096
"""Postings from which looking for a way around them pays."""
_ROUNDING = 1 + 1e-5
"""Sums of float32 in another order differ by less."""


_LEAST_IDF = 1 / 8
"""Share of the rarest possible term's weight that every term keeps: docs/decisions/lexical.md."""


def idf(passages: int, holding: int) -> float:
    """A term's inverse document frequency: Robertson and Sparck Jones', bounded below.

    log((N - n + 0.5) / (n + 0.5)) falls to zero and under it where a term is in half the passages or more, which loses
    the words a small or narrow collection is about; here no term weighs less than an eighth of one in a single passage.
    """
    least = _LEAST_IDF * math.log1p((passages - 0.5) / 1.5)
    return max(math.log((passages - holding + 0.5) / (holding + 0.5)), least)


class _Postings(NamedTuple):
    """A term's living passages, in the order of rows, and what it adds to the score of each."""

    rows: NDArray[np.int64]
    impacts: NDArray[np.float32]
    highest: float

    def times(self, weight: float) -> _Postings:
        """For a term that the query has so often, or that weighs so much in it."""
        return self if weight == 1 else _Postings(self.rows, self.impacts * np.float32(weight), self.highest * weight)

    def look_up(self, rows: NDArray[np.int64], scores: NDArray[np.float32]) -> None:
        """Adds to the scores of some rows only."""
        at = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        there = self.rows[at] == rows
        scores[rows[there]] += self.impacts[at[there]]


class Inverted:
    """Scores passages by BM25. Threads may share it.

    Counts of passages, of passages with a term, and the mean length are those of the living passages only, so a
    collection that grew and shrank scores exactly like one made afresh.
    """

    def __init__(self, analyzer: Analyzer, parts: Sequence[Arrays], rows: Rows) -> None:
        self._analyzer = analyzer
        self._parts = parts
        self._rows = rows
        self._all_alive = bool(rows.alive.all())
        self._lengths = np.concatenate([part["lengths"] for part in parts]) if parts else np.empty(0, np.uint32)
        self._first = np.cumsum([0, *(len(part["lengths"]) for part in parts)])
        self.passages = int(rows.alive.sum())
        """Living passages."""
        self.mean_length = float(self._lengths[rows.alive].sum(dtype=np.int64) / max(1, self.passages))
        """In terms."""
        self._norms: dict[tuple[float, float], NDArray[np.float32]] = {}
        self._ready: OrderedDict[tuple[str | Forms, float, float], _Postings] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def search(
        self, query: str, top_k: int, mask: NDArray[np.bool_] | None = None, k1: float = 1.5, b: float = 0.75
    ) -> Hits:
        """The best passages that share a term with the query.

        Args:
            query: a question.
            top_k: how many passages at most.
            mask: bool `[rows]`; only these rows.
            k1: how soon a repeated term stops counting.
            b: how much length counts against a passage, 0 to 1.

        Returns:
            Rows and their scores, all above 0.
        """
        return self.weighted(asked(self._analyzer, query), top_k, mask, k1, b)

    def weighted(
        self,
        terms: Mapping[str | Forms, float] | Mapping[str, float],
        top_k: int,
        mask: NDArray[np.bool_] | None = None,
        k1: float = 1.5,
        b: float = 0.75,
    ) -> Hits:
        """`search` with terms as the analyzer gives them, or forms of them, each with its weight, above 0."""
        found = [self._postings(term, k1, b).times(weight) for term, weight in terms.items()]
        # Rarest first: the order of additions, and so every digit of a score, is the same in every index.
        found = sorted((postings for postings in found if len(postings.rows)), key=lambda postings: len(postings.rows))
        scores, rows = self._score(found, top_k, mask)
        return best(scores[rows], rows, self._rows.keys, top_k)

    def counts(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """How many living passages have each term, `[terms]`."""
        codes = np.array([xxh3_64_intdigest(term.encode()) for term in terms], np.uint64)
        there = np.zeros(len(codes), np.bool_)
        for part in self._parts:
            if len(part["terms"]):
                near = np.minimum(np.searchsorted(part["terms"], codes), len(part["terms"]) - 1)
                there |= part["terms"][near] == codes
        found = np.zeros(len(codes), np.int64)
        for place in np.flatnonzero(there).tolist():
            found[place] = self._counted(terms[place])[2]
        return found

    def holding(self, term: str) -> NDArray[np.int64]:
        """The living rows that have a term, in order."""
        return self._counted(term)[0]

    def _score(
        self, found: Sequence[_Postings], top_k: int, mask: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Scores of all rows, and the rows that can be among the best.

        Once the passages met so far have `top_k` scores that the remaining, frequent terms together cannot reach, a
        passage not met yet is out, and the long lists of these terms are only looked up for those still in [1].
        """
        scores = np.zeros(len(self._lengths), np.float32)
        met: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        bounds = np.array([postings.highest for postings in found])
        for place, (rows, impacts, _) in enumerate(found):
            rest = bounds[place:].sum() * _ROUNDING
            if len(rows) > _LONG and rest < bounds[:place].sum() and sum(map(len, met)) > top_k:
                some = np.concatenate(met)
                reached = np.partition(scores[some], len(some) - top_k)[len(some) - top_k]
                if rest < reached:
                    some = some[scores[some] + rest >= reached]
                    for postings in found[place:]:
                        postings.look_up(some, scores)
                    return scores, some
            before = scores[rows]
            scores[rows] = before + impacts
            new = rows[before == 0]
            met.append(new if mask is None else new[mask[new]])
        return scores, np.concatenate(met)

    def _postings(self, term: str | Forms, k1: float, b: float) -> _Postings:
        key = (term, k1, b)
        with self._lock:
            if key in self._ready:
                self._ready.move_to_end(key)
                return self._ready[key]
        made = self._make(term, k1, b)
        with self._lock:
            if key not in self._ready:
                self._ready[key] = made
                self._bytes += made.rows.nbytes + made.impacts.nbytes
            while self._bytes > _CACHE_BYTES and len(self._ready) > 1:
                _, old = self._ready.popitem(last=False)
                self._bytes -= old.rows.nbytes + old.impacts.nbytes
        return made

    def _make(self, term: str | Forms, k1: float, b: float) -> _Postings:
        row, count, holding = self._counted(term) if isinstance(term, str) else self._added(term)
        weight = np.float32(idf(self.passages, holding) * (k1 + 1))
        impacts = weight * count / (count + self._norm(k1, b)[row])
        return _Postings(row, impacts, float(impacts.max(initial=0)))

    def _counted(self, term: str) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
        """Living rows with a term, how often each has it, and how many they are."""
        code = np.uint64(xxh3_64_intdigest(term.encode()))
        rows, counts = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for part, first in zip(self._parts, self._first, strict=False):
            place = int(np.searchsorted(part["terms"], code))
            if place < len(part["terms"]) and part["terms"][place] == code:
                span = slice(*part["offsets"][place : place + 2])
                rows.append(part["rows"][span].astype(np.int64) + first)
                counts.append(part["counts"][span].astype(np.float32))
        row, count = np.concatenate(rows), np.concatenate(counts)
        if not self._all_alive:
            alive = self._rows.alive[row]
            row, count = row[alive], count[alive]
        return row, count, len(row)

    def _added(self, forms: Forms) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
        """The same of a term with its other forms; it is as rare as the term itself, or as all where nothing has it."""
        found = [self._counted(term) for term, _ in forms]
        rows, places = np.unique(np.concatenate([row for row, *_ in found]), return_inverse=True)
        shares = np.concatenate([count * share for (_, count, _), (_, share) in zip(found, forms, strict=True)])
        return rows, np.bincount(places, shares, len(rows)).astype(np.float32), found[0][2] or len(rows)

    def _norm(self, k1: float, b: float) -> NDArray[np.float32]:
        """k1 (1 - b + b length / mean length) of every row."""
        if (k1, b) not in self._norms:
            self._norms[k1, b] = (k1 * (1 - b + b * self._lengths / (self.mean_length or 1.0))).astype(np.float32)
        return self._norms[k1, b]

"""Boundary: where sentences end, with punctuation or without (Segment Any Text [1]).

[1] Frohmann et al.: Segment Any Text, A Universal Approach for Robust, Efficient and Adaptable Sentence Segmentation
(2024), sections 3 and 4; the corruption recipe and the labels are theirs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.encoders.bert import Bert
from rag.encoders.minilm import CLS, SEP, batches
from rag.encoders.running import compile_graph, computed
from rag.segmenters.cut import spans_of
from rag.segmenters.sentences import sentences
from rag.skills.adapters import adapted
from rag.skills.skill import Skill
from rag.skills.written import pieces, written

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from openvino import Model

__all__ = ["WINDOW", "Boundary"]

WINDOW = 126
"""Tokens that are read at once, special tokens left out. It learnt from texts of up to some 170; in windows of 254 it
finds less: without punctuation and case .554 on GUM's development texts against .594."""
STRIDE = 94
"""Tokens from the beginning of a window to that of the next; where two overlap their logits are averaged."""
BATCH_TOKENS = 1024

_compiling = Lock()


class Boundary(Skill):
    """The encoder with low-rank changes, told how each token is written. Threads may share it."""

    name = "boundary"

    @property
    def threshold(self) -> float:
        """The probability above which a sentence ends, chosen on development data."""
        return float(self.facts.get("threshold", 0.5))

    def predict_proba(self, text: str) -> NDArray[np.float32]:
        """Probability that a sentence ends after each character, float32 `[len(text)]`.

        Only the last character of a token has one, white space has 0. A text may have any length.
        """
        return self.predict_all([text])[0]

    def sentences(self, text: str) -> list[tuple[int, int]]:
        """Where the sentences stand, by the skill's own threshold; a line's end is an end too."""
        return spans_of(text, self.predict_proba(text), self.threshold)

    def predict_all(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """`predict_proba` of several texts, computed together.

        A text mostly in another script than Latin gets 1 where a sentence ends by rule, and 0 elsewhere: the encoder
        knows next to nothing of its word pieces.
        """
        found = [np.zeros(len(text), dtype=np.float32) for text in texts]
        known = [place for place, text in enumerate(texts) if _latin(text)]
        cut = [pieces(texts[place]) for place in known]
        read = self._logits([texts[place] for place in known], cut)
        for place, logits, (_, spans) in zip(known, read, cut, strict=True):
            found[place][spans[:, 1] - 1] = 1 / (1 + np.exp(-logits / self.temperature))
        for place in set(range(len(texts))) - set(known):
            found[place][[end - 1 for _, end in sentences(texts[place])]] = 1
        return found

    def _logits(
        self, texts: Sequence[str], cut: Sequence[tuple[list[int], NDArray[np.int64]]]
    ) -> Iterator[NDArray[np.float32]]:
        """Of every token, the mean over the windows that hold it."""
        rows: list[list[int]] = []
        kinds: list[NDArray[np.int64]] = []
        places: list[tuple[int, int]] = []
        for number, (text, (ids, spans)) in enumerate(zip(texts, cut, strict=True)):
            told = written(text, spans)
            for start in _starts(len(ids)):
                rows.append([CLS, *ids[start : start + WINDOW], SEP])
                kinds.append(np.concatenate([[0], told[start : start + WINDOW], [0]]))
                places.append((number, start))
        sums = [np.zeros(len(ids)) for ids, _ in cut]
        counts = [np.zeros(len(ids)) for ids, _ in cut]
        for at, logits in self._computed(rows, kinds):
            number, start = places[at]
            inside = slice(start, start + len(rows[at]) - 2)
            sums[number][inside] += logits
            counts[number][inside] += 1
        for total, count in zip(sums, counts, strict=True):
            yield (total / np.maximum(count, 1)).astype(np.float32)

    def _computed(
        self, rows: Sequence[list[int]], kinds: Sequence[NDArray[np.int64]]
    ) -> Iterator[tuple[int, NDArray[np.float32]]]:
        if not rows:
            return
        model, streams = self._compiled()

        def fed() -> Iterator[tuple[NDArray[np.int64], list[NDArray[np.int32]]]]:
            for places, ids, lengths in batches(rows, BATCH_TOKENS):
                roles = np.zeros_like(ids)
                for at, place in enumerate(places):
                    roles[at, : lengths[at]] = kinds[place]
                yield places, [ids, roles, lengths]

        for places, (logits,) in computed(model, streams, fed()):
            for at, place in enumerate(places.tolist()):
                yield place, logits[at, 1 : len(rows[place]) - 1, 0]

    def _compiled(self) -> tuple[Any, int]:
        """One a process: threads do not survive a fork."""
        with _compiling:
            if os.getpid() not in self._ready:
                self._ready.clear()
                self._ready[os.getpid()] = compile_graph(_Ends(adapted(self.arrays)).ends(), "auto", 0)
            return self._ready[os.getpid()]

    @cached_property
    def _ready(self) -> dict[int, tuple[Any, int]]:
        return {}


def _latin(text: str) -> bool:
    """Whether at least half of its letters are Latin ones; true of a text without letters."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    latin = _within(codes, (0x41, 0x5B), (0x61, 0x7B), (0xC0, 0x250), (0x1E00, 0x1F00))
    other = _within(codes, (0x250, 0x1E00), (0x1F00, 0x2000), (0x2C00, 0x3000), (0x3040, 0x1F000))
    return bool(latin >= other)


def _within(codes: NDArray[np.uint32], *blocks: tuple[int, int]) -> int:
    """How many characters are in some blocks; signs and pictures have blocks of their own."""
    return sum(int(np.count_nonzero((codes >= first) & (codes < end))) for first, end in blocks)


def _starts(size: int) -> Iterator[int]:
    """Where windows begin; the last one ends with the text [1: wtpsplit's extract shifts it likewise]."""
    if size <= WINDOW:
        yield 0
        return
    yield from range(0, size - WINDOW, STRIDE)
    yield size - WINDOW


class _Ends(Bert):
    """The encoder's graph with kinds of writing and one head."""

    def ends(self) -> Model:
        """`ids`, `roles` int32 `[batch, length]`, `lengths` int32 `[batch]` -> logits `[batch, length, 1]`."""
        from openvino import Model

        ids, roles = (self.op.parameter([-1, -1], np.int32, name=name) for name in ("ids", "roles"))
        lengths = self.op.parameter([-1], np.int32, name="lengths")
        hidden, _ = self.hidden(ids, lengths, roles)
        return Model([self.op.result(self._linear(hidden, "head"))], [ids, roles, lengths], "ends")

"""The embedded encoder: all-MiniLM-L6-v2 on OpenVINO, no hub, no torch, no download."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field, NonNegativeInt, PositiveInt

from rag import weights
from rag.encoders.bert import Bert
from rag.encoders.running import compile_graph, computed
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vocabulary import Vocabulary, embedded
from rag.kinds import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ANOTHER", "MiniLM", "batches", "cut"]

CLS, SEP = 101, 102
STEP = 16
"""Lengths are padded to a multiple of this. Measured: with it no kernel meets a ragged tail, and the vector of a text
is the same to the last bit whatever stands beside it in the batch."""
ANOTHER = 32
"""Tokens that could be computed in the time that a batch more costs: less padding than that is not worth one."""
ASKED = 256
"""Questions whose vectors are remembered."""
ROUND = 4096
"""Texts tokenised before they are computed: bounds memory, and is enough for batches of like length."""

Output = Literal["sentence_vectors", "token_vectors", "both_vectors"]
"""What is asked of the model: a vector a text, a vector a token, or both."""

_compiling = Lock()


class MiniLM(Encoder):
    """Unit vectors of 384 dimensions: the mean of a text's contextual token vectors.

    Texts are batched by length; a vector does not depend on its batch. Threads may share it, and equal settings share
    one compiled model in a process.
    """

    precision: Literal["auto", "bf16", "f32", "int8"] = "auto"
    """What is multiplied. `auto`: bf16 where the CPU has it, else f32. Mean cosine to the published fp32 model over 384
    passages: f32 .99999, bf16 .99997, int8 .9992 (least .9987). int8 pays on CPUs with instructions for it (VNNI) and
    none for bf16: 1.7x the speed of f32. With AVX2 alone it is no faster.
    """
    window: Annotated[int, Field(ge=STEP, le=512)] = 256
    """Tokens of a text that are read, special tokens included; the rest is cut. The published model reads 256."""
    threads: NonNegativeInt = 0
    """CPU threads; 0 means every core."""
    batch_tokens: PositiveInt = 1024
    """Tokens computed at once, padding included."""

    @property
    def dimensions(self) -> int:
        """384."""
        return 384

    @property
    def max_tokens(self) -> int:
        """Tokens after which a text is cut, special tokens left out."""
        return self.window - 2

    @property
    def fingerprint(self) -> str:
        """The weights and how much of a text is read. bf16 and f32 are interchangeable, int8 only with itself."""
        return f"all-MiniLM-L6-v2@1110a243 window={self.window}{' int8' if self.precision == 'int8' else ''}"

    @property
    def vocabulary(self) -> Vocabulary:
        """The embedded tokenizer's, of English word pieces."""
        return embedded()

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32 `[len(texts), 384]`. Questions and passages are read alike.

        The vectors of the last questions are remembered: several steps of a pipeline compare with the same one.
        """
        if query and len(texts) == 1:
            return _asked(self, texts[0]).copy()
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), ROUND):
            vectors[start : start + ROUND] = self.encode_ids(
                default_tokenizer().ids(texts[start : start + ROUND], self.max_tokens)
            )
        return vectors

    def encode_ids(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Unit vectors of texts given as token ids, special tokens left out; float32 `[len(ids), 384]`."""
        vectors = np.zeros((len(ids), self.dimensions), dtype=np.float32)
        for rows, (found,) in self._computed([[CLS, *row, SEP] for row in ids], "sentence_vectors"):
            vectors[rows] = found
        return vectors

    def encode_both(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """What `encode` and `encode_tokens` give, in one pass."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(texts), ROUND):
            ids = default_tokenizer().ids(texts[start : start + ROUND], self.max_tokens)
            found += self._token_vectors([[CLS, *row, SEP] for row in ids], vectors[start : start + ROUND])
        return vectors, found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special tokens left out."""
        return default_tokenizer().count(texts)

    def encode_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Unit vectors of every token of each text, [CLS] and [SEP] included; float32 `[tokens, 384]`."""
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(texts), ROUND):
            found += self.encode_token_ids(default_tokenizer().ids(texts[start : start + ROUND], self.max_tokens))
        return found

    def encode_token_ids(self, ids: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """`encode_tokens` of texts given as token ids, special tokens left out."""
        return self._token_vectors([[CLS, *row, SEP] for row in ids])

    def _token_vectors(
        self, ids: Sequence[Sequence[int]], sentences: NDArray[np.float32] | None = None
    ) -> list[NDArray[np.float32]]:
        """Of each text; `sentences` `[len(ids), 384]` is filled with the texts' own vectors where it is given."""
        first = np.cumsum([0, *map(len, ids)])
        vectors = np.empty((first[-1], self.dimensions), dtype=np.float32)
        for rows, (*means, found) in self._computed(ids, "token_vectors" if sentences is None else "both_vectors"):
            if sentences is not None:
                sentences[rows] = means[0]
            for place, row in enumerate(rows):
                vectors[first[row] : first[row + 1]] = found[place, : len(ids[row])]
        return [vectors[start:end] for start, end in pairwise(first)]

    def _computed(
        self, ids: Sequence[Sequence[int]], output: Output
    ) -> Iterator[tuple[NDArray[np.int64], list[NDArray[np.float32]]]]:
        """Rows of each batch, and what the model gives for them; the next batch is laid out while one is computed."""
        model, streams = compiled(self.precision, self.threads, output)
        made = batches(ids, self.batch_tokens)
        yield from computed(model, streams, ((rows, (padded, sizes)) for rows, padded, sizes in made))


@lru_cache(maxsize=ASKED)
def _asked(encoder: MiniLM, question: str) -> NDArray[np.float32]:
    """The vector of a question, `[1, 384]`; encoders of equal settings are equal."""
    return encoder.encode([question])


def batches(
    ids: Sequence[Sequence[int]], batch_tokens: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]]:
    """Texts of like length together, longest first.

    Yields:
        Their rows int64 `[batch]`, ids int32 `[batch, length]` padded to a multiple of `STEP`, lengths int32 `[batch]`.
    """
    lengths = np.array([len(row) for row in ids], dtype=np.int32)
    order = np.argsort(-lengths, kind="stable")
    widths: list[int] = (-(-lengths[order] // STEP) * STEP).tolist()
    for start, end in cut(widths, batch_tokens):
        rows, width = order[start:end], widths[start]
        padded = np.zeros((len(rows), width), dtype=np.int32)
        for place, row in enumerate(rows):
            padded[place, : lengths[row]] = ids[row]
        yield rows, padded, lengths[rows]


def cut(widths: Sequence[int], batch_tokens: int) -> Iterator[tuple[int, int]]:
    """Where batches of texts begin and end, so that padding and `ANOTHER` for each batch come to the least.

    Args:
        widths: padded, falling.
        batch_tokens: of a batch at most; a longer text is alone.
    """
    edges = [place for place, width in enumerate(widths) if not place or width < widths[place - 1]]
    edges.append(len(widths))
    least, begun = [0.0] + [np.inf] * (len(edges) - 1), [0] * len(edges)
    for first, start in enumerate(edges[:-1]):
        room = max(1, batch_tokens // widths[start])
        for last in range(first + 1, len(edges)):
            rows = edges[last] - start
            cost = least[first] + rows * widths[start] + ANOTHER * -(-rows // room)
            if cost < least[last]:
                least[last], begun[last] = cost, first
    parts, last = [], len(edges) - 1
    while last:
        parts.append((edges[begun[last]], edges[last]))
        last = begun[last]
    for start, end in reversed(parts):
        room = max(1, batch_tokens // widths[start])
        yield from ((begin, min(end, begin + room)) for begin in range(start, end, room))


def compiled(precision: str, threads: int, output: Output) -> tuple[Any, int]:
    """The compiled model and how many batches it computes at once; one for each setting and output in a process."""
    with _compiling:
        return _compiled(precision, threads, output, os.getpid())


@cache
def _compiled(precision: str, threads: int, output: Output, _process: int) -> tuple[Any, int]:
    """Threads do not survive a fork: a forked process compiles its own model instead of waiting for ever."""
    bert = Bert(weights.load("minilm.safetensors"), int8=precision == "int8")
    return compile_graph(getattr(bert, output)(), precision, threads)

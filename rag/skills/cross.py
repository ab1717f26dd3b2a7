"""The cross-encoder: one pass over a pair tells its rank, its answer, what to keep, and whether a claim holds.

Six layers of the embedded encoder, trained further (`rag.training.cross`), over the encoder's own word table. Equal
files share one compiled model in a process; threads may share it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from rag import weights
from rag.encoders.bert import Bert
from rag.encoders.minilm import batches
from rag.encoders.running import compile_graph, computed
from rag.skills.cross_rows import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from openvino import Model

__all__ = ["FILE", "CrossEncoder", "Judgement", "Said", "Token", "cross_encoder", "expanded"]

FILE = "cross.safetensors"
BATCH_TOKENS = 2048
"""Tokens computed at once, padding included."""

_compiling = Lock()


class Judgement(IntEnum):
    """What is said of a row as a whole."""

    RANK = 0
    ANSWERABLE = 1
    SUPPORT = 2
    SAME = 3


class Token(IntEnum):
    """What is said of each token."""

    START = 0
    END = 1
    KEEP = 2


@dataclass(frozen=True, slots=True)
class Said:
    """The logits of some rows."""

    rows: NDArray[np.float32]
    """`[n, 4]`, by `Judgement`."""
    tokens: list[NDArray[np.float32]]
    """For each row `[tokens, 3]`, by `Token`."""


class CrossEncoder:
    """Reads rows. The file is opened when the first row is."""

    def __init__(self, file: Path, precision: str = "auto", threads: int = 0) -> None:
        self.file = file
        self.precision = precision
        self.threads = threads

    def read(self, rows: Sequence[Row]) -> Said:
        """What is said of every row, whatever stands beside it; rows are batched by length."""
        judged = np.zeros((len(rows), len(Judgement)), dtype=np.float32)
        tokens: list[NDArray[np.float32]] = [np.zeros((0, len(Token)), dtype=np.float32)] * len(rows)
        model, streams = _compiled(self.file, self.precision, self.threads)
        for places, (of_tokens, of_rows) in computed(model, streams, _fed(rows)):
            judged[places] = of_rows
            for at, place in enumerate(places):
                tokens[place] = of_tokens[at, : len(rows[place].ids)].copy()
        return Said(judged, tokens)

    @cached_property
    def facts(self) -> Mapping[str, str]:
        """What the file says of itself."""
        from safetensors import safe_open

        with safe_open(self.file, "np") as opened:
            return dict(opened.metadata() or {})

    def probability(self, name: str, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits as probabilities, by the slope and shift that were fitted on held-out examples."""
        slope, shift = (float(number) for number in self.facts[f"calibration.{name}"].split())
        return _sigmoid(slope * logits + shift)


@cache
def cross_encoder(file: Path | None = None) -> CrossEncoder:
    """The cross-encoder of a file, the shipped one by default; one for the process."""
    return CrossEncoder(file or weights.path(FILE))


def expanded(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Stored arrays as the graph takes them: int8 rows times their scale, the word table the encoder's own."""
    shared = weights.load("minilm.safetensors")
    found: dict[str, NDArray[Any]] = {name: shared[name] for name in ("words.values", "words.scale")}
    for name, array in arrays.items():
        if name.endswith(".scale"):
            continue
        scale = arrays.get(f"{name}.scale")
        found[name] = array if scale is None else array.astype(np.float32) * scale.astype(np.float32)
    return found


class Heads(Bert):
    """The encoder's graph with roles and heads."""

    def judgements(self) -> Model:
        """`ids`, `roles` int32 `[batch, length]`, `lengths` int32 `[batch]` -> tokens `[batch, length, 3]`, rows."""
        from openvino import Model

        op = self.op
        ids, roles = (op.parameter([-1, -1], np.int32, name=name) for name in ("ids", "roles"))
        lengths = op.parameter([-1], np.int32, name="lengths")
        hidden, inside = self.hidden(ids, lengths, roles)
        mask = op.unsqueeze(op.convert(inside, "f32"), self._int(2))
        total = op.reduce_sum(op.multiply(hidden, mask), self._int(1), False)
        mean = op.divide(total, op.unsqueeze(op.convert(lengths, "f32"), self._int(1)))
        first = op.gather(hidden, op.constant(np.int64(0)), op.constant(np.int64(1)))
        whole = op.concat([first, mean], -1)
        said = [self._linear(hidden, "heads.tokens"), self._linear(whole, "heads.row")]
        return Model([op.result(node) for node in said], [ids, roles, lengths], "judgements")


def _compiled(file: Path, precision: str, threads: int) -> tuple[Any, int]:
    with _compiling:
        return _compiled_once(file, precision, threads, os.getpid())


@cache
def _compiled_once(file: Path, precision: str, threads: int, _process: int) -> tuple[Any, int]:
    from safetensors.numpy import load_file

    graph = Heads(expanded(load_file(file)), int8=precision == "int8").judgements()
    return compile_graph(graph, precision, threads)


def _fed(rows: Sequence[Row]) -> Iterator[tuple[NDArray[np.int64], list[NDArray[np.int32]]]]:
    """Rows of like length together, as the graph takes them."""
    for places, ids, lengths in batches([row.ids for row in rows], BATCH_TOKENS):
        roles = np.zeros_like(ids)
        for at, place in enumerate(places):
            roles[at, : lengths[at]] = rows[place].roles
        yield places, [ids, roles, lengths]


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = (1 / (1 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)
    return found

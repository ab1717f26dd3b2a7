"""The cross-encoder: one pass over a pair tells its rank, its answer, what to keep, and whether a claim holds.

Six layers of the embedded encoder, trained further (`rag.training.cross`), over the encoder's own word table.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from xxhash import xxh3_128

from rag import weights
from rag.encoders.bert import Bert
from rag.encoders.minilm import batches
from rag.encoders.running import compile_graph, computed
from rag.errors import ModelError
from rag.skills.cross_rows import Role, Row
from rag.skills.skill import Skill

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from openvino import Model

__all__ = ["CrossEncoder", "CrossSkill", "Judgement", "Said", "Token", "expanded"]

BATCH_TOKENS = 512
"""Tokens computed at once, padding included. Larger batches are no faster a token, and passages of one question are
too few to fill them with rows of one length."""

REMEMBERED = 256
"""Rows whose judgements are kept, 4 KB each at most."""

_compiling = Lock()


class Judgement(IntEnum):
    """What is said of a row as a whole."""

    RANK = 0
    ANSWERABLE = 1
    SUPPORT = 2


class Token(IntEnum):
    """What is said of each token."""

    START = 0
    END = 1
    KEEP = 2


@dataclass(frozen=True, slots=True)
class Said:
    """The logits of some rows."""

    rows: NDArray[np.float32]
    """`[n, 3]`, by `Judgement`."""
    tokens: list[NDArray[np.float32]]
    """For each row `[tokens, 3]`, by `Token`."""


class CrossEncoder:
    """Reads rows. It is compiled when the first row is read; threads may share it."""

    def __init__(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], precision: str = "auto", threads: int = 0
    ) -> None:
        self.arrays = arrays
        self.facts = facts
        self.precision = precision
        self.threads = threads
        self._ready: dict[int, tuple[Any, int]] = {}
        self._known: dict[bytes, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        self._remembering = Lock()

    def read(self, rows: Sequence[Row]) -> Said:
        """What is said of every row, whatever stands beside it; rows are batched by length.

        What was read last is remembered: re-ranking, pruning and reading the same passages costs one pass.
        """
        keys = _keys(rows)
        with self._remembering:
            found = {key: self._known[key] for key in keys if key in self._known}
        new = {key: row for key, row in zip(keys, rows, strict=True) if key not in found}
        found |= zip(new, self._computed(list(new.values())), strict=True)
        with self._remembering:
            self._known |= {key: found[key] for key in new}
            for key in list(self._known)[:-REMEMBERED]:
                del self._known[key]
        judged = np.array([found[key][0] for key in keys], dtype=np.float32).reshape(-1, len(Judgement))
        return Said(judged, [found[key][1] for key in keys])

    def remembers(self, rows: Sequence[Row]) -> list[bool]:
        """Which rows were read lately: reading them again costs nothing."""
        keys = _keys(rows)
        with self._remembering:
            return [key in self._known for key in keys]

    def _computed(self, rows: Sequence[Row]) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Of each row its judgements and those of its tokens."""
        said: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        if not rows:
            return []
        model, streams = self._compiled()
        for places, (of_tokens, of_rows) in computed(model, streams, _fed(rows)):
            for at, place in enumerate(places):
                said[place] = of_rows[at].copy(), of_tokens[at, : len(rows[place].ids)].copy()
        return [said[place] for place in range(len(rows))]

    def probability(self, name: str, *logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits as probabilities, by the shift and the slopes that were fitted on held-out examples.

        Args:
            name: what of, a key of the fact `calibration`.
            logits: one array for each slope, of one shape.
        """
        shift, *slopes = self.facts["calibration"][name]
        mixed = sum((slope * part for slope, part in zip(slopes, logits, strict=True)), np.float32(shift))
        found: NDArray[np.float32] = (1 / (1 + np.exp(-np.clip(mixed, -60, 60)))).astype(np.float32)
        return found

    def _compiled(self) -> tuple[Any, int]:
        """Threads do not survive a fork: a forked process compiles its own model instead of waiting for ever."""
        with _compiling:
            if os.getpid() not in self._ready:
                graph = Heads(expanded(self.arrays), int8=self.precision == "int8").judgements()
                self._ready = {os.getpid(): compile_graph(graph, self.precision, self.threads)}
            return self._ready[os.getpid()]


def _keys(rows: Sequence[Row]) -> list[bytes]:
    return [np.array([row.ids, row.roles], dtype=np.uint16).tobytes() for row in rows]


class CrossSkill(Skill):
    """A skill that is a head of the cross-encoder. Skills of one file share one compiled model."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
        super().__init__(arrays, facts)
        if arrays["roles"].shape[0] != len(Role):
            raise ModelError(
                f"weights of `cross` with {arrays['roles'].shape[0]} roles where {len(Role)} are read: another version "
                "trained them; train them again with `rag train cross`"
            )
        self.model = _shared(arrays, facts)


_known: dict[str, CrossEncoder] = {}


def _shared(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> CrossEncoder:
    """The cross-encoder of these very arrays and facts."""
    digest = xxh3_128(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(arrays[name].tobytes())
    key = digest.hexdigest()
    return _known.setdefault(key, CrossEncoder(arrays, facts))


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


def _fed(rows: Sequence[Row]) -> Iterator[tuple[NDArray[np.int64], list[NDArray[np.int32]]]]:
    """Rows of like length together, as the graph takes them."""
    for places, ids, lengths in batches([row.ids for row in rows], BATCH_TOKENS):
        roles = np.zeros_like(ids)
        for at, place in enumerate(places):
            roles[at, : lengths[at]] = rows[place].roles
        yield places, [ids, roles, lengths]

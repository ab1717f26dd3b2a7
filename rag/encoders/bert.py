"""A BERT encoder as an OpenVINO graph, built from arrays: no ONNX file, no exporter.

The word table stays int8 inside the graph: rows are looked up first and scaled afterwards, so 30,522 rows never become
floats. Everything else is stored fp16 and expanded when the graph is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from openvino import Model, Node

__all__ = ["Bert"]


class Bert:
    """Builds the graph from arrays named as `rag.weights.convert` names them."""

    def __init__(
        self, arrays: Mapping[str, NDArray[Any]], *, layers: int = 6, heads: int = 12, int8: bool = False
    ) -> None:
        from openvino import opset15

        self.op = opset15
        self.arrays = arrays
        self.layers = layers
        self.heads = heads
        self.int8 = int8

    def sentence_vectors(self) -> Model:
        """`ids` int32 `[batch, length]`, `lengths` int32 `[batch]` -> unit mean vectors float32 `[batch, hidden]`."""
        return self._model("sentence_vectors", self._mean)

    def token_vectors(self) -> Model:
        """`ids` int32 `[batch, length]`, `lengths` int32 `[batch]` -> unit vectors float32 `[batch, length, hidden]`.

        What stands after a text's end means nothing.
        """
        return self._model("token_vectors", self._each)

    def both_vectors(self) -> Model:
        """The outputs of `sentence_vectors` and of `token_vectors`, in one pass."""
        return self._model("both_vectors", self._mean, self._each)

    def _model(self, name: str, *outputs: Callable[[Node, Node], Node]) -> Model:
        from openvino import Model

        ids, lengths = self.op.parameter([-1, -1], np.int32, name="ids"), self.op.parameter([-1], np.int32)
        hidden, inside = self.hidden(ids, lengths)
        return Model([self.op.result(output(hidden, inside)) for output in outputs], [ids, lengths], name)

    def _mean(self, hidden: Node, inside: Node) -> Node:
        mask = self.op.unsqueeze(self.op.convert(inside, "f32"), self._int(2))
        total = self.op.reduce_sum(self.op.multiply(hidden, mask), self._int(1), False)
        return self.op.normalize_l2(total, self._int(1), 1e-12, "max")

    def _each(self, hidden: Node, inside: Node) -> Node:
        return self.op.normalize_l2(hidden, self._int(2), 1e-12, "max")

    def hidden(self, ids: Node, lengths: Node, roles: Node | None = None) -> tuple[Node, Node]:
        """Last hidden states float32 `[batch, length, hidden]`, and which positions are inside their text.

        Args:
            ids: int32 `[batch, length]`.
            lengths: int32 `[batch]`.
            roles: int32 `[batch, length]`, rows of the array `roles` that are added in place of BERT's segments.
        """
        op = self.op
        length = op.gather(op.shape_of(ids, "i32"), op.constant(np.int32(1)), self._int(0))
        places = op.range(op.constant(np.int32(0)), length, op.constant(np.int32(1)), "i32")
        inside = op.less(op.unsqueeze(places, self._int(0)), op.unsqueeze(lengths, self._int(1)))
        bias = op.select(inside, self._float(0), self._float(float(np.finfo(np.float32).min)))
        bias = op.unsqueeze(bias, op.constant(np.array([1, 2])))
        x = self._norm(self._embed(ids, places, roles), "norm")
        for layer in range(self.layers):
            x = self._layer(x, bias, f"layers.{layer}.")
        return x, inside

    def _embed(self, ids: Node, places: Node, roles: Node | None) -> Node:
        op, first = self.op, self._int(0)
        values = op.gather(op.constant(self.arrays["words.values"]), ids, first)
        scale = op.gather(op.constant(self.arrays["words.scale"].astype(np.float32)), ids, first)
        rest = self.arrays["positions"].astype(np.float32)
        words = op.multiply(op.convert(values, "f32"), scale)
        if roles is None:
            rest = rest + self.arrays["types"][0].astype(np.float32)
        else:
            words = op.add(words, op.gather(self._wide("roles"), roles, first))
        return op.add(words, op.gather(op.constant(rest), places, first))

    def _layer(self, x: Node, bias: Node, name: str) -> Node:
        op = self.op
        x = self._norm(op.add(x, self._linear(self._attention(x, bias, name), f"{name}out")), f"{name}norm1")
        inner = op.gelu(self._linear(x, f"{name}up"), "erf")
        return self._norm(op.add(x, self._linear(inner, f"{name}down")), f"{name}norm2")

    def _attention(self, x: Node, bias: Node, name: str) -> Node:
        op = self.op
        width = self.arrays[f"{name}out.bias"].shape[0]
        head = width // self.heads
        qkv = op.reshape(self._linear(x, f"{name}qkv"), op.constant(np.array([0, 0, 3, self.heads, head])), True)
        qkv = op.transpose(qkv, op.constant(np.array([2, 0, 3, 1, 4])))
        query, key, value = (op.gather(qkv, op.constant(np.int64(part)), op.constant(np.int64(0))) for part in range(3))
        scores = op.multiply(op.matmul(query, key, False, True), self._float(head**-0.5))
        mixed = op.matmul(op.softmax(op.add(scores, bias), -1), value, False, False)
        mixed = op.transpose(mixed, op.constant(np.array([0, 2, 1, 3])))
        return op.reshape(mixed, op.constant(np.array([0, 0, width])), True)

    def _linear(self, x: Node, name: str) -> Node:
        op = self.op
        weight = self._narrow(f"{name}.weight") if self.int8 else self._wide(f"{name}.weight")
        return op.add(op.matmul(x, weight, False, True), self._wide(f"{name}.bias"))

    def _norm(self, x: Node, name: str) -> Node:
        op = self.op
        scaled = op.mvn(x, self._int(-1), True, 1e-12, "inside_sqrt")
        return op.add(op.multiply(scaled, self._wide(f"{name}.weight")), self._wide(f"{name}.bias"))

    def _wide(self, name: str) -> Node:
        return self.op.convert(self.op.constant(self.arrays[name]), "f32")

    def _narrow(self, name: str) -> Node:
        """A matrix as int8 with a scale a row: OpenVINO then quantises what it is multiplied with, too."""
        rows = self.arrays[name].astype(np.float32)
        scale = np.abs(rows).max(axis=1, keepdims=True) / 127
        values = self.op.constant(np.rint(rows / scale).astype(np.int8))
        return self.op.multiply(self.op.convert(values, "f32"), self.op.constant(scale))

    def _int(self, value: int) -> Node:
        return self.op.constant(np.array([value], dtype=np.int64))

    def _float(self, value: float) -> Node:
        return self.op.constant(np.float32(value))

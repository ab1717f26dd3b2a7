"""Logistic regression with a ridge, on a question's vector, shape and counts: one optimum, found in seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.skills.complexity import SCALES
from rag.skills.question_shape import BUCKETS, buckets, marks, plain
from rag.training.encoding import vectors
from rag.training.settings import Told, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Features", "Ridge"]


@dataclass(frozen=True)
class Features:
    """What `rag.skills.complexity` sees of questions."""

    vectors: NDArray[np.float32]
    """`[n, 384]`."""
    shapes: Sequence[NDArray[np.int64]]
    """Places in `range(BUCKETS)`, of each question."""
    marks: NDArray[np.float32]
    """`[n, len(MARKS)]`."""

    @classmethod
    def of(cls, questions: Sequence[str], tell: Callable[[Told], None] = silent) -> Features:
        """Computed, the encoder's part of it once and for all."""
        return cls(
            vectors([plain(question) for question in questions], tell),
            [buckets(question) for question in questions],
            np.stack([marks(question) for question in questions]),
        )

    def take(self, rows: NDArray[np.int64]) -> Features:
        """Of these questions."""
        return Features(self.vectors[rows], [self.shapes[row] for row in rows], self.marks[rows])

    def __add__(self, other: Features) -> Features:
        return Features(
            np.concatenate([self.vectors, other.vectors]),
            [*self.shapes, *other.shapes],
            np.concatenate([self.marks, other.marks]),
        )


class Ridge:
    """Weights for `classes` logits; one logit where there are two classes.

    Minimises the weighted sum of negative log likelihoods plus `|weights|^2 / (2 * looseness)`, biases left out.
    """

    def __init__(  # what a fit depends on
        self,
        classes: int,
        looseness: float,
        center: NDArray[np.float32],
        scale: NDArray[np.float32],
        buckets: int = BUCKETS,
    ) -> None:
        self.columns = 1 if classes == 2 else classes
        self.looseness = looseness
        self.center, self.scale = center, scale
        self.buckets = buckets
        self.arrays: Mapping[str, NDArray[np.float32]] = {}

    def fit(
        self,
        features: Features,
        labels: NDArray[np.int64] | NDArray[np.float32],
        weights: NDArray[np.float32],
        *,
        steps: int = 150,
        tell: Callable[[int], None] = lambda _: None,
    ) -> Ridge:
        """Fitted in place by L-BFGS; `tell` hears how many steps are done.

        Args:
            features: of `n` questions.
            labels: places of the classes, `[n]`; of three classes or more also the chance of each, `[n, classes]`.
            weights: of the questions, `[n]`.
            steps: at most.
            tell: as above.
        """
        import torch

        inputs, target = self._inputs(features), torch.from_numpy(labels)
        amount = torch.from_numpy(weights.astype(np.float32))
        widths = {"vector": features.vectors.shape[1], "shape": self.buckets, "marks": len(self.center)}
        model = {name: torch.zeros(width, self.columns, requires_grad=True) for name, width in widths.items()}
        bias = torch.zeros(self.columns, requires_grad=True)
        optimizer = torch.optim.LBFGS(
            [*model.values(), bias], max_iter=1, history_size=20, line_search_fn="strong_wolfe"
        )

        def cost() -> Any:
            optimizer.zero_grad()
            logits = _logits(inputs, model, bias)
            if self.columns == 1:
                lost = torch.nn.functional.binary_cross_entropy_with_logits(
                    logits[:, 0], target.float(), weight=amount, reduction="sum"
                )
            else:
                lost = (torch.nn.functional.cross_entropy(logits, target, reduction="none") * amount).sum()
            value = lost + sum(part.square().sum() for part in model.values()) / (2 * self.looseness)
            value.backward()
            return value

        before = float("inf")
        for step in range(steps):
            value = float(optimizer.step(cost).detach())
            tell(step + 1)
            if before - value < 1e-6 * abs(value):
                break
            before = value
        self.arrays = {name: SCALES[name] * part.detach().numpy() for name, part in model.items()}
        self.arrays = {**self.arrays, "bias": bias.detach().numpy()}
        return self

    def logits(self, features: Features) -> NDArray[np.float32]:
        """By torch, from the fitted weights, float32 `[n, columns]`."""
        import torch

        weights = {name: torch.from_numpy(self.arrays[name] / SCALES[name]) for name in SCALES}
        with torch.inference_mode():
            found = _logits(self._inputs(features), weights, torch.from_numpy(self.arrays["bias"]))
        result: NDArray[np.float32] = found.numpy()
        return result

    def _inputs(self, features: Features) -> tuple[Any, ...]:
        import torch

        flat = np.concatenate([np.zeros(0, dtype=np.int64), *features.shapes])
        starts = np.cumsum([0, *(len(shape) for shape in features.shapes[:-1])])
        counts = (features.marks - self.center) / self.scale
        return (
            torch.from_numpy(features.vectors * SCALES["vector"]),
            torch.from_numpy(flat),
            torch.from_numpy(starts),
            torch.from_numpy((counts * SCALES["marks"]).astype(np.float32)),
        )


def _logits(inputs: tuple[Any, ...], model: Mapping[str, Any], bias: Any) -> Any:
    from torch.nn.functional import embedding_bag

    vectors, flat, starts, counts = inputs
    shapes = embedding_bag(flat, model["shape"], starts, mode="sum") * SCALES["shape"]
    return vectors @ model["vector"] + shapes + counts @ model["marks"] + bias

"""How `complexity` is trained: two regressions over the same features, and composed questions beside the real ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.skills.complexity import CLASSES, Complexity
from rag.training.calibration import calibration_error, temperature
from rag.training.compose import compose
from rag.training.encoding import vectors
from rag.training.measures import accuracy, area, macro_f1
from rag.training.questions import Question, read_questions
from rag.training.rationales import softened
from rag.training.recipe import Head, Recipe
from rag.training.ridge import Features, Ridge
from rag.training.settings import Run, Told, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ComplexityRecipe"]

COMPOSED = 1500
"""Questions of each composed kind."""
LOOSE_STRUCTURE, LOOSE_OUTCOME = 0.3, 0.1
MULTI = 1.2
"""Weight of `multi` by outcome, the rarest label."""
FEWEST = 100
"""A set of several-document questions this large is left out once, to see how the head does on kinds it never met."""


@dataclass(frozen=True)
class Data:
    """Labelled questions and their features, computed once for all seeds."""

    questions: Sequence[Question]
    tell: Callable[[Told], None] = silent

    @cached_property
    def features(self) -> Features:
        """Of every question."""
        return Features.of([question.text for question in self.questions], self.tell)

    @cached_property
    def reasons(self) -> NDArray[np.float32]:
        """Vectors of what a model said why, `[n, 384]`, NaN where it was not asked."""
        there = [place for place, question in enumerate(self.questions) if question.reason]
        found = np.full(self.features.vectors.shape, np.nan, np.float32)
        if there:
            found[there] = vectors([self.questions[place].reason for place in there], self.tell)
        return found

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """Places in `CLASSES`."""
        return np.array([question.label for question in self.questions])

    @cached_property
    def groups(self) -> NDArray[np.str_]:
        """Data sets."""
        return np.array([question.group for question in self.questions])

    def rows(self, outcome: bool, *parts: str) -> NDArray[np.int64]:
        """Where the questions of these parts stand, with labels of one sort."""
        held = [question.outcome == outcome and question.part in parts for question in self.questions]
        return np.flatnonzero(held)


class ComplexityRecipe(Recipe[Data]):
    """Logistic regression on the encoder's vector of a question, its shape and a few counts, for Adaptive-RAG's router.

    Whether several documents must be joined is learnt from which data set a question is from, and from questions
    composed out of training questions; which strategy would have done, from silver labels.
    """

    skill = "complexity"
    epochs = 150
    wants = "`question` and `route` (none, single or multi)"
    limits = (
        "English. Kinds of question that no data set and no composition resembles are less sure: the figures "
        "`recall, ... left out` say by how much. `none` means that a model of three billion parameters answered right "
        "without a passage; questions about your own files are hardly ever that, so let a router take `none` only "
        "where a wrong guess is cheap. Silver labels are noisy: the published classifier agrees with 54.5 % of its own "
        "kind."
    )

    def read(self, files: Sequence[Path], tell: Callable[[Told], None] = silent) -> Data:
        """Questions of every known layout."""
        return Data(read_questions(files), tell)

    def counts(self, data: Data) -> dict[str, int]:
        """Questions by part and sort of label."""
        sorts = {"by set": False, "by outcome": True}
        return {
            f"{part} questions {s}": len(data.rows(o, part))
            for s, o in sorts.items()
            for part in ("train", "dev", "test")
        }

    def train(self, data: Data, run: Run) -> Head:
        """Both regressions, and the first once more without each set of several-document questions."""
        center = data.features.marks.mean(axis=0)
        scale = data.features.marks.std(axis=0) + 1e-6
        train = data.rows(False, "train")
        singles = [data.questions[row].text for row in train if data.labels[row] == 1]
        composed = compose(singles, COMPOSED, run.seed)
        extra = Features.of(composed, run.tell) if composed else None

        def structure(rows: NDArray[np.int64], stage: str) -> Ridge:
            return _structure(data, rows, extra, run, Ridge(2, LOOSE_STRUCTURE, center, scale), stage)

        whole = structure(train, "structure")
        blank = partial(Ridge, len(CLASSES), LOOSE_OUTCOME, center, scale)
        outcome, early = _outcome(data, run, blank(), "train", "dev"), _outcome(data, run, blank(), "train")
        arrays = {name: np.concatenate([whole.arrays[name], outcome.arrays[name]], axis=-1) for name in whole.arrays}
        arrays |= {"marks.mean": center, "marks.scale": scale}
        calm, calm_outcome = (
            temperature(_squeezed(head.logits(data.features.take(rows))), data.labels[rows] // (1 if sort else 2))
            for sort, head in ((False, whole), (True, early))
            for rows in [data.rows(sort, "dev")]
        )
        figures = {}
        for group in _left_out(data):
            kept = structure(train[data.groups[train] != group], f"without {group}")
            rows = np.flatnonzero((data.groups == group) & (data.labels == 2))
            figures[f"recall, {group} left out"] = float((kept.logits(data.features.take(rows)) > 0).mean())
        if figures:
            figures["recall, mean of sets left out"] = float(np.mean(list(figures.values())))
        return Head(arrays, calm, _parity(data, arrays, whole, outcome), {"outcome_temperature": calm_outcome}, figures)

    def measure(self, skill: Complexity, data: Data) -> dict[str, float]:
        """Single against multi on the test parts; three ways on silver labels; calibration."""
        figures = {}
        rows = data.rows(False, "test")
        if len(rows):
            chances = skill.predict_proba([data.questions[row].text for row in rows.tolist()], by="structure")[:, 2]
            multi = data.labels[rows] == 2
            figures = {
                "single against multi, accuracy": accuracy(chances > 0.5, multi),
                "single against multi, AUC": area(chances, multi),
                "recall of single": float((chances <= 0.5)[~multi].mean()),
                "recall of multi": float((chances > 0.5)[multi].mean()),
                "single against multi, calibration error": calibration_error(
                    np.maximum(chances, 1 - chances), (chances > 0.5) == multi
                ),
            }
        rows = data.rows(True, "test")
        if len(rows):
            chosen = skill.predict_proba([data.questions[row].text for row in rows.tolist()], by="outcome").argmax(
                axis=1
            )
            labels = data.labels[rows]
            figures["three ways by outcome, accuracy"] = accuracy(chosen, labels)
            figures["three ways by outcome, macro F1"] = macro_f1(chosen, labels)
            for place in np.unique(labels):
                figures[f"recall of {CLASSES[place]} by outcome"] = float((chosen == place)[labels == place].mean())
            figures |= spent([data.questions[row] for row in rows.tolist()], chosen)
        return figures


def spent(questions: Sequence[Question], chosen: NDArray[np.int64]) -> dict[str, float]:
    """What the chosen routes would have cost and missed, of the questions whose routes were all tried.

    Regret is the share of questions that some route answered right and the chosen one did not; a route that was not
    tried stands for the next dearer one that was. The cost saved is that against always taking the dearest.
    """
    right, best, cost, most = [], [], [], []
    for question, place in zip(questions, chosen.tolist(), strict=True):
        tried = [name for name in CLASSES if name in question.right and name in question.milliseconds]
        if not tried:
            continue
        taken = next((name for name in CLASSES[place:] if name in tried), tried[-1])
        right.append(question.right[taken])
        best.append(any(question.right.values()))
        cost.append(question.milliseconds[taken])
        most.append(question.milliseconds[tried[-1]])
    if not right:
        return {}
    return {
        "right by the chosen route": float(np.mean(right)),
        "regret against an oracle": float(np.mean(best) - np.mean(right)),
        "cost saved against the dearest route": 1 - float(np.sum(cost)) / max(1e-9, float(np.sum(most))),
    }


def _structure(  # noqa: PLR0913, PLR0917  # a training and its parts
    data: Data, rows: NDArray[np.int64], extra: Features | None, run: Run, head: Ridge, stage: str
) -> Ridge:
    """Multi against the rest; every set weighs as the root of its size, both sides alike."""
    features, labels, groups = data.features.take(rows), (data.labels[rows] == 2).astype(np.int64), data.groups[rows]
    if extra is not None:
        features = features + extra
        labels = np.concatenate([labels, np.ones(len(extra.shapes), dtype=np.int64)])
        kinds = np.repeat([f"composed {kind}" for kind in range(3)], COMPOSED)
        groups = np.concatenate([groups, kinds])
    _, places, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    weights = np.sqrt(1000 / sizes[places])
    several = labels == 1
    if several.any() and not several.all():
        weights[several] *= weights[~several].sum() / weights[several].sum()
    return _fitted(head, features, labels, weights, run, stage)


def _outcome(data: Data, run: Run, head: Ridge, *parts: str) -> Ridge:
    """None, single or multi by what happened; without such labels every class is as likely."""
    rows = data.rows(True, *parts)
    if not len(rows):
        rows = np.arange(1)
        return _fitted(head, data.features.take(rows), np.zeros(1, dtype=np.int64), np.zeros(1), run, "outcome")
    features, labels = data.features.take(rows), data.labels[rows]

    def fit(features: Features, labels: NDArray[np.int64]) -> Ridge:
        teacher = Ridge(len(CLASSES), LOOSE_OUTCOME, head.center, head.scale)
        return _fitted(teacher, features, labels, _weighed(labels), run, "outcome, with reasons")

    wanted = softened(features, data.reasons[rows], labels, len(CLASSES), fit)
    return _fitted(head, features, wanted, _weighed(labels), run, "outcome")


def _weighed(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(labels == 2, MULTI, 1.0)


def _fitted(  # noqa: PLR0913, PLR0917  # a training and its parts
    head: Ridge, features: Features, labels: Any, weights: NDArray[np.float64], run: Run, stage: str
) -> Ridge:
    def tell(step: int) -> None:
        run.tell(Told(stage, step, run.epochs))

    return head.fit(features, labels, weights.astype(np.float32), steps=run.epochs, tell=tell)


def _left_out(data: Data) -> list[str]:
    """Sets of several-document questions that are large enough, where others remain."""
    known = data.rows(False, "train", "dev", "test")
    groups, sizes = np.unique(data.groups[known][data.labels[known] == 2], return_counts=True)
    return [str(group) for group, size in zip(groups, sizes, strict=True) if size >= FEWEST and len(groups) > 1]


def _squeezed(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return logits[:, 0] if logits.shape[1] == 1 else logits


def _parity(data: Data, arrays: dict[str, NDArray[np.float32]], whole: Ridge, outcome: Ridge) -> float:
    rows = np.arange(min(500, len(data.questions)))
    features = data.features.take(rows)
    torch_logits = np.concatenate([whole.logits(features), outcome.logits(features)], axis=1)
    ours = Complexity(arrays, {}).logits([data.questions[row].text for row in rows.tolist()])
    return float(np.abs(ours - torch_logits).max())

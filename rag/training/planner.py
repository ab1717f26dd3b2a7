"""How `sources` is trained: which knowledge sources a question needs, from one's own labelled questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import UsageError
from rag.skills.question_shape import plain
from rag.skills.sources import BUCKETS, SourcePlanner, grams, readable
from rag.training.calibration import temperature
from rag.training.encoding import vectors
from rag.training.measures import accuracy, binary_f1
from rag.training.recipe import Head, Recipe
from rag.training.records import records
from rag.training.ridge import Features, Ridge
from rag.training.settings import Run, Told, silent
from rag.training.splits import Part, part

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SourcesRecipe"]

LOOSE = 0.5
FEWEST = 20
"""Development questions under which no threshold is chosen: it stays one half."""
THRESHOLDS = np.arange(0.1, 0.91, 0.05)


@dataclass(frozen=True, slots=True)
class Asked:
    """One labelled question."""

    text: str
    earlier: int
    """Questions before it in its conversation."""
    sources: frozenset[str]
    part: Part


@dataclass(frozen=True)
class Data:
    """Labelled questions and their features, computed once for all seeds."""

    asked: Sequence[Asked]
    labels: tuple[str, ...]
    tell: Callable[[Told], None] = silent

    @cached_property
    def features(self) -> Features:
        """Of every question."""
        known = [place for place, one in enumerate(self.asked) if readable(one.text)]
        read = vectors([plain(self.asked[place].text) for place in known], self.tell)
        found = np.zeros((len(self.asked), read.shape[1]), np.float32)
        found[known] = read
        shapes = [grams(one.text, one.earlier) for one in self.asked]
        return Features(found, shapes, np.zeros((len(self.asked), 0), np.float32))

    @cached_property
    def wanted(self) -> NDArray[np.bool_]:
        """Which sources each needs, `[questions, labels]`."""
        return np.array([[label in one.sources for label in self.labels] for one in self.asked])

    def rows(self, *parts: str) -> NDArray[np.int64]:
        """Where the questions of some parts stand."""
        return np.flatnonzero([one.part in parts for one in self.asked])


class SourcesRecipe(Recipe[Data]):
    """A logistic regression a source, with a ridge: one optimum, found in seconds."""

    skill = "sources"
    epochs = 150
    wants = (
        "`question` and `sources` (a list of names, empty where none is needed); optionally `earlier` (how many "
        "questions came before it) and `conversation` (questions of one stay in one part)"
    )
    limits = "It knows the sources and the kinds of question that it was shown, and no others."

    def read(self, files: Sequence[Path], tell: Callable[[Told], None] = silent) -> Data:
        """Questions with their sources; `part` in a record (train, dev or test) is taken as it is."""
        asked = [_asked(name, record) for name, record in records(files)]
        labels = tuple(sorted({source for one in asked for source in one.sources}))
        if not labels or all(one.sources == asked[0].sources for one in asked):
            raise UsageError(f"--data: found no questions that need different sources; a record holds {self.wants}")
        return Data(asked, labels, tell)

    def counts(self, data: Data) -> dict[str, int]:
        """Questions by part."""
        return {f"{name} questions": len(data.rows(name)) for name in ("train", "dev", "test")}

    def train(self, data: Data, run: Run) -> Head:
        """All regressions, their temperatures and thresholds on development questions."""
        train, dev = data.rows("train"), data.rows("dev")
        features, none = data.features.take(train), np.zeros(0, np.float32)
        fitted = []
        for place, label in enumerate(data.labels):
            head = Ridge(2, LOOSE, none, none, BUCKETS)
            labels = data.wanted[train, place].astype(np.int64)
            run.tell(Told(label, place, len(data.labels)))
            fitted.append(head.fit(features, labels, np.ones(len(train), np.float32), steps=run.epochs))
        arrays = {
            name: np.concatenate([head.arrays[name] for head in fitted], axis=-1)
            for name in ("vector", "shape", "bias")
        }
        read = np.concatenate([head.logits(data.features.take(dev)) for head in fitted], axis=1)
        calm = [temperature(read[:, place], data.wanted[dev, place].astype(np.int64)) for place in range(len(fitted))]
        chances = 1 / (1 + np.exp(-read / np.array(calm)))
        lines = [_threshold(chances[:, place], data.wanted[dev, place]) for place in range(len(fitted))]
        facts: dict[str, Any] = {"labels": list(data.labels), "temperatures": calm, "thresholds": lines}
        return Head(arrays, 1.0, _parity(data, arrays, facts, fitted), facts)

    def measure(self, skill: SourcePlanner, data: Data) -> dict[str, float]:
        """On the test part: whole plans that are right, F1 of each source, of no source, and of both simple ways."""
        rows = data.rows("test")
        if not len(rows):
            return {}
        asked = [data.asked[row] for row in rows.tolist()]
        chances = skill.predict_proba([one.text for one in asked], [one.earlier for one in asked])
        found, wanted = chances >= np.array(skill.thresholds), data.wanted[rows]
        every = np.ones_like(wanted)
        figures = {
            "whole plan right": accuracy((found == wanted).all(axis=1), np.ones(len(rows), np.bool_)),
            "whole plan right, always all": float(wanted.all(axis=1).mean()),
            "whole plan right, never any": float((~wanted.any(axis=1)).mean()),
            "F1 of plans, mean": _plans(found, wanted),
            "F1 of plans, mean, always all": _plans(every, wanted),
            "F1 of plans, mean, never any": _plans(~every, wanted),
        }
        for place, label in enumerate(data.labels):
            figures[f"F1 of {label}"] = binary_f1(found[:, place], wanted[:, place])
        nothing: list[NDArray[np.bool_]] = [np.asarray(~plans.any(axis=1)) for plans in (found, wanted)]
        figures["F1 of no source"] = binary_f1(*nothing)
        return figures


def _asked(name: str, record: dict[str, Any]) -> Asked:
    text, sources = record.get("question"), record.get("sources")
    if not isinstance(text, str) or not isinstance(sources, list):
        raise UsageError(
            f"{name}: a record should hold {SourcesRecipe.wants}; one has {', '.join(record) or 'nothing'}"
        )
    place: Part = record.get("part") or part(str(record.get("conversation") or plain(text)))
    return Asked(text, int(record.get("earlier") or 0), frozenset(map(str, sources)), place)


def _threshold(chances: NDArray[np.float64], wanted: NDArray[np.bool_]) -> float:
    """Where the mean of both sides' F1 is highest, of equals the nearest to one half."""
    if len(wanted) < FEWEST or wanted.all() or not wanted.any():
        return 0.5
    scores = [
        (binary_f1(chances >= line, wanted) + binary_f1(chances < line, ~wanted), -abs(line - 0.5), line)
        for line in THRESHOLDS
    ]
    return round(float(max(scores)[2]), 2)


def _plans(found: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    """Mean F1 over the plans (sets of sources) that some question needs."""
    kinds = np.unique(wanted, axis=0)
    scores = []
    for kind in kinds:
        mine = [np.array([bool((plan == kind).all()) for plan in plans], np.bool_) for plans in (found, wanted)]
        scores.append(binary_f1(*mine))
    return float(np.mean(scores))


def _parity(
    data: Data, arrays: dict[str, NDArray[np.float32]], facts: dict[str, Any], fitted: Sequence[Ridge]
) -> float:
    rows = np.arange(min(200, len(data.asked)))
    torch_logits = np.concatenate([head.logits(data.features.take(rows)) for head in fitted], axis=1)
    some = [data.asked[row] for row in rows.tolist()]
    ours = SourcePlanner(arrays, facts).logits([one.text for one in some], [one.earlier for one in some])
    return float(np.abs(ours - torch_logits).max())

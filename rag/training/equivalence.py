"""How `equivalence` is trained: boosted trees over likeness, on answers that people judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import MissingExtra, UsageError
from rag.skills.equivalence import Equivalence, parts
from rag.skills.likeness import WORDS, meant, shortened, spelt
from rag.skills.trees import scores
from rag.training.boosted import histogram
from rag.training.calibration import calibration_error, temperature
from rag.training.contrasts import contrasts, pooled
from rag.training.cross.examples import Stated
from rag.training.measures import accuracy, area
from rag.training.recipe import Head, Recipe
from rag.training.records import records
from rag.training.settings import Run, Told, silent
from rag.training.splits import part

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EquivalenceRecipe"]

Triple = tuple[str, str, str]
Reading = Callable[[Sequence[Triple]], "NDArray[np.float32]"]
TESTS = frozenset({"answer_equivalence/nq301"})
"""Sets of which nothing is learnt: others have published figures on all of them."""
ROUND = 2000
FORESTS = 3
DRAWN, LEAVES = 0.7, 15
"""Share of the answers that a forest sees, and leaves of a tree."""
MADE = 0.3
"""What a made answer weighs beside a judged one. Chosen out of fold: docs/decisions/evaluation.md."""
FEWEST = 40
"""Judgements of a set under which no figure is given."""


@dataclass
class Data:
    """Judged answers in three parts by question."""

    judged: dict[str, list[Stated]]
    tell: Callable[[Told], None] = silent
    known: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    """Features of a part, computed once for all seeds."""

    def features(self, name: str) -> NDArray[np.float32]:
        """Of every judged answer beside the reference that it is most like in wording, float32 `[n, features]`."""
        if name not in self.known:
            triples, owners = self.parts(name)
            rows = self._read(name, triples, spelt)
            best: dict[int, int] = {}
            for row, owner in enumerate(owners.tolist()):
                if owner not in best or tuple(rows[row]) > tuple(rows[best[owner]]):
                    best[owner] = row
            places = list(best.values())
            chosen = [triples[place] for place in places]
            self.known[name] = np.hstack([rows[places], self._read(name, chosen, meant)])
        return self.known[name]

    def every(self, name: str) -> NDArray[np.float32]:
        """Of every judged answer beside each of its references, as `Equivalence.score` takes them."""
        if f"every {name}" not in self.known:
            triples = self.parts(name)[0]
            both = [self._read(name, triples, spelt), self._read(name, triples, meant)]
            self.known[f"every {name}"] = np.hstack(both)
        return self.known[f"every {name}"]

    def parts(self, name: str) -> tuple[list[Triple], NDArray[np.intp]]:
        """Judged answers beside each of their references, shortened, and which answer each is."""
        triples, owners = parts([_triple(one) for one in self.judged[name]])
        return shortened(triples), owners

    def _read(self, name: str, triples: Sequence[Triple], by: Reading) -> NDArray[np.float32]:
        found = [by([])]
        for start in range(0, len(triples), ROUND):
            self.tell(Told(f"reading {name}", start, len(triples)))
            found.append(by(triples[start : start + ROUND]))
        return np.vstack(found)

    def labels(self, name: str) -> NDArray[np.bool_]:
        """What people said of each."""
        return np.array([one.label >= 0.5 for one in self.judged[name]])


class EquivalenceRecipe(Recipe[Data]):
    """Boosted trees over how alike two answers are in wording, numbers, dates, names and the encoders' word vectors.

    They learn from what people said of language models' answers to questions of NQ and TriviaQA.
    """

    skill = "equivalence"
    epochs = 240
    wants = "`question`, `reference` (or `references`), `candidate` and `label`: 1 where both say the same"
    limits = (
        "English. What it learnt from are short references and answers of up to a few sentences; a long answer is "
        f"read to its {WORDS}th word. It compares with the reference and does not know whether the reference is true."
    )

    def read(self, files: Sequence[Path], tell: Callable[[Told], None] = silent) -> Data:
        """Judged answers, split by question."""
        judged: dict[str, list[Stated]] = {"train": [], "made": [], "dev": [], "test": [], "made test": []}
        for one in _answers(files):
            judged["test" if one.source in TESTS else part(one.key, dev=0.08, test=0.3)].append(one)
        if len({one.label for one in judged["train"]}) < 2:
            raise UsageError(f"found no answers judged both ways to learn from: a record holds {self.wants}")
        judged["made"] = contrasts(judged["train"], pooled(judged["train"]))
        measured = [one for one in judged["test"] if one.source not in TESTS]
        judged["made test"] = contrasts(measured, pooled(measured, judged["train"]))
        return Data(judged, tell)

    def counts(self, data: Data) -> dict[str, int]:
        """Judged answers by part."""
        return {f"{name} answers": len(some) for name, some in data.judged.items()}

    def train(self, data: Data, run: Run) -> Head:
        """`FORESTS` times `epochs` trees, each forest on draws of its own; what ships is their average."""
        try:
            from sklearn.ensemble import HistGradientBoostingClassifier
        except ImportError as error:
            raise MissingExtra("scikit-learn", "train", "rag train equivalence") from error

        table = np.vstack([data.features("train"), data.features("made")])
        labels = np.concatenate([data.labels("train"), data.labels("made")])
        weights = np.repeat([1.0, MADE], [len(data.judged["train"]), len(data.judged["made"])])
        models = []
        for place in range(FORESTS):
            run.tell(Told("growing trees", place, FORESTS))
            drawn = np.random.default_rng([run.seed, place]).random(len(table)) < DRAWN
            model = HistGradientBoostingClassifier(
                max_iter=run.epochs,
                learning_rate=0.06,
                max_leaf_nodes=LEAVES,
                min_samples_leaf=20,
                max_features=0.4,
                l2_regularization=1.0,
                early_stopping=False,
                random_state=run.seed + 1000 * place,
            )
            models.append(model.fit(table[drawn], labels[drawn], sample_weight=weights[drawn]))
        arrays = histogram(*models)
        ours = scores(arrays, table[:2000])
        theirs = np.mean([model.decision_function(table[:2000]) for model in models], axis=0)
        calm = 1.0
        if len(np.unique(data.labels("dev"))) == 2:
            calm = temperature(scores(arrays, data.features("dev")), data.labels("dev").astype(np.int64))
        return Head(arrays, calm, float(np.abs(ours - theirs).max()))

    def measure(self, skill: Equivalence, data: Data) -> dict[str, float]:
        """Accuracy and AUC on each set's held-out questions; how made answers with names not learnt from are taken."""
        figures: dict[str, float] = {}
        sources = np.array([one.source for one in data.judged["test"]])
        if not len(sources):
            return figures
        triples, labels = [_triple(one) for one in data.judged["test"]], data.labels("test")
        chances = skill.score(triples, data.every("test"))
        for source in np.unique(sources):
            rows = sources == source
            if rows.sum() >= FEWEST:
                figures[f"accuracy, {source}"] = accuracy(chances[rows] >= 0.5, labels[rows])
                figures[f"AUC, {source}"] = area(chances[rows], labels[rows])
        right = (chances >= 0.5) == labels
        figures["calibration error"] = calibration_error(np.maximum(chances, 1 - chances), right)
        made, labels = data.judged["made test"], data.labels("made test")
        if made:
            passed = skill.score([_triple(one) for one in made], data.every("made test")) >= 0.5
            for name, rows in (("wrong", ~labels), ("right", labels)):
                figures[f"made {name} answers that pass"] = float(passed[rows].mean()) if rows.any() else 0.0
        return figures


def _answers(files: Sequence[Path]) -> Iterator[Stated]:
    """Answers of models, judged by people beside one or several references (EVOUNA, NQ301).

    Raises:
        UsageError: a record has other keys; names the set.
    """
    for source, record in records(files):
        if record.get("improper"):
            continue
        given = record.get("references") or str(record.get("reference", "")).split("/")
        if not {"question", "candidate", "label"} <= record.keys() or not any(given):
            keys = ", ".join(record)
            raise UsageError(f"{source}: a record has the keys {keys}; needed: {EquivalenceRecipe.wants}")
        references = " / ".join(part.strip() for part in given)
        texts = (record["question"], references, record["candidate"])
        yield Stated(Equivalence.name, texts, float(record["label"]), source, f"question {record['question']}")


def _triple(one: Stated) -> Triple:
    question, reference, candidate = one.texts
    return question, reference, candidate

"""How `equivalence` is trained: boosted trees over likeness, on answers that people judged."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import MissingExtra, UsageError
from rag.skills.equivalence import SEVERAL, Equivalence, parts
from rag.skills.likeness import WORDS, likeness
from rag.skills.trees import scores
from rag.training.boosted import below, empty
from rag.training.calibration import calibration_error, temperature
from rag.training.cross.examples import Stated
from rag.training.measures import accuracy, area
from rag.training.recipe import Head, Recipe
from rag.training.records import records
from rag.training.settings import Run, Told, silent
from rag.training.splits import part

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EquivalenceRecipe"]

TESTS = frozenset({"answer_equivalence/nq301"})
"""Sets of which nothing is learnt: others have published figures on all of them."""
ROUND = 500
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
CONTRASTS = 0.5
"""Share of right answers that a wrong one is made of, where one can be."""
DENIED, SHORT = 0.1, 0.15
"""Of these, how many without a number are denied, and beside how many another question's answer stands."""
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
        """Of every judged answer beside the reference that it is most like, float32 `[n, features]`."""
        if name not in self.known:
            triples, owners = parts([_triple(one) for one in self.judged[name]])
            table = np.empty((len(triples), 0), dtype=np.float32)
            for start in range(0, len(triples), ROUND):
                self.tell(Told(f"reading {name}", start, len(triples)))
                some = likeness(triples[start : start + ROUND])
                table = some if start == 0 else np.vstack([table, some])
            best: dict[int, int] = {}
            for row, owner in enumerate(owners.tolist()):
                if owner not in best or tuple(table[row]) > tuple(table[best[owner]]):
                    best[owner] = row
            self.known[name] = table[list(best.values())]
        return self.known[name]

    def labels(self, name: str) -> NDArray[np.bool_]:
        """What people said of each."""
        return np.array([one.label >= 0.5 for one in self.judged[name]])


class EquivalenceRecipe(Recipe[Data]):
    """Boosted trees over how alike two answers are in wording, numbers, names and the encoder's word vectors.

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
        judged: dict[str, list[Stated]] = {"train": [], "dev": [], "test": []}
        for one in _answers(files):
            judged["test" if one.source in TESTS else part(one.key, dev=0.08, test=0.3)].append(one)
        if len({one.label for one in judged["train"]}) < 2:
            raise UsageError(f"found no answers judged both ways to learn from: a record holds {self.wants}")
        judged["train"] += contrasts(judged["train"])
        return Data(judged, tell)

    def counts(self, data: Data) -> dict[str, int]:
        """Judged answers by part."""
        return {f"{name} answers": len(some) for name, some in data.judged.items()}

    def train(self, data: Data, run: Run) -> Head:
        """`epochs` trees of depth 4."""
        try:
            from sklearn.ensemble import GradientBoostingClassifier
        except ImportError as error:
            raise MissingExtra("scikit-learn", "train", "rag train equivalence") from error

        run.tell(Told("growing trees"))
        model = GradientBoostingClassifier(
            n_estimators=run.epochs,
            learning_rate=0.06,
            max_depth=4,
            min_samples_leaf=20,
            max_features=0.4,
            subsample=0.7,
            random_state=run.seed,
        )
        table, labels = data.features("train"), data.labels("train")
        model.fit(table, labels)
        arrays = _arrays(model)
        ours, theirs = scores(arrays, table[:2000]), model.decision_function(table[:2000])
        calm = 1.0
        if len(np.unique(data.labels("dev"))) == 2:
            calm = temperature(scores(arrays, data.features("dev")), data.labels("dev").astype(np.int64))
        return Head(arrays, calm, float(np.abs(ours - theirs).max()))

    def measure(self, skill: Equivalence, data: Data) -> dict[str, float]:
        """Accuracy and AUC on each set's held-out questions."""
        figures: dict[str, float] = {}
        sources = np.array([one.source for one in data.judged["test"]])
        if not len(sources):
            return figures
        chances, labels = skill.score([_triple(one) for one in data.judged["test"]]), data.labels("test")
        for source in np.unique(sources):
            rows = sources == source
            if rows.sum() >= FEWEST:
                figures[f"accuracy, {source}"] = accuracy(chances[rows] >= 0.5, labels[rows])
                figures[f"AUC, {source}"] = area(chances[rows], labels[rows])
        right = (chances >= 0.5) == labels
        figures["calibration error"] = calibration_error(np.maximum(chances, 1 - chances), right)
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


def contrasts(judged: Sequence[Stated]) -> list[Stated]:
    """Answers made of judged ones: wrong ones with another number, denied, or of another question.

    Language models answer in sentences and seldom miss by a digit: a judge that has seen nothing else lets 1,300 pass
    for 1,200.
    """
    made = []
    pool = sorted({part for one in judged for part in one.texts[1].split(SEVERAL)})
    for one in judged:
        question, references, candidate = one.texts
        chance = random.Random(candidate + references)  # noqa: S311 - not a secret
        if one.label < 0.5 or chance.random() > CONTRASTS:
            continue
        reference = chance.choice(references.split(SEVERAL))
        numbers = [number for number in dict.fromkeys(_NUMBER.findall(reference)) if number in candidate]
        texts = [chance.choice(pool)] if chance.random() < SHORT else []
        if numbers:
            number = chance.choice(numbers)
            whole = candidate if chance.random() < 0.5 else reference
            texts.append(whole.replace(number, _other(number, chance)))
        elif chance.random() < DENIED:
            texts.append(f"not {reference}")
        made += [Stated(one.skill, (question, references, said), 0.0, one.source, one.key) for said in texts]
    return made


def _other(number: str, chance: random.Random) -> str:
    """As many digits, one of the last two another."""
    places = [place for place, char in enumerate(number) if char.isdigit()][-2:]
    place = chance.choice(places)
    digit = chance.choice([digit for digit in "123456789" if digit != number[place]])
    return f"{number[:place]}{digit}{number[place + 1 :]}"


def _triple(one: Stated) -> tuple[str, str, str]:
    question, reference, candidate = one.texts
    return question, reference, candidate


def _arrays(model: Any) -> dict[str, NDArray[Any]]:
    """The trees as `rag.skills.trees` reads them."""
    trees = [found.tree_ for found in model.estimators_[:, 0]]
    arrays = empty(len(trees), max(tree.node_count for tree in trees))
    for row, tree in enumerate(trees):
        size = tree.node_count
        leaf, places = tree.children_left < 0, np.arange(size)
        arrays["feature"][row, :size] = np.where(leaf, 0, tree.feature)
        # Rounded down: a row that the tree sends right, above the threshold, must stay above it in float32.
        arrays["threshold"][row, :size] = below(tree.threshold)
        arrays["left"][row, :size] = np.where(leaf, places, tree.children_left)
        arrays["right"][row, :size] = np.where(leaf, places, tree.children_right)
        arrays["value"][row, :size] = model.learning_rate * tree.value[:, 0, 0]
    prior = model.init_.class_prior_[1]
    arrays["base"] = np.array([np.log(prior / (1 - prior))], np.float32)
    return arrays

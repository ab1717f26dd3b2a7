"""How `coherence` is trained: on paragraphs as people made them, and on stretches of texts set side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import MissingExtra
from rag.skills.coherence import NUMBERS, Coherence, numbers
from rag.skills.neighbours import SCALARS, pairs
from rag.skills.trees import scores
from rag.training.boosted import histogram
from rag.training.calibration import temperature
from rag.training.encoding import vectors
from rag.training.fit import fit
from rag.training.measures import area, binary_f1, lowest, pk
from rag.training.passages import Text, laid_out, mixed, read_texts
from rag.training.recipe import Head, Recipe
from rag.training.settings import Run, Told, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CoherenceRecipe"]

MIXED = 500
"""Documents of ten stretches, but not more than there are texts."""
LONGEST = 150
"""Sentences of a text that are read."""
HIDDEN = 64
BATCH = 256
TREES = 200


@dataclass(frozen=True)
class Data:
    """Texts, and the vectors of their sentences, computed once for all seeds."""

    texts: Sequence[Text]

    tell: Callable[[Told], None] = silent

    @cached_property
    def extra(self) -> list[Text]:
        """The texts that are learnt from, with headings and lists."""
        return laid_out(self.of("train", "dev"), 1)

    def laid_out(self, part: str) -> list[Text]:
        """Those of one part."""
        return [text for text in self.extra if text.part == part]

    @cached_property
    def vectors(self) -> dict[str, NDArray[np.float32]]:
        """Sentence to vector."""
        every = list(dict.fromkeys(sentence for text in (*self.texts, *self.extra) for sentence in text.sentences))
        return dict(zip(every, vectors(every, self.tell), strict=True))

    def of(self, *parts: str) -> list[Text]:
        """The texts of these parts."""
        return [text for text in self.texts if text.part in parts]

    def seams(self, text: Text) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
        """Pair features, numbers, and whether both sides are in one paragraph."""
        read = text.sentences
        rows = np.stack([self.vectors[sentence] for sentence in read])
        return pairs(rows), numbers(rows, read), np.array(text.seams)


class CoherenceRecipe(Recipe[Data]):
    """A perceptron on SAGE's pair features, and boosted trees on what is around.

    The trees read cosines of the passages on either side, how deep their hollows are, how the whole text divides best,
    and marks of writing. Trained on paragraphs of articles, web pages, stories and meetings (does a paragraph end
    here?), and on stretches of different texts set side by side (does the subject change here?). How much each of the
    two counts is fitted on development texts.
    """

    skill = "coherence"
    epochs = 12
    wants = "`paras`: a list of paragraphs, each a list of sentences"
    limits = (
        "English. Where a paragraph ends is partly taste: people agree less than one would think. In talk, where a "
        "paragraph is a turn, seams are little better than guessed. `between`, which sees the text around, is better "
        "than `score` of single pairs."
    )

    def read(self, files: Sequence[Path], tell: Callable[[Told], None] = silent) -> Data:
        """Texts of every known layout."""
        return Data([text.cut(LONGEST) for text in read_texts(files)], tell)

    def counts(self, data: Data) -> dict[str, int]:
        """Texts by part."""
        return {f"{part} texts": len(data.of(part)) for part in ("train", "dev", "test")}

    def train(self, data: Data, run: Run) -> Head:
        """The perceptron, stopped by the likelihood of development seams; the trees; what both are worth together."""
        train, dev = data.of("train"), data.of("dev")
        # The layouts are drawn once, not for each seed: their sentences are encoded as the others are.
        train = [*train, *data.laid_out("train"), *mixed(train, min(MIXED, len(train)), run.seed)]
        dev = [*dev, *data.laid_out("dev"), *mixed(dev, MIXED // 10, run.seed)]
        seams, table, same = _stacked(data, train, run.seed)
        held = _stacked(data, dev, run.seed)
        perceptron, parity = _perceptron(run, (seams, table, same), held)
        grown, apart = _trees(run, table, same)
        arrays = perceptron | grown
        arrays |= _blend(Coherence(arrays, {}), held)
        logits = Coherence(arrays, {}).logits(held[0], held[1])
        return Head(arrays, temperature(logits, held[2].astype(np.int64)), max(parity, apart))

    def measure(self, skill: Coherence, data: Data) -> dict[str, float]:
        """Boundaries of each measured set; segments of Choi's against simpler ways with as many segments."""
        figures: dict[str, float] = {}
        test = data.of("test")
        for group in dict.fromkeys(_family(text) for text in test):
            texts = [text for text in test if _family(text) == group]
            found, same, tables = [], [], []
            for text in texts:
                seams, table, true = data.seams(text)
                found.append(1 / (1 + np.exp(-skill.logits(seams, table) / skill.temperature)))
                same.append(true)
                tables.append(table)
            every, truth = np.concatenate(found), ~np.concatenate(same)
            if truth.any() and not truth.all():
                figures[f"{group}: boundary F1"] = binary_f1(every < 0.5, truth)
                figures[f"{group}: boundary F1, as many as there are"] = binary_f1(
                    lowest(every, int(truth.sum())), truth
                )
                figures[f"{group}: boundary AUC"] = area(-every, truth)
                figures |= {f"{group}: Pk, {way}": value for way, value in _ways(tables, found, same).items()}
        return figures


def _family(text: Text) -> str:
    """The data set without its split: measured together."""
    folder, _, stem = text.group.partition("/")
    return f"{folder}/{stem.partition('_')[0]}"


def _stacked(data: Data, texts: Sequence[Text], seed: int) -> tuple[NDArray[np.float32], ...]:
    """The seams of texts under one another. A quarter are seen alone, as `score` sees pairs."""
    chance = np.random.default_rng(seed)
    found: list[tuple[NDArray[Any], ...]] = []
    for text in texts:
        seams, table, same = data.seams(text)
        read = text.sentences
        for place in np.flatnonzero(chance.random(len(same)) < 0.25):
            both = read[place : place + 2]
            table[place] = numbers(np.stack([data.vectors[sentence] for sentence in both]), both)[0]
        found.append((seams, table, same))
    if not found:
        width = 4 * 384
        return np.zeros((0, width), np.float32), np.zeros((0, NUMBERS), np.float32), np.zeros(0, np.float32)
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))


def _perceptron(
    run: Run, told: tuple[NDArray[np.float32], ...], held: tuple[NDArray[np.float32], ...]
) -> tuple[dict[str, NDArray[Any]], float]:
    """Its arrays, and how far the stored one is from torch's; of seams that are learnt from and development seams."""
    import torch

    seams, table, same = told
    center, scale = table[:, :SCALARS].mean(axis=0), table[:, :SCALARS].std(axis=0) + 1e-6
    torch.manual_seed(run.seed)
    model = _model(torch, seams.shape[1])
    inputs, watched = (
        (torch.from_numpy(some[0]), torch.from_numpy((some[1][:, :SCALARS] - center) / scale)) for some in (told, held)
    )
    labels, truth = (torch.from_numpy(some[2].astype(np.float32)) for some in (told, held))
    lost = torch.nn.functional.binary_cross_entropy_with_logits

    def batches(epoch: int) -> list[Any]:
        order = np.random.default_rng((run.seed, epoch)).permutation(len(same))
        return list(torch.from_numpy(order).split(BATCH))

    fit(
        model,
        run,
        batches=batches,
        loss=lambda rows: lost(model(inputs[0][rows], inputs[1][rows]), labels[rows]),
        score=lambda: -float(lost(model(*watched), truth)),
        rate=1e-3,
        decay=0.1,
        patience=3,
        about={"seams": len(same)},
    )
    arrays = {name: value.numpy() for name, value in model.state_dict().items()} | {"mean": center, "scale": scale}
    arrays["pair.weight"] = arrays["pair.weight"].astype(np.float16)
    with torch.inference_mode():
        theirs = model(*watched).numpy()
    return arrays, _apart(Coherence(arrays, {}).perceptron(held[0], held[1]), theirs)


def _trees(run: Run, table: NDArray[np.float32], same: NDArray[np.float32]) -> tuple[dict[str, NDArray[Any]], float]:
    """Arrays of boosted trees, and how far they are from scikit-learn's."""
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train", "rag train coherence") from error

    run.tell(Told("growing trees"))
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=0.06,
        max_leaf_nodes=16,
        min_samples_leaf=40,
        max_features=0.3,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=run.seed,
    )
    model.fit(table, same)
    arrays = histogram(model)
    return arrays, _apart(scores(arrays, table[:2000]), model.decision_function(table[:2000]))


def _blend(skill: Coherence, held: tuple[NDArray[np.float32], ...]) -> dict[str, NDArray[Any]]:
    """What either logit counts, by logistic regression on development seams; the same where there are none."""
    from sklearn.linear_model import LogisticRegression

    seams, table, same = held
    if len(np.unique(same)) < 2:
        return {"blend.weight": np.full(2, 0.5, np.float32), "blend.bias": np.zeros(1, np.float32)}
    both = np.stack([skill.perceptron(seams, table), scores(skill.arrays, table)], axis=1)
    model = LogisticRegression(C=0.3).fit(both, same)
    return {"blend.weight": model.coef_[0].astype(np.float32), "blend.bias": model.intercept_.astype(np.float32)}


def _apart(ours: NDArray[np.float32], theirs: NDArray[Any]) -> float:
    return float(np.abs(ours - theirs).max(initial=0))


def _model(torch: Any, width: int) -> Any:
    class Perceptron(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.pair = torch.nn.Linear(width, HIDDEN, bias=False)
            self.scalar = torch.nn.Linear(SCALARS, HIDDEN)
            self.out = torch.nn.Linear(HIDDEN, 1)
            self.drop_pairs, self.drop = torch.nn.Dropout(0.3), torch.nn.Dropout(0.2)

        def forward(self, seams: Any, table: Any) -> Any:
            hidden = self.pair(self.drop_pairs(seams)) + self.scalar(table)
            return self.out(self.drop(torch.relu(hidden)))[:, 0]

    return Perceptron()


def _ways(
    tables: Sequence[NDArray[np.float32]], chances: Sequence[NDArray[np.float32]], same: Sequence[NDArray[np.bool_]]
) -> dict[str, float]:
    """Mean Pk over texts, of the skill and of simpler ways that make as many segments."""
    chance = np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    for table, ours, together in zip(tables, chances, same, strict=True):
        cuts = ~together
        count = int(cuts.sum())
        # Where segments are long, nobody would cut twice within three sentences; the same for every way.
        apart = 3 if len(cuts) >= 6 * max(1, count) else 1
        even = np.zeros(len(cuts), dtype=bool)
        even[np.linspace(0, len(cuts), count + 2)[1:-1].astype(np.int64)] = True
        ways = {
            "this skill": lowest(ours, count, apart),
            "windows of 3": lowest(table[:, 2], count, apart),
            "neighbours": lowest(table[:, 0], count, apart),
            "even lengths": even,
            "random": lowest(chance.random(len(cuts)).astype(np.float32), count, apart),
        }
        for way, made in ways.items():
            found.setdefault(way, []).append(pk(made, cuts))
    return {way: float(np.mean(values)) for way, values in found.items()}

"""How `coherence` is trained: on paragraphs as people made them, and on stretches of texts set side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.skills.coherence import Coherence
from rag.skills.neighbours import SCALARS, pairs, scalars
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
        """Pair features, scalars, and whether both sides are in one paragraph."""
        read = text.sentences
        rows = np.stack([self.vectors[sentence] for sentence in read])
        return pairs(rows), scalars(rows, read), np.array(text.seams)


class CoherenceRecipe(Recipe[Data]):
    """A perceptron with one hidden layer on SAGE's pair features, cosines of the passages around, and marks of writing.

    Trained on paragraphs of articles, web pages, stories and meetings (does a paragraph end here?), and on stretches of
    different texts set side by side (does the subject change here?).
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
        """The perceptron, stopped by the likelihood of development seams."""
        import torch

        train, dev = data.of("train"), data.of("dev")
        # The layouts are drawn once, not for each seed: their sentences are encoded as the others are.
        train = [*train, *data.laid_out("train"), *mixed(train, min(MIXED, len(train)), run.seed)]
        dev = [*dev, *data.laid_out("dev"), *mixed(dev, MIXED // 10, run.seed)]
        seams, numbers, same = _stacked(data, train, run.seed)
        held = _stacked(data, dev, run.seed)
        center, scale = numbers.mean(axis=0), numbers.std(axis=0) + 1e-6
        torch.manual_seed(run.seed)
        model = _model(torch, seams.shape[1])
        inputs = torch.from_numpy(seams), torch.from_numpy((numbers - center) / scale)
        labels = torch.from_numpy(same.astype(np.float32))
        watched = torch.from_numpy(held[0]), torch.from_numpy((held[1] - center) / scale)
        truth = torch.from_numpy(held[2].astype(np.float32))
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
        arrays = {name: value.numpy() for name, value in model.state_dict().items()}
        arrays |= {"mean": center, "scale": scale}
        arrays["pair.weight"] = arrays["pair.weight"].astype(np.float16)
        ours = Coherence(arrays, {}).logits(held[0], held[1])
        with torch.inference_mode():
            theirs = model(*watched).numpy()
        return Head(arrays, temperature(ours, held[2].astype(np.int64)), float(np.abs(ours - theirs).max()))

    def measure(self, skill: Coherence, data: Data) -> dict[str, float]:
        """Boundaries of each measured set; segments of Choi's against simpler ways with as many segments."""
        figures: dict[str, float] = {}
        test = data.of("test")
        for group in dict.fromkeys(_family(text) for text in test):
            texts = [text for text in test if _family(text) == group]
            scores, same = [], []
            for text in texts:
                seams, numbers, true = data.seams(text)
                scores.append(1 / (1 + np.exp(-skill.logits(seams, numbers) / skill.temperature)))
                same.append(true)
            every, truth = np.concatenate(scores), ~np.concatenate(same)
            if truth.any() and not truth.all():
                figures[f"{group}: boundary F1"] = binary_f1(every < 0.5, truth)
                figures[f"{group}: boundary F1, as many as there are"] = binary_f1(
                    lowest(every, int(truth.sum())), truth
                )
                figures[f"{group}: boundary AUC"] = area(-every, truth)
                figures |= {f"{group}: Pk, {way}": value for way, value in _ways(data, texts, scores, same).items()}
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
        seams, numbers, same = data.seams(text)
        read = text.sentences
        for place in np.flatnonzero(chance.random(len(same)) < 0.25):
            both = read[place : place + 2]
            numbers[place] = scalars(np.stack([data.vectors[sentence] for sentence in both]), both)[0]
        found.append((seams, numbers, same))
    if not found:
        width = 4 * 384
        return np.zeros((0, width), np.float32), np.zeros((0, SCALARS), np.float32), np.zeros(0, np.float32)
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))


def _model(torch: Any, width: int) -> Any:
    class Perceptron(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.pair = torch.nn.Linear(width, HIDDEN, bias=False)
            self.scalar = torch.nn.Linear(SCALARS, HIDDEN)
            self.out = torch.nn.Linear(HIDDEN, 1)
            self.drop_pairs, self.drop = torch.nn.Dropout(0.3), torch.nn.Dropout(0.2)

        def forward(self, seams: Any, numbers: Any) -> Any:
            hidden = self.pair(self.drop_pairs(seams)) + self.scalar(numbers)
            return self.out(self.drop(torch.relu(hidden)))[:, 0]

    return Perceptron()


def _ways(
    data: Data, texts: Sequence[Text], scores: Sequence[NDArray[np.float32]], same: Sequence[NDArray[np.bool_]]
) -> dict[str, float]:
    """Mean Pk over texts, of the skill and of simpler ways that make as many segments."""
    chance = np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    for text, ours, together in zip(texts, scores, same, strict=True):
        cuts, numbers = ~together, data.seams(text)[1]
        count = int(cuts.sum())
        # Where segments are long, nobody would cut twice within three sentences; the same for every way.
        apart = 3 if len(cuts) >= 6 * max(1, count) else 1
        even = np.zeros(len(cuts), dtype=bool)
        even[np.linspace(0, len(cuts), count + 2)[1:-1].astype(np.int64)] = True
        ways = {
            "this skill": lowest(ours, count, apart),
            "windows of 3": lowest(numbers[:, 2], count, apart),
            "neighbours": lowest(numbers[:, 0], count, apart),
            "even lengths": even,
            "random": lowest(chance.random(len(cuts)).astype(np.float32), count, apart),
        }
        for way, made in ways.items():
            found.setdefault(way, []).append(pk(made, cuts))
    return {way: float(np.mean(values)) for way, values in found.items()}

"""How `boundary` is trained: sentence ends that people marked and ends by rule, the texts made harder [1].

[1] Frohmann et al.: Segment Any Text (2024), section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import UsageError
from rag.segmenters.sentences import sentences
from rag.skills.boundary import Boundary
from rag.skills.written import KINDS
from rag.training.adapter import adapter, stored
from rag.training.boundary_texts import Data, Row, Text, batched, cut, development, epoch, marked, place, prose, row
from rag.training.calibration import temperature
from rag.training.corruption import Marked
from rag.training.fit import fit
from rag.training.precision import halved
from rag.training.recipe import Head, Recipe
from rag.training.records import records
from rag.training.settings import Run, Told, silent

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

__all__ = ["BoundaryRecipe"]

RANK = 24
RATE, RATE_HEAD = 1e-3, 2e-3
WAYS = (
    ("as written", "clean", "\n\n"),
    ("in one line", "clean", " "),
    ("in one line, lower case, no punctuation", "bare", " "),
)
"""What is measured: its name, the mode, what stands between paragraphs."""


class BoundaryRecipe(Recipe[Data]):
    """Low-rank changes of the encoder that find sentence ends, without punctuation and case too.

    It is told how each token is written and where a sentence ends by rule. Half of what it learns from has lost its
    punctuation and case: no mark is left to rely on.
    """

    skill = "boundary"
    epochs = 8
    wants = "`paras` (paragraphs, each a list of sentences), or `context` with prose to cut by rule"
    limits = (
        "English; other languages in Latin script as the figures say. Texts mostly in another script are cut by rule. "
        "A text is read in windows of 126 tokens. Ends inside a token are not found."
    )

    def read(self, files: Sequence[Path], tell: Callable[[Told], None] = silent) -> Data:
        """Documents of every known layout."""
        data = Data({"train": [], "dev": []}, {}, {})
        for name, record in records(files):
            if "paras" in record:
                place(data, name, record["paras"])
            elif "sents" in record and "lang" in record:
                data.languages.setdefault(record["lang"], []).append((record["text"], record["sents"]))
            else:
                data.silver.setdefault(name, []).extend(cut(prose(record)))
        data.silver = {name: texts for name, texts in data.silver.items() if texts}
        if not data.gold["train"] and not data.silver:
            raise UsageError(f"--data: found no texts to learn from; a record holds {self.wants}")
        return data

    def counts(self, data: Data) -> dict[str, int]:
        """Documents by part."""
        return {
            "documents marked by people": len(data.gold["train"]),
            "paragraphs cut by rule": sum(map(len, data.silver.values())),
            "documents held out": len(data.gold["dev"]) + sum(map(len, data.tests.values())),
        }

    def train(self, data: Data, run: Run) -> Head:
        """The changes, and the threshold and temperature that fit the development documents."""
        import torch

        torch.manual_seed(run.seed)
        module = adapter(RANK, KINDS, 1)
        held = [row(made) for made in development(data)]
        made: dict[int, list[list[Row]]] = {}

        def batches(number: int) -> list[list[Row]]:
            if number not in made:
                made.clear()
                made[number] = list(batched(epoch(data, run.seed, number), run.seed + number))
            return made[number]

        def loss(batch: list[Row]) -> torch.Tensor:
            logits, ends, inside = _said(module, batch)
            return torch.nn.functional.binary_cross_entropy_with_logits(logits[inside], ends[inside])

        def score() -> float:
            logits, ends = _all(module, held)
            return _best(logits, ends)[0]

        rate = {"": RATE, "trained.head": RATE_HEAD}
        fit(module, run, batches=batches, loss=loss, score=score, rate=rate, patience=4)
        logits, ends = _all(module, held)
        calm = temperature(logits, ends.astype(np.int64))
        threshold = 1 / (1 + float(np.exp(-_best(logits, ends)[1] / calm)))
        arrays = stored(module)
        return Head(arrays, calm, _parity(module, arrays, held[:8]), {"threshold": round(threshold, 4)})

    def measure(self, skill: Boundary, data: Data) -> dict[str, float]:
        """F1 of ends inside each held-out document, the rules' beside it; of languages, texts cut as by people."""
        figures: dict[str, float] = {}
        for name, texts in data.tests.items():
            for told, mode, behind in WAYS:
                made = [marked(text, mode, behind) for text in texts]
                found = [_over(proba, skill.threshold) for proba in skill.predict_all([one.text for one in made])]
                figures[f"F1 {told}, {name}"] = _f1(found, made)
                if mode == "clean":
                    rules = [{end for _, end in sentences(one.text)} for one in made]
                    figures[f"F1 {told}, {name}, rules"] = _f1(rules, made)
        cuts: list[bool] = []
        for language, pairs in sorted(data.languages.items()):
            probas = skill.predict_all([text for text, _ in pairs])
            right = [
                _golden(text, wanted) == _over(proba, skill.threshold) - {len(text.rstrip())}
                for (text, wanted), proba in zip(pairs, probas, strict=True)
            ]
            figures[f"golden rules, {language}"] = float(np.mean(right))
            cuts += right
        if cuts:
            figures["golden rules, all"] = float(np.mean(cuts))
        return figures


def _said(module: Any, batch: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits `[b, n]`, labels and which tokens are of the text; special tokens are not."""
    import torch

    width = max(len(row.ids) for row in batch)
    ids, kinds = (torch.zeros(len(batch), width, dtype=torch.long) for _ in range(2))
    ends = torch.zeros(len(batch), width)
    there, inside = (torch.zeros(len(batch), width, dtype=torch.bool) for _ in range(2))
    for at, one in enumerate(batch):
        size = len(one.ids)
        ids[at, :size], kinds[at, :size] = torch.tensor(one.ids), torch.tensor(one.kinds)
        ends[at, :size] = torch.tensor(one.ends, dtype=torch.float32)
        there[at, :size], inside[at, 1 : size - 1] = True, True
    with halved("cpu"):
        logits = module(ids, kinds, there)
    return logits[:, :, 0].float(), ends, inside


def _all(module: Any, rows: Sequence[Row]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Logits and labels of every token of some rows."""
    import torch

    logits, ends = [], []
    with torch.inference_mode():
        for batch in batched(rows, 0):
            said, wanted, inside = _said(module, batch)
            logits.append(said[inside].numpy())
            ends.append(wanted[inside].numpy() > 0)
    return np.concatenate(logits), np.concatenate(ends)


def _best(logits: NDArray[np.float32], ends: NDArray[np.bool_]) -> tuple[float, float]:
    """The best F1 over all thresholds, and the logit it is reached at."""
    order = np.argsort(-logits)
    hits = np.cumsum(ends[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + max(1, int(ends.sum())))
    place = int(f1.argmax())
    below = logits[order[min(place + 1, len(order) - 1)]]
    return float(f1[place]), float((logits[order[place]] + below) / 2)


def _over(proba: NDArray[np.float32], threshold: float) -> set[int]:
    """The characters behind which a sentence ends."""
    return set((np.flatnonzero(proba > threshold) + 1).tolist())


def _f1(found: Sequence[set[int]], made: Sequence[Marked]) -> float:
    """Over all ends but a text's last, which is known."""
    both = wrong = missed = 0
    for ends, one in zip(found, made, strict=True):
        theirs, mine = set(one.ends[:-1]), ends - {len(one.text)}
        both, wrong, missed = both + len(mine & theirs), wrong + len(mine - theirs), missed + len(theirs - mine)
    return 2 * both / max(1, 2 * both + wrong + missed)


def _golden(text: str, wanted: Text) -> set[int]:
    """Where the sentences end in the text, the last one left out."""
    ends, at = set(), 0
    for sentence in wanted:
        at = text.index(sentence.strip(), at) + len(sentence.strip()) if sentence.strip() in text[at:] else at
        ends.add(at)
    return ends - {len(text.rstrip())}


def _parity(module: Any, arrays: dict[str, NDArray[np.float16]], rows: Sequence[Row]) -> float:
    """The largest difference of a probability between torch in float32 over the trained arrays and the stored skill."""
    import torch

    skill, worst = Boundary(arrays, {}), 0.0
    with torch.inference_mode():
        for place, logits in skill._computed([row.ids for row in rows], [np.array(row.kinds) for row in rows]):
            ids, kinds = torch.tensor([rows[place].ids]), torch.tensor([rows[place].kinds])
            said = module(ids, kinds, torch.ones_like(ids, dtype=torch.bool))[0, 1:-1, 0].numpy()
            worst = max(worst, float(np.abs(1 / (1 + np.exp(-said)) - 1 / (1 + np.exp(-logits))).max()))
    return worst

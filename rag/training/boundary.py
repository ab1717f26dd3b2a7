"""How `boundary` is trained: sentence ends that people marked and ends by rule, the texts made harder [1].

[1] Frohmann et al.: Segment Any Text (2024), section 3.2.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.encoders.minilm import CLS, SEP
from rag.errors import UsageError
from rag.segmenters.sentences import sentences
from rag.skills.boundary import WINDOW, Boundary
from rag.skills.written import KINDS, pieces, written
from rag.training.adapter import adapter, stored
from rag.training.calibration import temperature
from rag.training.corruption import GOLD, SILVER, Marked, corrupted, joined, plain
from rag.training.fit import fit
from rag.training.recipe import Head, Recipe
from rag.training.records import records
from rag.training.settings import Run, Told, silent
from rag.training.sources import measured_only
from rag.training.splits import part

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

__all__ = ["BoundaryRecipe"]

RANK = 12
LETTERS = 760
"""Characters of an example, about: what a window holds."""
TOKENS = 3072
"""Of a batch, padding included."""
SILVER_SHARE = 1.5
"""Examples cut by rule in an epoch, for each that people marked."""
RATE, RATE_HEAD = 1e-3, 2e-3
FEWEST, RUN = 3, 12
"""Sentences of a text that was cut by rule: fewer teach nothing, of more several runs are made."""
_SAID = re.compile(r"\{[a-z]+\}\s?")
"""Marks of a meeting's transcript for what is no word."""

Text = list[str]
"""The sentences of a document."""


@dataclass
class Data:
    """Documents as sentences."""

    gold: dict[str, list[Text]]
    """By part; ends that people marked."""
    silver: dict[str, list[Text]]
    """Ends by rule, by set; only learnt from, and never as they are."""
    tests: dict[str, list[Text]]
    """By set, each measured alone."""
    languages: dict[str, list[tuple[str, Text]]] = field(default_factory=dict)
    """Of the golden rules: by language, texts as they are with their sentences."""


class BoundaryRecipe(Recipe[Data]):
    """Low-rank changes of the encoder that find sentence ends, without punctuation and case too.

    It is told how each token is written and where a sentence ends by rule. Half of what it learns from has lost its
    punctuation and case: no mark is left to rely on.
    """

    skill = "boundary"
    epochs = 8
    wants = "`paras` (paragraphs, each a list of sentences), or `context` with prose to cut by rule"
    limits = (
        "English. In other languages it sees word pieces that it knows little of; what it does there is told by the "
        "rules that it is given, and the figures by language say what that is worth. A text is read in windows of 254 "
        "tokens. Ends inside a token are not found."
    )

    def read(self, files: Sequence[Path], tell: Callable[[Told], None] = silent) -> Data:
        """Documents of every known layout."""
        data = Data({"train": [], "dev": []}, {}, {})
        for name, record in records(files):
            if "paras" in record:
                _place(data, name, [sentence for para in record["paras"] for sentence in para])
            elif "sents" in record and "lang" in record:
                data.languages.setdefault(record["lang"], []).append((record["text"], record["sents"]))
            else:
                data.silver.setdefault(name, []).extend(_cut(_prose(record)))
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
        held = [_row(marked) for marked in _development(data)]
        made: dict[int, list[list[Row]]] = {}

        def batches(epoch: int) -> list[list[Row]]:
            if epoch not in made:
                made.clear()
                made[epoch] = list(_batches(_epoch(data, run.seed, epoch), run.seed + epoch))
            return made[epoch]

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
            for told, mode in (("as written", "clean"), ("lower case, no punctuation", "bare")):
                marked = [_marked(text, mode) for text in texts]
                found = [_over(proba, skill.threshold) for proba in skill.predict_all([one.text for one in marked])]
                rules = [{end for _, end in sentences(one.text)} for one in marked]
                figures[f"F1 {told}, {name}"] = _f1(found, marked)
                if mode == "clean":
                    figures[f"F1 {told}, {name}, rules"] = _f1(rules, marked)
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


@dataclass(slots=True)
class Row:
    """An example as tokens."""

    ids: list[int]
    kinds: list[int]
    ends: list[bool]


def _place(data: Data, name: str, text: Text) -> None:
    stem = name.partition("/")[2]
    if measured_only(name) or "test" in stem:
        data.tests.setdefault(name, []).append(text)
    else:
        data.gold["dev" if "dev" in stem or ("train" not in stem and part(text[0]) != "train") else "train"].append(
            text
        )


def _prose(record: dict[str, Any]) -> Iterator[str]:
    """The running text of a record of SQuAD's or HotpotQA's shape."""
    if isinstance(record.get("context"), str):
        yield record["context"]
    if isinstance(record.get("document"), str):
        yield " ".join(record["document"].split())
    for given in record.get("paragraphs") or ():
        if isinstance(given, dict):
            yield given.get("text") or " ".join(given.get("sents") or ())
    if contexts := record.get("contexts"):
        yield " ".join(contexts)
    if turns := record.get("meeting_transcripts"):
        yield " ".join(_SAID.sub("", turn["content"]) for turn in turns)


def _cut(texts: Iterable[str]) -> Iterator[Text]:
    """Runs of sentences, cut by rule, of the texts that are learnt from."""
    for text in dict.fromkeys(texts):
        if part(text[:200]) != "train":
            continue
        found = [text[start:end] for start, end in sentences(text)]
        yield from (found[at : at + RUN] for at in range(0, len(found), RUN) if len(found[at : at + RUN]) >= FEWEST)


def _epoch(data: Data, seed: int, epoch: int) -> list[Row]:
    """Every marked document in pieces, and a share of what was cut by rule."""
    chance = random.Random(1000 * seed + epoch)  # noqa: S311 - not a secret
    rows = [
        _row(corrupted(piece, GOLD, chance)) for text in data.gold["train"] for piece in _pieces(text, LETTERS, chance)
    ]
    sets = list(data.silver.values())
    wanted = round(SILVER_SHARE * len(rows)) or sum(map(len, sets))
    for _ in range(wanted if sets else 0):
        texts, text = chance.choice(sets), Text()
        while sum(map(len, text)) < LETTERS:
            text += chance.choice(texts)
        rows.append(_row(corrupted(next(_pieces(text, LETTERS, chance)), SILVER, chance)))
    chance.shuffle(rows)
    return rows


def _pieces(text: Text, letters: int, chance: random.Random) -> Iterator[Text]:
    """A document as runs of sentences of about so many characters; the first run is shorter, by chance."""
    piece: Text = []
    room = letters * chance.uniform(0.3, 1)
    for sentence in text:
        if piece and sum(map(len, piece)) + len(sentence) > room:
            yield piece
            piece, room = [], letters
        piece.append(sentence)
    if piece:
        yield piece


def _marked(text: Text, mode: str) -> Marked:
    changed = [plain(sentence, mode, random.Random(0)) for sentence in text]  # noqa: S311 - not a secret
    return joined(changed, [" "] * len(changed))


def _development(data: Data) -> list[Marked]:
    """Of every development document pieces as they are, and pieces without case and punctuation."""
    chance = random.Random(7)  # noqa: S311 - not a secret
    cut = [text for some in data.silver.values() for text in some]
    texts = data.gold["dev"] or data.gold["train"][:40] or cut[:40]
    return [
        _marked(piece, mode)
        for text in texts
        for place, piece in enumerate(_pieces(text, LETTERS, chance))
        for mode in ("clean" if place % 2 else "bare",)
    ]


def _row(marked: Marked) -> Row:
    ids, spans = pieces(marked.text)
    ids, spans = ids[:WINDOW], spans[:WINDOW]
    ends = set(marked.ends)
    kinds = written(marked.text, spans)
    return Row([CLS, *ids, SEP], [0, *kinds.tolist(), 0], [False, *(int(end) in ends for end in spans[:, 1]), False])


def _batches(rows: Sequence[Row], seed: int) -> Iterator[list[Row]]:
    ordered = sorted(rows, key=lambda row: len(row.ids))
    cut: list[list[Row]] = [[]]
    for row in ordered:
        if cut[-1] and (len(cut[-1]) + 1) * len(row.ids) > TOKENS:
            cut.append([])
        cut[-1].append(row)
    random.Random(seed).shuffle(cut)  # noqa: S311 - not a secret
    yield from (batch for batch in cut if batch)


def _said(module: Any, batch: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits `[b, n]`, labels and which tokens are of the text; special tokens are not."""
    import torch

    width = max(len(row.ids) for row in batch)
    ids, kinds = (torch.zeros(len(batch), width, dtype=torch.long) for _ in range(2))
    ends = torch.zeros(len(batch), width)
    there, inside = (torch.zeros(len(batch), width, dtype=torch.bool) for _ in range(2))
    for place, row in enumerate(batch):
        size = len(row.ids)
        ids[place, :size], kinds[place, :size] = torch.tensor(row.ids), torch.tensor(row.kinds)
        ends[place, :size] = torch.tensor(row.ends, dtype=torch.float32)
        there[place, :size], inside[place, 1 : size - 1] = True, True
    with torch.autocast("cpu", torch.bfloat16):
        logits = module(ids, kinds, there)
    return logits[:, :, 0].float(), ends, inside


def _all(module: Any, rows: Sequence[Row]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Logits and labels of every token of some rows."""
    import torch

    logits, ends = [], []
    with torch.inference_mode():
        for batch in _batches(rows, 0):
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


def _f1(found: Sequence[set[int]], marked: Sequence[Marked]) -> float:
    """Over all ends but a text's last, which is known."""
    both = wrong = missed = 0
    for ends, one in zip(found, marked, strict=True):
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
            row = rows[place]
            ids, kinds = torch.tensor([row.ids]), torch.tensor([row.kinds])
            said = module(ids, kinds, torch.ones_like(ids, dtype=torch.bool))[0, 1:-1, 0].numpy()
            worst = max(worst, float(np.abs(1 / (1 + np.exp(-said)) - 1 / (1 + np.exp(-logits))).max()))
    return worst

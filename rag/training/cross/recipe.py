"""The recipe of the cross-encoder: `rag train cross --data FILE...`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import UsageError
from rag.skills.cross import CrossEncoder, expanded
from rag.skills.cross_rows import Row
from rag.skills.keep import Keep
from rag.skills.reader import Reader
from rag.skills.relevance import Relevance
from rag.skills.store import read as skills_read
from rag.skills.support import Support
from rag.training.cross.calibrate import NEUTRAL, calibrate
from rag.training.cross.examples import Asked, Stated, split
from rag.training.cross.export import stored
from rag.training.cross.figures import figures
from rag.training.cross.files import read
from rag.training.cross.held import Faces
from rag.training.cross.loop import Plan, State, train
from rag.training.cross.merge import merged
from rag.training.cross.model import LAYERS
from rag.training.cross.model import Cross as TorchCross
from rag.training.cross.model import start as torch_start
from rag.training.cross.samples import Samples
from rag.training.recipe import Head, Recipe
from rag.training.settings import Run, Told, silent
from rag.training.splits import fraction

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Cross", "Data"]

TESTS = frozenset({"faithfulness/wice_claim_test"})
"""Sets of which nothing is learnt: others have published figures on all of them."""
TUNED = 0.3
"""Share of the held-out documents that probabilities are fitted on; figures are of the others."""
FURTHER = 0.6
"""Of the rate, where weights are trained further: they should not be thrown back."""
COMPARED = 48
"""Rows on which torch and the stored file are compared."""


@dataclass(frozen=True)
class Data:
    """Examples in three parts; no document is in two of them."""

    train: Sequence[Asked | Stated]
    tune: Sequence[Asked | Stated]
    test: Sequence[Asked | Stated]


class Cross(Recipe[Data]):
    """One cross-encoder that ranks, reads, prunes and checks claims.

    The six layers of the embedded encoder are trained further, its word table stays. Each question is read with its
    passage, with others that BM25 finds for it, now and then with something else asked of the same passage, or with
    the passage's answer taken out; a question over several passages also with two or three of them in one row. Every
    pass over a pair learns all that the data tell: where the answer stands or that there is none, which sentences bear
    it, the order of a question's passages.
    """

    skill = "cross"
    epochs = 3
    further = True
    wants = "a shape of `rag.training.cross.files`: paragraphs with questions, claims with evidence"
    limits = (
        "English; rows of 256 word pieces, of several passages 384, of longer ones windows. Answers are spans of one "
        "passage, which another one read with it may point to; of questions over several passages it has seen some six "
        "hundred. What must be counted, compared or negated is not found, and yes or no is not said. `support` has "
        "seen few claims; a claim that is true in part counts as not supported."
    )

    def read(self, files: Sequence[Path], tell: Callable[[Told], None] = silent) -> Data:
        """Examples of every file, split by document."""
        trained, held = split(read(files), TESTS)
        if not trained:
            raise UsageError("nothing is left to learn from: give more --data, of several documents")
        tune = [one for one in held if one.source not in TESTS and fraction(f"tune {one.key}") < TUNED]
        chosen = set(map(id, tune))
        return Data(trained, tune, [one for one in held if id(one) not in chosen])

    def counts(self, data: Data) -> dict[str, int]:
        """Examples of each part."""
        return {"to learn from": len(data.train), "to fit probabilities on": len(data.tune), "held out": len(data.test)}

    def train(self, data: Data, run: Run) -> Head:
        """Trains, exports and calibrates."""
        if run.folder is None:
            raise UsageError("the cross-encoder's training keeps checkpoints: give it a folder")
        minutes = 1e9 if run.deadline is None else max(0.0, run.deadline - monotonic()) / 60
        if not 0 <= run.frozen < LAYERS:
            raise UsageError(f"--frozen {run.frozen}: should be 0 to {LAYERS - 1}, of {LAYERS} layers")
        plan = Plan(
            epochs=run.epochs,
            minutes=minutes,
            seed=run.seed,
            device=_device(),
            start=_name(run.start),
            frozen=run.frozen,
        )
        if run.start is not None:
            plan = replace(plan, rate=FURTHER * plan.rate)

        def tell(state: State, progress: float) -> None:
            said = " ".join(f"{name} {value:.2f}" for name, value in state.losses.items())
            run.tell(Told(f"step {state.step:,}", round(1000 * progress), 1000, said))

        begun = None if run.start is None else _begun(run.start)
        arrays = train(data.train, data.tune, plan, run.folder, begun=begun, resume=run.resume, tell=tell)
        if run.merge is not None:
            base = torch_start(run.seed)
            arrays = merged(
                arrays,
                _begun(run.merge.file, "--merge"),
                base,
                share=run.merge.share,
                drop=run.merge.drop,
                seed=run.seed,
            )
        run.tell(Told("fitting probabilities"))
        return head(arrays, data.tune)

    def measure(self, skill: Any, data: Data) -> dict[str, float]:
        """Every figure of `rag.training.cross.figures` on the held-out documents."""
        faces = (Keep, Reader, Relevance, Support)
        return figures({face.name: face(skill.arrays, skill.facts) for face in faces}, data.test)


def head(arrays: Mapping[str, NDArray[np.float32]], tune: Sequence[Asked | Stated]) -> Head:
    """What ships, with the probabilities fitted through the very file."""
    small = stored(arrays)
    model = CrossEncoder(small, {"calibration": NEUTRAL})
    facts = {"calibration": calibrate(Faces(model), tune), "encoder": "all-MiniLM-L6-v2@1110a243"}
    return Head(small, parity=_parity(small, tune), facts=facts)


def _begun(file: Path, option: str = "--start") -> dict[str, NDArray[np.float32]]:
    """The stored cross-encoder, in full; positions that it has not are the encoder's.

    Raises:
        ModelError: the file is missing or damaged.
        UsageError: it is another skill's.
    """
    arrays, facts = skills_read(file)
    if facts.get("skill") != Cross.skill:
        raise UsageError(f"{option} {file}: these are weights of {facts.get('skill')!r}, not of {Cross.skill!r}")
    wide = expanded(arrays)
    found = {name: array.astype(np.float32) for name, array in wide.items() if not name.startswith("words.")}
    have = len(found["positions"])
    found["positions"] = np.concatenate([found["positions"], torch_start(0)["positions"][have:]])
    return found


def _name(file: Path | None) -> str:
    """What tells these weights from others, for checkpoints."""
    return "" if file is None else sha256(file.read_bytes()).hexdigest()[:16]


def _parity(small: Mapping[str, NDArray[Any]], examples: Sequence[Asked | Stated]) -> float:
    """The largest difference of any logit between torch and the graph, both in float32 over the stored arrays."""
    import torch

    groups = Samples(examples[:COMPARED], 0).epoch(0)
    rows = [Row(sample.ids, sample.roles, 0, 0) for group in groups for sample in group]
    said = CrossEncoder(small, {}, precision="f32").read(rows)
    wide = {name: array for name, array in expanded(small).items() if not name.startswith("words.")}
    model, worst = TorchCross(wide), 0.0
    for row, judged, tokens in zip(rows, said.rows, said.tokens, strict=True):
        ids, roles = torch.tensor([row.ids]), torch.tensor([row.roles])
        with torch.no_grad():
            of_tokens, of_row = model(ids, roles, torch.ones_like(ids, dtype=torch.bool))
        differences = (of_tokens[0].numpy() - tokens, of_row[0].numpy() - judged)
        worst = max(worst, *(float(np.abs(difference).max()) for difference in differences))
    return worst


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"

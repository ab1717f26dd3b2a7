"""`rag train dupmae`: pre-trains a masked language model and writes it as both views that `dual_view` reads.

[1] Xiao, Liu, Shao, Cao: RetroMAE-2: Duplex Masked Auto-Encoder For Pre-Training Retrieval-Oriented Language Models
    (2023).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rag.errors import MissingExtra
from rag.training.dupmae.card import write_card
from rag.training.dupmae.start import beginning
from rag.training.dupmae.texts import Texts, read
from rag.training.figure import Figure
from rag.training.fit import fit
from rag.training.settings import Run, Settings, Told, silent
from rag.training.train import Trained

if TYPE_CHECKING:
    from rag.training.dupmae.objective import DupMAE

__all__ = ["pretrain"]

EPOCHS = 8
RATE, WARMUP = 1e-4, 0.1
"""[1], for a general corpus."""
LENGTH = 128
"""Tokens of a block."""
TOKENS = 2048
"""Of a batch, padding included."""


class Drawn(NamedTuple):
    """A batch before its words are hidden."""

    blocks: list[list[int]]
    seed: int
    """Of what is hidden: the same however often the training was interrupted."""


def pretrain(files: Sequence[Path], settings: Settings, tell: Callable[[Told], None] = silent) -> Trained:
    """Trains on the files' texts and writes `dense/`, `sparse/` and `dupmae.md` into `settings.out`.

    `dense/` is a sentence-transformers model that gives [CLS], `sparse/` one that gives the ordinary tokens' view; the
    decoder is thrown away.

    Raises:
        MissingExtra: torch or sentence-transformers is not installed.
        UsageError: too few texts, or `settings.start` is not of BERT's shape.
    """
    _need()
    import torch
    from transformers.utils import logging

    from rag.training.dupmae.objective import DupMAE

    logging.disable_progress_bar()  # one of our own is drawn
    begun = monotonic()
    tell(Told("reading"))
    torch.manual_seed(settings.seed)
    start = None if settings.start is None else str(settings.start)
    made, tokenizer = beginning(start)
    texts = read(files, tokenizer, min(LENGTH, made.config.max_position_embeddings))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = DupMAE(made, settings.losses).to(device)
    before = _held(model, tokenizer, texts.test)
    run = Run(
        seed=settings.seed,
        epochs=settings.epochs or EPOCHS,
        folder=settings.out / "runs" / f"dupmae-{settings.seed}",
        resume=settings.resume,
        deadline=None if settings.minutes is None else monotonic() + 60 * settings.minutes,
        tell=tell,
    )
    _fitted(model, tokenizer, texts, run, {"losses": settings.losses, "start": start or "embedded"})
    tell(Told("measuring"))
    after = _held(model, tokenizer, texts.test)
    figures = {
        **{f"{name} loss, before": value for name, value in before.items()},
        **{f"{name} loss": value for name, value in after.items()},
    }
    file = _written(model.model.to("cpu").eval(), tokenizer, settings.out)
    trained = Trained(
        skill="dupmae",
        weights=file,
        card=settings.out / "dupmae.md",
        figures={name: Figure.of([value]) for name, value in figures.items()},
        counts={"texts": texts.documents, "blocks to learn from": len(texts.train), "held out": len(texts.test)},
        parity=_parity(model.model, tokenizer, texts.test[:4], settings.out / "sparse"),
        seed=settings.seed,
        seconds=monotonic() - begun,
    )
    write_card(trained, files, settings)
    return trained


def _fitted(model: DupMAE, tokenizer: Any, texts: Texts, run: Run, about: dict[str, Any]) -> None:
    """Trains in place; the epoch with the least loss on the development blocks is kept."""
    import torch

    def batches(number: int) -> list[Drawn]:
        return _batches(texts.train, run.seed * 1000 + number)

    def loss(batch: Drawn) -> torch.Tensor:
        return model.losses(_hidden(model, tokenizer, batch))["total"]

    def score() -> float:
        return -_held(model, tokenizer, texts.dev)["total"]

    fit(model, run, batches=batches, loss=loss, score=score, rate=RATE, warmup=WARMUP, about=about)


def _batches(blocks: Sequence[list[int]], seed: int) -> list[Drawn]:
    """Blocks of like length together, in an order drawn by the seed."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    groups: list[list[list[int]]] = [[]]
    for block in sorted(blocks, key=lambda block: (len(block), chance.random())):
        if groups[-1] and (len(groups[-1]) + 1) * len(block) > TOKENS:
            groups.append([])
        groups[-1].append(block)
    chance.shuffle(groups)
    return [Drawn(group, seed * 100_003 + place) for place, group in enumerate(groups)]


def _hidden(model: DupMAE, tokenizer: Any, batch: Drawn) -> dict[str, Any]:
    from rag.training.dupmae.batches import collate

    made = collate(batch.blocks, tokenizer, np.random.default_rng(batch.seed), model.model.config.vocab_size)
    return {name: tensor.to(model.model.device) for name, tensor in made.items()}


def _held(model: DupMAE, tokenizer: Any, blocks: Sequence[list[int]]) -> dict[str, float]:
    """The losses on blocks that are hidden alike each time, and that of [CLS] where the decoder does not see it."""
    import torch

    model.eval()
    sums: dict[str, float] = {}
    with torch.inference_mode():
        for batch in _batches(blocks, 0):
            ready = _hidden(model, tokenizer, batch)
            found = {name: float(value) for name, value in model.losses(ready).items()}
            found["cls unseen"] = float(model.losses(ready, with_cls=False)["cls"])
            for name, value in found.items():
                sums[name] = sums.get(name, 0.0) + value * len(batch.blocks) / len(blocks)
    return sums


def _written(model: Any, tokenizer: Any, out: Path) -> Path:
    """Both views as folders of sentence-transformers; the file of the sparse one."""
    from tempfile import TemporaryDirectory

    from sentence_transformers import SentenceTransformer, SparseEncoder

    with TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        dense = SentenceTransformer(folder, device="cpu")
        dense[1] = type(dense[1])(model.config.hidden_size, "cls")  # a mean, where nothing else is said
        dense.save_pretrained(str(out / "dense"), create_model_card=False)
        SparseEncoder(folder, device="cpu").save_pretrained(str(out / "sparse"), create_model_card=False)
    return out / "sparse" / "model.safetensors"


def _parity(model: Any, tokenizer: Any, blocks: Sequence[list[int]], folder: Path) -> float:
    """The largest difference of a logit between the model and what was stored."""
    import torch
    from transformers import AutoModelForMaskedLM

    stored, worst = AutoModelForMaskedLM.from_pretrained(folder).eval(), 0.0
    with torch.inference_mode():
        for block in blocks:
            ids = torch.tensor([block])
            worst = max(worst, float((model(ids).logits - stored(ids).logits).abs().max()))
    return worst


def _need() -> None:
    from importlib.util import find_spec

    for module, extra in (("torch", "train"), ("sentence_transformers", "sentence-transformers")):
        if find_spec(module) is None:
            raise MissingExtra(module, extra, "rag train dupmae")

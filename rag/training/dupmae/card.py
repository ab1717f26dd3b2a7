"""The card that `rag train dupmae` writes beside the two folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from rag.training.card import WIDTH, command, licences
from rag.training.settings import Settings

if TYPE_CHECKING:
    from rag.training.train import Trained

__all__ = ["write_card"]


def write_card(trained: Trained, files: Sequence[Path], settings: Settings) -> None:
    """What it began from, what it learnt from, its losses, and how to use and to make it again."""
    rows = "\n".join(f"| {name} | {figure} |" for name, figure in trained.figures.items())
    counts = ", ".join(f"{count:,} {name}" for name, count in trained.counts.items())
    sets = "\n".join(licences(files))
    about = (
        "`dense/` gives the vector of [CLS], `sparse/` the highest logit of each vocabulary entry over the others: "
        f"models of sentence-transformers. Pre-trained from {settings.start or 'the embedded encoder'} with the "
        f"{settings.losses}'s weight of the bag of words. {counts}; {trained.seconds / 60:.1f} minutes, seed "
        f"{trained.seed}; stored against trained, largest difference of a logit {trained.parity:.1e}."
    )
    trained.card.write_text(
        f"""# DupMAE

{fill(about, WIDTH)}

{sets}

## Figures

Losses on held-out blocks, words hidden alike each time; `cls unseen` is the decoder's where it does not see [CLS]:

| figure | |
|---|---|
{rows}

## Use

```yaml
encoder: {{use: sentence-transformers, model: OUT/dense}}
# in the pipeline
- retrieve:
    use: dual_view
    sparse: {{use: sentence-transformers, model: OUT/sparse}}
```

Pre-training alone makes no model that searches well: train it on questions and passages first
(sentence-transformers does that).

## The command

```console
{command("dupmae", files, settings)}
```
""",
        encoding="utf-8",
    )

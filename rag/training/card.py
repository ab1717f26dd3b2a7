"""The model card that `rag train` writes beside the weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from rag.training.records import named
from rag.training.settings import Settings
from rag.training.sources import MEASURED, SOURCES, measured_only

if TYPE_CHECKING:
    from rag.training.recipe import Recipe
    from rag.training.train import Trained

__all__ = ["command", "licences", "write_card"]

WIDTH = 120


def write_card(trained: Trained, recipe: Recipe[Any], files: Sequence[Path], settings: Settings) -> None:
    """What it is, what it was trained on, what it reached, how to make it again, what it cannot do."""
    names = [named(file) for file in files]
    measured = sorted({told for name in names for start, told in MEASURED.items() if name.startswith(start)})
    counts = ", ".join(f"{count:,} {name}" for name, count in trained.counts.items())
    size = trained.weights.stat().st_size
    rows = "\n".join(f"| {name} | {figure} |" for name, figure in trained.figures.items())
    seeds = f"mean of {settings.seeds} seeds and the largest distance from it" if settings.seeds > 1 else "one seed"
    doc = " ".join((type(recipe).__doc__ or "").split())
    trained.card.write_text(
        f"""# Skill: {trained.skill}

{fill(f"`{trained.weights.name}`: {doc}", WIDTH)}

| | |
|---|---|
| size | {size / 1e6:.2f} MB |
| parity | stored head against the trained one, largest difference {trained.parity:.1e} |
| trained in | {trained.seconds / 60:.1f} minutes on CPU{f", {settings.seeds} seeds" if settings.seeds > 1 else ""} |
| seed kept | {trained.seed} |

## Data

{chr(10).join([*licences(files), *(f"- measured on only: {told}" for told in measured)])}

{fill(f"{counts}. Parts are made by the hash of the document: nothing measured on was learnt from.", WIDTH)}

## Figures

Held out, {seeds}:

| figure | |
|---|---|
{rows}

## The command

```console
{command(trained.skill, files, settings)}
```

## Limits

{fill(recipe.limits, WIDTH)}
""",
        encoding="utf-8",
    )


def licences(files: Sequence[Path]) -> list[str]:
    """A line for each set that is learnt from."""
    sets = sorted({name.partition("/")[0] for name in map(named, files) if not measured_only(name)})
    return [
        f"- {SOURCES.get(name, f'`{name}`: your own data, or a set whose licence is not known here')}" for name in sets
    ]


def command(skill: str, files: Sequence[Path], settings: Settings) -> str:
    """The command that trains it again, with `DATA` for wherever the sets lie."""
    places = [f"DATA/{file.resolve().parent.name}/{file.name}" for file in files]
    options = [f"--seed {settings.seed}", *([f"--seeds {settings.seeds}"] if settings.seeds > 1 else [])]
    options += [f"--epochs {settings.epochs}"] if settings.epochs else []
    options += [f"--minutes {settings.minutes:g}"] if settings.minutes else []
    options += [f"--start {settings.start.name}"] if settings.start else []
    options += [f"--frozen {settings.frozen}"] if settings.frozen else []
    if settings.merge is not None:
        options += [f"--merge {settings.merge.file.name} --share {settings.merge.share:g}"]
        options += [f"--drop {settings.merge.drop:g}"] if settings.merge.drop else []
    options += [f"--losses {settings.losses}"] if skill == "dupmae" else []
    head = f"$ rag train {skill} --out OUT {' '.join(options)} --data"
    return " \\\n    ".join([head, *places])

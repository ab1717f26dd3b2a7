"""`rag train` as a function: reads, trains with each seed, writes what ships, measures it, writes its card."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from rag import skills
from rag.errors import MissingExtra, UsageError, did_you_mean
from rag.skills import FILES
from rag.skills.store import write
from rag.training import RECIPES
from rag.training.card import write_card
from rag.training.figure import Figure
from rag.training.recipe import Recipe
from rag.training.settings import Run, Settings, Told, silent

__all__ = ["Trained", "recipe", "train", "wants"]


@dataclass(frozen=True)
class Trained:
    """What a training gave."""

    skill: str
    weights: Path
    card: Path
    figures: Mapping[str, Figure]
    counts: Mapping[str, int]
    parity: float
    seed: int
    """Of the head that was kept."""
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return {
            **asdict(self),
            "weights": str(self.weights),
            "card": str(self.card),
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
        }


@dataclass(frozen=True)
class Outcome:
    """What one seed gave."""

    figures: Mapping[str, float]
    parity: float
    seconds: float


def recipe(name: str) -> Recipe[Any]:
    """The recipe of that skill.

    Raises:
        UsageError: there is none.
    """
    from importlib import import_module

    name = FILES.get(name, name)
    if name not in RECIPES:
        names = sorted([*RECIPES, "dupmae"])
        hint = did_you_mean(name, names)
        raise UsageError(f"there is no skill {name!r} to train; there are: {', '.join(names)}. {hint}".rstrip())
    module, _, kind = RECIPES[name].partition(":")
    made: Recipe[Any] = getattr(import_module(module), kind)()
    return made


def wants(name: str) -> str:
    """What a record of the data holds.

    Raises:
        UsageError: there is no such skill.
    """
    if name == "dupmae":
        from rag.training.dupmae.texts import WANTS

        return WANTS
    return recipe(name).wants


def train(name: str, files: Sequence[Path], settings: Settings, tell: Callable[[Told], None] = silent) -> Trained:
    """Trains the skill of that name; `dupmae` pre-trains a model of its own (`rag.training.dupmae`).

    Writes `NAME.safetensors` and `NAME.md` into `settings.out`, and below `runs/` one folder a seed with its checkpoint
    and, when it is done, its weights and figures.

    Raises:
        UsageError: no such skill, or nothing in the files to learn it from.
        MissingExtra: torch is not installed.
    """
    if name == "dupmae":
        from rag.training.dupmae.pretrain import pretrain

        return pretrain(files, settings, tell)
    chosen = recipe(name)
    name = chosen.skill
    if settings.start is not None and not chosen.further:
        raise UsageError(f"--start {settings.start}: the head of {name} is trained in minutes and begins from nothing")
    if settings.merge is not None and not chosen.further:
        raise UsageError(
            f"--merge {settings.merge.file}: only `cross` is merged; the head of {name} is trained in minutes"
        )
    _need_torch(name)
    tell(Told("reading"))
    data = chosen.read(files, tell)
    seeds = range(settings.seed, settings.seed + max(1, settings.seeds))
    outcomes = {seed: _one(chosen, data, seed, settings, tell) for seed in seeds}
    kept = (
        max(outcomes, key=lambda seed: outcomes[seed].figures.get(chosen.rewards, -math.inf))
        if chosen.rewards
        else seeds[0]
    )
    names = dict.fromkeys(key for found in outcomes.values() for key in found.figures)
    figures = {key: Figure.of([found.figures[key] for found in outcomes.values()]) for key in names}
    weights = settings.out / f"{name}.safetensors"
    beside = weights.with_name(weights.name + ".new")
    beside.write_bytes((_folder(settings, name, kept) / weights.name).read_bytes())
    beside.replace(weights)
    trained = Trained(
        skill=name,
        weights=weights,
        card=settings.out / f"{name}.md",
        figures=figures,
        counts=chosen.counts(data),
        parity=max(found.parity for found in outcomes.values()),
        seed=kept,
        seconds=sum(found.seconds for found in outcomes.values()),
    )
    write_card(trained, chosen, files, settings)
    return trained


def _one(chosen: Recipe[Any], data: Any, seed: int, settings: Settings, tell: Callable[[Told], None]) -> Outcome:
    """What one seed reached, by what was stored; taken from disk where the training was resumed and had finished."""
    folder = _folder(settings, chosen.skill, seed)
    file, told = folder / f"{chosen.skill}.safetensors", folder / "figures.json"
    if settings.resume and file.is_file() and told.is_file():
        return Outcome(**json.loads(told.read_text(encoding="utf-8")))
    begun = monotonic()
    prefix = f"seed {seed}: " if settings.seeds > 1 else ""
    run = Run(
        seed=seed,
        epochs=settings.epochs or chosen.epochs,
        folder=folder,
        resume=settings.resume,
        start=settings.start,
        merge=settings.merge,
        frozen=settings.frozen,
        deadline=None if settings.minutes is None else monotonic() + 60 * settings.minutes,
        tell=lambda now: tell(Told(prefix + now.stage, now.done, now.total, now.note)),
    )
    head = chosen.train(data, run)
    facts = {"skill": chosen.skill, "temperature": head.temperature, "seed": seed, **head.facts}
    write(file, head.arrays, facts)
    tell(Told(f"{prefix}measuring"))
    measured = {**chosen.measure(skills.load(chosen.skill, file), data), **head.figures}
    figures = {name: float(value) for name, value in measured.items()}
    write(file, head.arrays, {**facts, "figures": {name: round(value, 4) for name, value in figures.items()}})
    outcome = Outcome(figures, head.parity, monotonic() - begun)
    told.write_text(json.dumps(asdict(outcome), indent=2) + "\n", encoding="utf-8")
    return outcome


def _folder(settings: Settings, name: str, seed: int) -> Path:
    return settings.out / "runs" / f"{name}-{seed}"


def _need_torch(name: str) -> None:
    try:
        import torch  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise MissingExtra("torch", "train", f"rag train {name}") from error

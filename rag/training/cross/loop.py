"""The training loop: steps until the epochs or the minutes are used up, checkpoints that a kill cannot lose."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError
from rag.training.cross.batches import Batch, batches
from rag.training.cross.examples import Asked, Stated
from rag.training.cross.model import Cross, start
from rag.training.cross.objective import losses
from rag.training.cross.samples import Samples
from rag.training.precision import halved

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

__all__ = ["Plan", "State", "train"]

WARM_UP = 0.04
"""Share of the training in which the rate rises."""
HEADS_FASTER = 5.0
"""How many times faster the heads learn, which begin from nothing."""
LONGEST_STEP = 30.0
"""Seconds that a step counts at most: in what goes beyond, the process was stopped."""
CHECKED = 96
"""Held-out groups whose loss is told at each checkpoint."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is trained. A checkpoint is only resumed under the plan it was made by; `minutes` may change."""

    epochs: int = 3
    minutes: float = 110.0
    """Of wall clock, over all resumptions, time in which the process was stopped left out; whichever of the two comes
    first ends the training."""
    rate: float = 2e-4
    """Of AdamW, at its highest; it falls to nothing along half a cosine."""
    tokens: int = 3072
    """Of a batch, padding included."""
    decay: float = 0.01
    seed: int = 0
    device: str = "cpu"
    threads: int = 2
    start: str = ""
    """Names the weights it began from; empty where it began from the encoder."""
    frozen: int = 0
    """Lowest layers that stay as they are: with two of six a step takes four fifths of the time."""
    every: float = 240.0
    """Seconds between checkpoints."""


@dataclass(slots=True)
class State:
    """Where a training stands."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    """Batches of this epoch that are done."""
    seconds: float = 0.0
    tokens: int = 0
    steps_an_epoch: int = 0
    losses: dict[str, float] = field(default_factory=dict)
    """Running means of the parts of the loss."""
    held: list[tuple[int, float]] = field(default_factory=list)
    """Loss of held-out examples after so many steps."""


def train(  # noqa: PLR0913  # data, plan, place, and who is told
    trained: Sequence[Asked | Stated],
    held: Sequence[Asked | Stated],
    plan: Plan,
    out: Path,
    *,
    begun: dict[str, NDArray[np.float32]] | None = None,
    resume: bool = False,
    tell: Callable[[State, float], None] = lambda state, progress: None,
) -> dict[str, NDArray[np.float32]]:
    """The trained arrays.

    Args:
        trained: what is learnt from.
        held: of these a few are looked at on the way.
        plan: how.
        out: the folder of the checkpoint.
        begun: the arrays to begin from; None for the encoder's.
        resume: whether to go on from the checkpoint there, if there is one.
        tell: is told after every step where it stands and the share that is done, 0 to 1.

    Raises:
        ModelError: the checkpoint was made by another plan.
    """
    import torch

    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    out.mkdir(parents=True, exist_ok=True)
    model, state = Cross(start(plan.seed) if begun is None else begun, plan.device, plan.frozen), State()
    optimizer = _optimizer(model, plan)
    if resume and (out / "checkpoint.json").is_file():
        state = _restore(out, model, optimizer, plan)
    samples = Samples(trained, plan.seed)
    check = list(batches(_some(held, plan.seed), plan.tokens, 0))
    saved = before = time.monotonic()
    for batch in _remaining(samples, plan, state):
        progress = _progress(state, plan)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * _rate(progress)
        _learn(model, optimizer, batch, plan, state)
        now = time.monotonic()
        state.seconds += min(now - before, LONGEST_STEP)
        before = now
        tell(state, _progress(state, plan))
        done = _progress(state, plan) >= 1
        if done or now - saved > plan.every:
            state.held.append((state.step, _loss(model, check, plan)))
            _save(out, model, optimizer, plan, state)
            saved = before = time.monotonic()
        if done:
            break
    return model.arrays()


def _remaining(samples: Samples, plan: Plan, state: State) -> Iterator[Batch]:
    """The batches not yet learnt from; `state` is moved on as they are taken."""
    while state.epoch < plan.epochs:
        made = list(batches(samples.epoch(state.epoch), plan.tokens, plan.seed + state.epoch))
        state.steps_an_epoch = len(made)
        while state.batch < len(made):
            state.batch += 1
            yield made[state.batch - 1]
        state.epoch, state.batch = state.epoch + 1, 0


def _learn(model: Cross, optimizer: torch.optim.Optimizer, batch: Batch, plan: Plan, state: State) -> None:
    import torch

    # Seeded anew: what is dropped is the same whether or not the process was killed before it.
    torch.manual_seed(plan.seed * 1_000_003 + state.step)
    model.learning = True
    loss, parts = _forward(model, batch, plan)
    model.learning = False
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_([p for p in model.parameters.values() if p.grad is not None], 1.0)
    optimizer.step()
    state.step, state.tokens = state.step + 1, state.tokens + batch.tokens
    for name, value in parts.items():
        state.losses[name] = 0.98 * state.losses.get(name, value) + 0.02 * value


def _forward(model: Cross, batch: Batch, plan: Plan) -> tuple[torch.Tensor, dict[str, float]]:
    import torch

    target = {name: torch.from_numpy(getattr(batch, name)).to(plan.device) for name in Batch.__slots__}
    with halved(plan.device):
        said = model(target["ids"], target["roles"], target["inside"])
    return losses(said, target)


def _loss(model: Cross, check: Sequence[Batch], plan: Plan) -> float:
    import torch

    with torch.no_grad():
        found = [float(_forward(model, batch, plan)[0]) for batch in check]
    return float(np.mean(found)) if found else math.nan


def _some(held: Sequence[Asked | Stated], seed: int) -> list[list[Any]]:
    """A few held-out groups of every kind, the same each time."""
    chance = np.random.default_rng(seed)
    some = [held[place] for place in chance.permutation(len(held))[: 4 * CHECKED]]
    return list(Samples(some, seed).epoch(0)[:CHECKED])


def _optimizer(model: Cross, plan: Plan) -> torch.optim.Optimizer:
    import torch

    learning = {name: p for name, p in model.parameters.items() if p.requires_grad}
    heads = [p for name, p in learning.items() if name.startswith("heads.")]
    weights = [p for name, p in learning.items() if p.ndim > 1 and not name.startswith("heads.")]
    rest = [p for name, p in learning.items() if p.ndim == 1 and not name.startswith("heads.")]
    return torch.optim.AdamW(
        [
            {"params": heads, "peak": HEADS_FASTER * plan.rate, "weight_decay": plan.decay},
            {"params": weights, "peak": plan.rate, "weight_decay": plan.decay},
            {"params": rest, "peak": plan.rate, "weight_decay": 0.0},
        ],
        lr=plan.rate,
        betas=(0.9, 0.98),
        fused=True,
    )


def _progress(state: State, plan: Plan) -> float:
    steps = plan.epochs * state.steps_an_epoch
    return max(state.step / steps if steps else 0.0, state.seconds / max(1e-9, 60 * plan.minutes))


def _rate(progress: float) -> float:
    """Share of the highest rate: up a line, down half a cosine."""
    if progress < WARM_UP:
        return (progress + 1e-3) / (WARM_UP + 1e-3)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP))))


def _save(out: Path, model: Cross, optimizer: torch.optim.Optimizer, plan: Plan, state: State) -> None:
    """Arrays first, then the note that names them; each replaces its elder at once."""
    from safetensors.numpy import save_file

    arrays = {f"model.{name}": array for name, array in model.arrays().items()}
    names = {id(tensor): name for name, tensor in model.parameters.items()}
    for tensor, moments in optimizer.state.items():
        for kind in ("exp_avg", "exp_avg_sq"):
            arrays[f"{kind}.{names[id(tensor)]}"] = moments[kind].cpu().numpy()
    file = out / f"checkpoint-{state.step}.safetensors"
    save_file(arrays, file)
    note = {"arrays": file.name, "plan": asdict(plan), "state": asdict(state)}
    fresh = out / "checkpoint.json.new"
    fresh.write_text(json.dumps(note, indent=1), encoding="utf-8")
    fresh.replace(out / "checkpoint.json")
    for old in out.glob("checkpoint-*.safetensors"):
        if old != file:
            old.unlink()


def _restore(out: Path, model: Cross, optimizer: torch.optim.Optimizer, plan: Plan) -> State:
    import torch
    from safetensors.numpy import load_file

    note = json.loads((out / "checkpoint.json").read_text(encoding="utf-8"))
    free = {"minutes", "threads", "every", "device"}
    made = asdict(Plan()) | note["plan"]
    different = [key for key, value in asdict(plan).items() if key not in free and made[key] != value]
    if different:
        raise ModelError(
            f"{out} holds a checkpoint with other settings ({', '.join(different)}): choose another --out, or give the "
            "same settings"
        )
    arrays = load_file(out / note["arrays"])
    state = State(**note["state"])
    for name, tensor in model.parameters.items():
        with torch.no_grad():
            tensor.copy_(torch.from_numpy(arrays[f"model.{name}"]))
        if f"exp_avg.{name}" in arrays:
            moments = {kind: torch.from_numpy(arrays[f"{kind}.{name}"]) for kind in ("exp_avg", "exp_avg_sq")}
            optimizer.state[tensor] = {"step": torch.tensor(float(state.step)), **moments}
    return state

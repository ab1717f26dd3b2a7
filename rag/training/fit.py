"""The loop that every head is trained by: epochs, early stopping, checkpoints, a learning rate that falls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Any, TypeVar

from rag.training.checkpoint import Progress, restore, save
from rag.training.settings import Run, Told

__all__ = ["fit"]

B = TypeVar("B")
CLIP = 1.0
"""Gradients are scaled down to this norm: one odd batch must not undo an epoch."""


def fit(  # noqa: PLR0913
    model: Any,
    run: Run,
    *,
    batches: Callable[[int], Sequence[B]],
    loss: Callable[[B], Any],
    score: Callable[[], float],
    rate: float | dict[str, float] = 1e-3,
    decay: float = 0.01,
    patience: int = 5,
    warmup: float = 0.05,
    about: dict[str, Any] | None = None,
) -> float:
    """Trains a torch module in place and leaves it as it was when it scored best.

    Killed at any moment, the same call with `run.resume` goes on after the last whole epoch and ends with the same
    parameters as a run that was never killed. Where `run.deadline` ends it before its epochs do, the rate has fallen
    to nothing by then.

    Args:
        model: the module.
        run: seed, epochs, time, where checkpoints go.
        batches: epoch to its batches; must depend on nothing but the epoch and the seed.
        loss: of one batch, a scalar tensor.
        score: the figure on development data by which the best epoch is chosen; higher is better.
        rate: AdamW's highest learning rate; or one a group, a group being what a parameter's name begins with
            (the longest such key counts, `""` is everything else).
        decay: AdamW's.
        patience: epochs without a better score before it stops.
        warmup: share of the steps in which the rate rises.
        about: what the training is of, besides the seed; a checkpoint of anything else is not resumed.

    Returns:
        The best score.
    """
    import torch

    begun = monotonic()
    told = {"seed": run.seed, "epochs": run.epochs, **(about or {})}
    torch.manual_seed(run.seed)
    optimizer = torch.optim.AdamW(_groups(model, rate, decay))
    tops = [group["lr"] for group in optimizer.param_groups]
    best: dict[str, Any] = {name: value.clone() for name, value in model.state_dict().items()}
    progress = Progress()
    if run.resume and run.folder and (found := restore(run.folder, model, optimizer, told)):
        progress, best = found
    while not progress.done:
        # Seeded anew: an epoch is the same whether or not the process was killed before it.
        torch.manual_seed(run.seed * 100_003 + progress.epoch)
        model.train()
        todo, losses = batches(progress.epoch), []
        steps = max(1, run.epochs * len(todo))
        for place, batch in enumerate(todo):
            for group, top in zip(optimizer.param_groups, tops, strict=True):
                group["lr"] = top * _slope(max((progress.step + 1) / steps, _spent(begun, run.deadline)), warmup)
            value = loss(batch)
            optimizer.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            progress.step += 1
            losses.append(float(value.detach()))
            stage = f"epoch {progress.epoch + 1} of {run.epochs}"
            run.tell(Told(stage, place + 1, len(todo), _said(losses, progress.best)))
            if run.late:
                break
        _judge(model, best, score, progress)
        progress.done = progress.epoch >= run.epochs or progress.waited >= patience
        if run.folder:
            save(run.folder, model, best, optimizer, progress, told)
        if run.late:
            break
    model.load_state_dict(best)
    model.eval()
    return progress.best


def _judge(model: Any, best: dict[str, Any], score: Callable[[], float], progress: Progress) -> None:
    """Scores the model after an epoch and keeps it where it is the best so far."""
    import torch

    model.eval()
    with torch.inference_mode():
        reached = score()
    progress.epoch += 1
    progress.waited += 1
    if reached > progress.best:
        progress.best, progress.waited = reached, 0
        best.update((name, value.clone()) for name, value in model.state_dict().items())


def _groups(model: Any, rate: float | dict[str, float], decay: float) -> list[dict[str, Any]]:
    """Parameters by their learning rate; biases, norms and scales do not decay."""
    rates = rate if isinstance(rate, dict) else {"": rate}
    groups: dict[tuple[float, float], list[Any]] = {}
    for name, value in model.named_parameters():
        if value.requires_grad:
            key = max((prefix for prefix in rates if name.startswith(prefix)), key=len)
            groups.setdefault((rates[key], decay if value.ndim > 1 else 0.0), []).append(value)
    return [{"params": values, "lr": top, "weight_decay": cost} for (top, cost), values in groups.items()]


def _spent(begun: float, deadline: float | None) -> float:
    """Share of the time that is used up."""
    return 0.0 if deadline is None else min(1.0, (monotonic() - begun) / max(1e-9, deadline - begun))


def _slope(share: float, warmup: float) -> float:
    """The learning rate's share of its top: up in a line, down in a line."""
    return share / warmup if share < warmup else max(0.0, (1 - share) / (1 - warmup))


def _said(losses: Iterable[float], best: float) -> str:
    recent = list(losses)[-50:]
    said = f"loss {sum(recent) / len(recent):.4f}"
    return said if best == float("-inf") else f"{said}, best {best:.4f}"

"""What a training needs to go on after a kill: parameters, the optimiser's state, and how far it was. No pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Progress", "restore", "save"]

FILE = "checkpoint.safetensors"


@dataclass
class Progress:
    """How far a training is."""

    epoch: int = 0
    """Epochs that are done."""
    step: int = 0
    best: float = float("-inf")
    """The best score on development data so far."""
    waited: int = 0
    """Epochs since then."""
    done: bool = False


def save(  # noqa: PLR0913, PLR0917  # all that a training is
    folder: Path, model: Any, best: dict[str, Any], optimizer: Any, progress: Progress, about: dict[str, Any]
) -> None:
    """Writes the checkpoint in place of the one before, whole or not at all.

    Args:
        folder: made if need be.
        model: a torch module.
        best: the module's parameters when it scored best.
        optimizer: a torch optimiser whose state is tensors (Adam's is).
        progress: how far it is.
        about: what the training is of; `restore` refuses a checkpoint of another.
    """
    from safetensors.torch import save as pack

    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in best.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    facts = json.dumps({"progress": asdict(progress), "about": about})
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{FILE}.new"
    beside.write_bytes(pack({name: value.contiguous().clone() for name, value in tensors.items()}, {"facts": facts}))
    beside.replace(folder / FILE)


def restore(folder: Path, model: Any, optimizer: Any, about: dict[str, Any]) -> tuple[Progress, dict[str, Any]] | None:
    """Puts a checkpoint back into model and optimiser.

    Returns:
        How far it was and the best parameters; None where there is no checkpoint of this very training.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / FILE, framework="pt") as file:
            facts = json.loads(file.metadata()["facts"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None
    if facts["about"] != json.loads(json.dumps(about)):
        return None
    model.load_state_dict(_below(tensors, "model."))
    states: dict[int, dict[str, Any]] = {}
    for name, value in _below(tensors, "optimizer.").items():
        index, _, key = name.partition(".")
        states.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
    return Progress(**facts["progress"]), _below(tensors, "best.")


def _below(tensors: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}

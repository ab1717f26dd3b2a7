"""The files that a search leaves: the winner as a configuration, the front as a picture, everything as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rag.config import Configuration, change
from rag.evaluation.tuning.found import Found
from rag.evaluation.tuning.plot import plot

__all__ = ["inline", "write"]

WINNER, PICTURE, REPORT = "tuned.yaml", "front.svg", "tune.json"


def write(found: Found, base: Configuration) -> None:
    """Writes `tuned.yaml`, `front.svg` and `tune.json` into the search's folder.

    `tuned.yaml` stands alone: what the configuration extends is merged in. Variables stay `${NAME}`; a secret that
    stands in clear in the configuration is left out and has to be put in again.
    """
    folder = Path(found.folder)
    values = found.trial(found.winner).values if found.winner else {}
    text = change(base, values, origin="rag tune").dump()
    for name, content in (
        (WINNER, "".join(f"# {line}\n" for line in _head(found)) + text),
        (PICTURE, plot(found)),
        (REPORT, json.dumps(found.to_dict(), indent=1, default=str) + "\n"),
    ):
        new = folder / f".{name}.new"
        new.write_text(content, encoding="utf-8", errors="replace")
        new.replace(folder / name)


def _head(found: Found) -> list[str]:
    """Where the configuration comes from."""
    config = " ".join(found.config.split())
    lines = [f"Trial {found.winner} of `rag tune` over {config} on {' '.join(found.dataset.split())}."]
    for name, part in found.held_out.items():
        told = f"{part.winner.mean:.4g} (was {part.default.mean:.4g})"
        lines.append(f"{name} on {found.queries[1]} queries held out: {told}")
    lines += [
        f"{path}: {inline(value)} (was {inline(found.default[path])})"
        for path, value in found.changed(found.winner).items()
    ]
    return lines


def inline(value: Any) -> str:
    """A value as YAML on one line."""
    return json.dumps(value, ensure_ascii=False)

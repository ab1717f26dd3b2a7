"""The configurations that ship with the package, by name."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from rag.errors import ConfigError, Problem, did_you_mean

__all__ = ["find", "near", "presets", "said"]


def presets() -> dict[str, Path]:
    """Every preset's name and file, sorted."""
    folder = Path(str(files("rag.configs")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def said(source: str) -> str:
    """A configuration's file as people call it: by its name where it is a preset's."""
    return next((name for name, path in presets().items() if str(path) == source), source)


def near(name: str) -> str:
    """A hint where a preset's name is nearly right."""
    return did_you_mean(name, presets())


def find(source: str | Path) -> Path:
    """The file that a path or a preset's name stands for. A file of that name wins over a preset.

    Raises:
        ConfigError: there is neither.
    """
    # os.path raises for nothing: neither for text longer than a name may be, nor for an unknown user's home
    path = Path(os.path.expanduser(source))  # noqa: PTH111
    if os.path.isfile(path):  # noqa: PTH113
        return path
    known = presets()
    if str(source) in known:
        return known[str(source)]
    if "\n" in str(source) or (": " in str(source) and path.suffix not in (".yaml", ".yml")):
        raise ConfigError([Problem("is no path and no preset's name but text", hint="give the content as a mapping")])
    names = ", ".join(known) or "none"
    if os.path.isdir(path):  # noqa: PTH112
        raise ConfigError([Problem("is a folder, not a configuration", file=str(source))])
    raise ConfigError(
        [
            Problem(
                f"no such file, and no preset of that name; presets: {names}", "", str(source), hint=near(str(source))
            )
        ]
    )

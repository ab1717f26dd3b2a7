"""Skills: small trained heads that do the learned steps offline. `rag.skills.load("complexity")` gives one.

Each has the typed call of its own; arrays are numpy float32. Weights lie in `rag/weights/` beside their model cards,
and `rag train SKILL` makes them again, from your own data if you like. Nothing here imports torch.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from threading import RLock
from typing import Any

from rag.errors import ModelError, UsageError, did_you_mean

__all__ = ["SKILLS", "load"]

SKILLS: dict[str, str] = {
    "boundary": "rag.skills.boundary:Boundary",
    "coherence": "rag.skills.coherence:Coherence",
    "complexity": "rag.skills.complexity:Complexity",
    "cross": "rag.skills.cross:CrossEncoder",
    "equivalence": "rag.skills.equivalence:Equivalence",
    "keep": "rag.skills.keep:Keep",
    "lexical": "rag.skills.lexical:Lexical",
    "reader": "rag.skills.reader:Reader",
    "relevance": "rag.skills.relevance:Relevance",
    "sources": "rag.skills.sources:SourcePlanner",
    "support": "rag.skills.support:Support",
    "tokens": "rag.skills.tokens:Tokens",
}
"""Name to place; a place is imported when its skill is loaded."""

FILES: dict[str, str] = dict.fromkeys(("keep", "reader", "relevance", "support"), "cross")
"""Skills that are heads of one model: what its file is called."""

OWN = frozenset({"sources"})
"""Skills of one's own data alone: no weights ship."""

_loading = RLock()


def load(name: str, weights: Path | str | None = None) -> Any:
    """The skill of that name; the same object for the same file, until the file changes.

    Args:
        name: a key of `SKILLS`.
        weights: a file, or the folder that `rag train` wrote; None for what ships.

    Raises:
        UsageError: there is no such skill.
        ModelError: its weights are missing, damaged, or another skill's.
    """
    if name not in SKILLS:
        hint = did_you_mean(name, SKILLS)
        raise UsageError(f"there is no skill {name!r}; there are: {', '.join(sorted(SKILLS))}. {hint}".rstrip())
    path = _path(name, weights)
    try:
        state = path.stat()
    except OSError:
        raise ModelError(_missing(name, path, shipped=weights is None)) from None
    with _loading:
        return _loaded(name, path, state.st_mtime_ns, state.st_size)


def _missing(name: str, path: Path, *, shipped: bool) -> str:
    file = FILES.get(name, name)
    if shipped and name in OWN:
        return f"no weights of {name!r} ship: train it with `rag train {name} --data FILE... --out DIR` and name them"
    if shipped:
        return f"{path} is missing: reinstall composable-rag"
    line = f"rag train {file} --data FILE... --out {path.parent}"
    return f"{path} is missing: train it with `{line}`"


def _path(name: str, weights: Path | str | None) -> Path:
    from rag.weights import FOLDER

    path = FOLDER if weights is None else Path(weights)
    return (path / f"{FILES.get(name, name)}.safetensors" if path.is_dir() or not path.suffix else path).resolve()


@cache
def _loaded(name: str, path: Path, changed: int, size: int) -> Any:
    arrays, facts = _read(path, changed, size)
    if facts["skill"] != FILES.get(name, name):
        raise ModelError(f"{path} holds the skill {facts['skill']!r}, not {name!r}: give it the right file")
    module, _, kind = SKILLS[name].partition(":")
    return getattr(import_module(module), kind)(arrays, facts)


@cache
def _read(path: Path, _changed: int, _size: int) -> Any:
    """Once for all skills of a file."""
    from rag.skills.store import read

    return read(path)

"""Prompts live in a file, where they can be read and replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import UsageError, did_you_mean

__all__ = ["Prompts", "filled", "load", "read_prompts"]

T = TypeVar("T")

SHIPPED = Path(__file__).with_name("prompts.yaml")
_NEEDED = {
    "question": ("passages", "question"),
    "passage": ("number", "text"),
    "condense": ("history", "question"),
    "summary": ("question", "text", "words"),
    "shorten": ("words",),
    "hyde": ("question",),
    "multi_query": ("question", "count"),
    "decompose": ("question", "count"),
    "reason": ("passages", "question", "thoughts"),
    "complexity": ("question", "routes"),
    "feedback": ("question", "answer", "passages"),
    "sources": ("question", "sources"),
}
"""Words in braces without which a prompt would not say what it is for."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """Every prompt, as `prompts.yaml` explains them."""

    abstention: str
    answer: str
    citing: str
    not_citing: str
    question: str
    passage: str
    closed_book: str
    condense: str
    summary: str
    shorten: str
    hyde: str
    multi_query: str
    decompose: str
    reason: str
    complexity: str
    feedback: str
    sources: str
    scored: str


@cache
def load(path: str | None = None) -> Prompts:
    """The shipped prompts, with those of a file in their place.

    Raises:
        UsageError: the file cannot be read, or a key of it is unknown or lacks what must be filled in.
    """
    return read_prompts(Prompts, SHIPPED, _NEEDED, path)


def read_prompts(kind: type[T], shipped: Path, needed: Mapping[str, Sequence[str]], path: str | None = None) -> T:
    """Prompts as the fields of a dataclass: those of a shipped file, with those of another in their place.

    Args:
        kind: has a field a prompt.
        shipped: has them all.
        needed: the words in braces that a prompt must contain.
        path: has some of them.

    Raises:
        UsageError: the file cannot be read, or a key of it is unknown or lacks what must be filled in.
    """
    prompts = _read(shipped)
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # a dataclass
    for key, text in (_read(Path(path).expanduser(), shipped) if path else {}).items():
        if key not in known:
            hint = did_you_mean(key, known)
            raise UsageError(f"{path}: no prompt is called {key!r}; there are: {', '.join(known)}. {hint}".rstrip())
        if not isinstance(text, str):
            raise UsageError(f"{path}: {key} must be a text")
        missing = [word for word in needed.get(key, ()) if f"{{{word}}}" not in text]
        if missing:
            raise UsageError(f"{path}: {key} must contain {' and '.join(f'{{{word}}}' for word in missing)}")
        prompts[key] = text
    return kind(**{key: text.strip() for key, text in prompts.items()})


def filled(prompt: str, **values: str) -> str:
    """A prompt with its words in braces replaced; other braces are left alone, and so are those in the values."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), prompt)


def _read(path: Path, like: Path = SHIPPED) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise UsageError(f"the prompts in {str(path)!r} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path}: expected keys with prompts; see {like}")
    return found

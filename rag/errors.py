"""Every error a user can meet, in one tree.

RagError
├── ConfigError             a configuration that cannot be used: all its problems at once (exit code 2)
├── UsageError              a call that makes no sense (exit code 2)
├── LoadError               one source that could not be read; the others go on
├── IndexFault              the index on disk
│   ├── IndexMissing        nothing there yet
│   ├── ViewMissing         the pipeline asks for a search structure the index lacks
│   ├── IndexMismatch       built with another encoder, segmenter or tokenizer
│   ├── IndexLocked         another process is writing
│   └── IndexDamaged        bytes are not what was written
├── ModelError              a model or its endpoint failed for good
└── MissingExtra            an optional package is not installed

Every message says what, where and what to do. All of them can be pickled: a worker's reaches who waits for it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

__all__ = [
    "ConfigError",
    "IndexDamaged",
    "IndexFault",
    "IndexLocked",
    "IndexMismatch",
    "IndexMissing",
    "LoadError",
    "MissingExtra",
    "ModelError",
    "Problem",
    "RagError",
    "UsageError",
    "ViewMissing",
    "did_you_mean",
]


class RagError(Exception):
    """The root: catch this to catch everything the package raises on purpose."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration."""

    message: str
    path: str = ""
    """YAML path, for example `pipeline.0.retrieve.top_k`."""
    file: str | None = None
    line: int | None = None
    """1-based."""
    column: int | None = None
    """1-based."""
    hint: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = ": ".join(part for part in (place, self.path, self.message) if part)
        return f"{head}\n    {self.hint}" if self.hint else head


class ConfigError(RagError):
    """A configuration that cannot be used. `problems` holds every mistake found."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


class UsageError(RagError):
    """A call that makes no sense."""

    exit_code = 2


class LoadError(RagError):
    """One source could not be read. `source` names it, `reason` says why; the others go on."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(f"{source}: {reason}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.source, self.reason)


class IndexFault(RagError):
    """Something about the index on disk.

    Its message may hold a command of `rag index`. That has to name the configuration that was meant, which only
    whoever asked knows: `flags` are the words that name it.
    """

    def __init__(self, before: str, words: Sequence[str] = (), after: str = "") -> None:
        """A message in three parts: `before`, the command with `words` (none where no command helps), and `after`."""
        self.flags: tuple[str, ...] = ()
        super().__init__(before, tuple(words), after)

    def __str__(self) -> str:
        before, words, after = self.args
        return f"{before}`{shlex.join(('rag', 'index', *self.flags, *words))}`{after}" if words else before + after


class IndexMissing(IndexFault):
    """No index there yet."""


class ViewMissing(IndexFault):
    """The pipeline asks for a search structure that the index lacks."""


class IndexMismatch(IndexFault):
    """The index was built with another encoder, segmenter or tokenizer."""


class IndexLocked(IndexFault):
    """Another process is writing to the index."""


class IndexDamaged(IndexFault):
    """Bytes of the index are not what was written."""


class ModelError(RagError):
    """A model or its endpoint failed for good (after retries)."""


class MissingExtra(RagError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str, needed_by: str) -> None:
        self.needed = package, extra, needed_by
        super().__init__(f'{needed_by} needs {package}: pip install "composable-rag[{extra}]"')

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.needed


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """` Did you mean 'x'?`, or nothing where no allowed name is near."""
    near = get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""

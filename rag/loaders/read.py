"""One blob to its texts, whatever its format. Runs in the worker process or in this one."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from rag.errors import LoadError
from rag.loaders import READERS
from rag.loaders.detect import format_of, kind_of_bytes
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part, Unreadable
from rag.loaders.text import Binary, clean, lines

__all__ = ["Reader", "read"]

Reader = Callable[[Blob, Limits], list[Part | LoadError]]


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """Every text in a blob, and a `LoadError` for each part that could not be read. Never raises anything else."""
    try:
        if blob.depth > limits.max_nesting:
            raise Unreadable(f"nested in more than {limits.max_nesting} containers (max_nesting)")
        name = format_of(blob)
        reader = _reader(name)
        return [_seal(part, name, limits) if isinstance(part, Part) else part for part in reader(blob, limits)]
    except Unreadable as error:
        reason = str(error)
    except Binary:
        kind = kind_of_bytes(blob.data)
        reason = "binary data, not text" + (f": it looks like {kind}; give it the right suffix" if kind else "")
    except MemoryError:
        reason = f"needs more than {limits.max_memory_bytes >> 20:,} MiB of memory (max_memory_bytes)"
    except RecursionError:
        reason = "nested too deeply"
    except Exception as error:  # noqa: BLE001  (a parser met a file its authors did not think of: one source is lost)
        reason = f"damaged or unusual file: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return [LoadError(blob.source, reason)]


def _reader(name: str) -> Reader:
    module, _, function = READERS[name].partition(":")
    reader: Reader = getattr(import_module(module), function)
    return reader


def _seal(part: Part, name: str, limits: Limits) -> Part:
    """A part within the limits, with its format, and with metadata that JSON and SQLite can carry."""
    text = part.text
    if len(text) > limits.max_characters:
        raise Unreadable(f"{len(text):,} characters of text, more than {limits.max_characters:,} (max_characters)")
    if len(text) > limits.max_line_characters:
        longest = max(map(len, lines(text)))
        if longest > limits.max_line_characters:
            bound = f"{limits.max_line_characters:,} (max_line_characters)"
            raise Unreadable(f"a line of {longest:,} characters, more than {bound}")
    return Part(text, {"format": name, **_plain(dict(part.metadata))}, clean(part.key))


def _plain(value: Any) -> Any:
    """JSON-ready: strings cleaned, tuples as lists."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): _plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool | int | float) else str(value)

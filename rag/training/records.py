"""Training data from files: JSON lines, plain or gzipped, each record with the name of the set it is from."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.errors import UsageError

__all__ = ["named", "records"]


def named(file: Path) -> str:
    """`FOLDER/STEM` of a data file: how figures and cards call it, on whatever machine."""
    return f"{file.resolve().parent.name}/{file.name.partition('.')[0]}"


def records(files: Sequence[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every record of the files in order, with its set's name.

    Raises:
        UsageError: a file is missing, or a line is no JSON object; names the line.
    """
    for file in files:
        name = named(file)
        try:
            with (
                gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as rows
            ):
                for number, line in enumerate(rows, 1):
                    if line.strip():
                        yield name, _object(file, number, line)
        except FileNotFoundError:
            raise UsageError(f"{file}: no such file; --data takes files of JSON lines (.jsonl, .jsonl.gz)") from None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{file}: cannot be read ({error}); --data takes JSON lines (.jsonl, .jsonl.gz)"
            ) from error


def _object(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{file}:{number}: no JSON ({error})") from None
    if not isinstance(value, dict):
        raise UsageError(f"{file}:{number}: should be a JSON object, one a line")
    return value

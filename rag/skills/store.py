"""A skill's weights on disk: plain arrays and what is known about them, in one safetensors file.

Reading runs no code. The facts stand in the file's metadata as one JSON object: `skill`, `encoder` (the fingerprint of
the encoder the head was trained on), `temperature`, `figures`, and whatever else a recipe states; the store adds
`format` and `checksum`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FORMAT", "checksum", "read", "write"]

FORMAT = 1
"""Raised when a file of this version can no longer be read by the version before."""


def write(path: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
    """Writes both, whole or not at all; folders are made. The same arrays and facts give the same bytes."""
    from safetensors.numpy import save

    solid = {name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}
    known = {**facts, "format": FORMAT, "checksum": checksum(solid)}
    # One key: the order of several is not fixed by the library.
    data = save(solid, {"facts": json.dumps(known, sort_keys=True, ensure_ascii=False)})
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    beside.replace(path)


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays as they are stored (small types; expand them where they are used), and the facts.

    Raises:
        ModelError: the file is missing, damaged, of a later version, or no skill's; says which.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ModelError(f"{path}: no such file")
    try:
        with safe_open(path, framework="numpy") as file:
            told = (file.metadata() or {}).get("facts")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise _damaged(path, str(error)) from error
    facts = _facts(path, told)
    if facts["checksum"] != checksum(arrays):
        raise _damaged(path, "its arrays do not have the checksum that was written with them")
    return arrays, facts


def checksum(arrays: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 over names, types, shapes and bytes."""
    digest = sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _facts(path: Path, told: str | None) -> dict[str, Any]:
    """The metadata, checked."""
    if told is None:
        raise ModelError(f"{path} holds no skill: it has no facts; `rag train` writes files that do")
    try:
        facts: dict[str, Any] = json.loads(told)
        found = int(facts["format"])
        str(facts["skill"]), str(facts["checksum"])
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, f"its facts cannot be read ({error})") from error
    if found > FORMAT:
        raise ModelError(f"{path} was written by a later version (format {found}, this reads {FORMAT}): upgrade")
    return facts


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(f"{path} is damaged: {reason}. Train it again, or reinstall composable-rag if it came with it")

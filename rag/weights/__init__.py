"""The weights that ship inside the package, each beside a model card and a checksum.

`minilm.safetensors` and `tokenizer.json` are the embedded encoder (`minilm.md`), `static.safetensors` its distilled
table (`static.md`). Plain arrays: reading them runs no code. `checksums.json` holds the SHA-256 of every file.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["VOCABULARY", "checksums", "load", "packed", "path", "unpacked", "used", "verify"]

FOLDER = Path(__file__).parent
VOCABULARY = 30_522
"""Word pieces."""
_UNUSED = np.concatenate([np.arange(1, 100), np.arange(104, 999)])
"""Those that no text has, `[unused0]` to `[unused993]`: their rows are not stored."""


def path(name: str) -> Path:
    """The file of that name.

    Raises:
        ModelError: it is not there.
    """
    file = FOLDER / name
    if not file.is_file():
        raise ModelError(f"{file} is missing: reinstall composable-rag, or in a checkout run `make weights`")
    return file


def load(name: str) -> dict[str, NDArray[Any]]:
    """The arrays of a safetensors file, as they are stored (small types; expand them where they are used).

    Tables with a row a word piece come whole; rows that no text needs are zero.
    """
    from safetensors.numpy import load_file

    arrays: dict[str, NDArray[Any]] = load_file(path(name))
    return {name: _whole(array) for name, array in arrays.items()}


def used(table: NDArray[Any]) -> NDArray[Any]:
    """The rows of a table `[VOCABULARY, ...]` that are stored."""
    return np.delete(table, _UNUSED, axis=0)


def packed(values: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Values of 4 bits, -8 to 7, two a byte: `[n, d]` to `[n, d / 2]`."""
    halves = (values + 8).astype(np.uint8)
    pairs: NDArray[np.uint8] = halves[:, ::2] | (halves[:, 1::2] << np.uint8(4))
    return pairs


def unpacked(pairs: NDArray[np.uint8]) -> NDArray[np.int8]:
    """What `packed` was given."""
    values = np.empty((len(pairs), 2 * pairs.shape[1]), np.int8)
    values[:, ::2], values[:, 1::2] = pairs & 15, pairs >> 4
    return values - np.int8(8)


def _whole(array: NDArray[Any]) -> NDArray[Any]:
    if not array.ndim or len(array) != VOCABULARY - len(_UNUSED):
        return array
    first, second = 1, 104 - 99
    table = np.zeros((VOCABULARY, *array.shape[1:]), array.dtype)
    table[:first], table[100:104], table[999:] = array[:first], array[first:second], array[second:]
    return table


def checksums() -> dict[str, str]:
    """SHA-256 of every shipped file, by name."""
    sums: dict[str, str] = json.loads(path("checksums.json").read_text(encoding="utf-8"))
    return sums


def verify() -> None:
    """Checks every shipped file against its checksum.

    Raises:
        ModelError: a file is missing or its bytes are not those that were shipped; names it.
    """
    for name, expected in checksums().items():
        if sha256(path(name).read_bytes()).hexdigest() != expected:
            raise ModelError(f"{path(name)} is not the file that was shipped: reinstall composable-rag")

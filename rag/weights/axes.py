"""Principal axes of the embedded encoder's token vectors: `python -m rag.weights.axes FILE...`.

A file holds texts as `rag.weights.distill` reads them. Nothing is labelled and nothing is trained: the axes are those
of the second moments of the token vectors, and the same texts give the same file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.encoders.minilm import MiniLM
from rag.weights import FOLDER
from rag.weights.convert import stamp
from rag.weights.distill import log, read

__all__ = ["main"]

DIMENSIONS = 256
TEXTS = 5_000
"""Texts that are read, drawn by chance."""


def main(files: Sequence[Path]) -> None:
    """Writes `axes.safetensors` into the package."""
    from safetensors.numpy import save

    texts, encoder = read(files, TEXTS), MiniLM()
    moments = np.zeros((encoder.dimensions, encoder.dimensions))
    for start in range(0, len(texts), 256):
        vectors = np.concatenate(encoder.encode_tokens(texts[start : start + 256]))
        moments += vectors.T @ vectors
        log(f"read {min(start + 256, len(texts))} of {len(texts)} texts")
    columns = np.linalg.eigh(moments)[1][:, ::-1][:, :DIMENSIONS]
    columns *= np.sign(columns[np.abs(columns).argmax(axis=0), np.arange(DIMENSIONS)])
    (FOLDER / "axes.safetensors").write_bytes(save({"axes": np.ascontiguousarray(columns, np.float16)}))
    stamp("axes.safetensors")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])

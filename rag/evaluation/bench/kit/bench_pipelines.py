"""Our own engine behind the protocol: one pipeline a mode, over one index.

    python -m bench_pipelines

serves the configuration in the variable `RAG_BENCH`, JSON of `modes` (name to configuration) and `allow_import`.
Imported by its own name, as a peer imports its kit, so that none of what evaluates is loaded with it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench_kit import Engine, Passage, serve  # type: ignore[import-not-found]  # it stands beside this file
from langchain_core.documents import Document

from rag.config import load
from rag.errors import UsageError
from rag.pipeline import Pipeline

__all__ = ["Pipelines", "main"]


class Pipelines(Engine):  # type: ignore[misc]
    """Pipelines over one index, each asked as a whole.

    Args:
        modes: what each is called, and its configuration.
        allow_import: packages whose classes a configuration may name.
    """

    def __init__(self, modes: Mapping[str, Mapping[str, Any]], allow_import: Sequence[str] = ()) -> None:
        self.modes = modes
        self.allow_import = tuple(allow_import)
        self.pipelines: dict[str, Pipeline] = {}

    def prepare(self, folder: Path, modes: Sequence[str]) -> None:
        """Builds the pipelines, and loads the encoder where a mode has vectors."""
        over = {"index": {"path": str(folder)}}
        for mode in modes:
            configuration = load(self.modes[mode], environment={}, allow_import=self.allow_import, overrides=over)
            self.pipelines[mode] = Pipeline.from_configuration(configuration)
        for pipeline in self.pipelines.values():
            if pipeline.store is not None and any("encoder" in view.manifest for view in pipeline.views()):
                pipeline.store.encoder.embed_query("warm")

    def index(self, passages: Sequence[Passage], folder: Path, modes: Sequence[str]) -> int | None:
        """Adds every passage as a document, with the views of all the modes."""
        store = self.pipelines[modes[0]].store
        if store is None:
            raise UsageError("a configuration that is measured needs an index: add `index: {path: .rag/index}`")
        documents = (Document(passage.text, metadata={"source": passage.id}) for passage in passages)
        views = {view.name: view for pipeline in self.pipelines.values() for view in pipeline.views()}
        return store.add_documents(documents, tuple(views.values())).passages

    def open(self, folder: Path, passages: Path, modes: Sequence[str]) -> None:
        """Builds the pipelines and loads the encoder; the first question maps the index."""
        self.prepare(folder, modes)

    def search(self, query: str, k: int, mode: str) -> Sequence[str]:
        """The sources of the answer's passages."""
        answer = self.pipelines[mode].invoke(query)
        return [str(passage.metadata["source"]) for passage in answer.passages[:k]]


def main() -> None:
    """Serves what the variable says."""
    said = json.loads(os.environ["RAG_BENCH"])
    serve(Pipelines(said["modes"], said["allow_import"]))


if __name__ == "__main__":
    main()

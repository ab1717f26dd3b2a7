"""The index that a data set's queries are asked of: built once for all configurations that cut documents alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from xxhash import xxh3_64_hexdigest

from rag.config import Configuration
from rag.config.merge import merge
from rag.config.node import from_plain
from rag.errors import UsageError
from rag.evaluation.dataset import Dataset, fingerprint
from rag.index import Progress
from rag.pipeline import Pipeline

__all__ = ["prepared", "with_index"]

_BUILT = "evaluation.json"

Tell = Callable[[Progress], None]


def with_index(configuration: Configuration, path: Path) -> Configuration:
    """The same configuration over an index elsewhere."""
    return replace(configuration, node=merge(configuration.node, from_plain({"index": {"path": str(path)}})))


def prepared(
    configuration: Configuration,
    dataset: Dataset,
    indexes: Path,
    paths: Sequence[str | Path] = (),
    tell: Tell | None = None,
) -> tuple[Pipeline, float | None]:
    """A pipeline over an index of the data set's documents, and the seconds that building its views took.

    The index lies below `indexes`, under a name made of the corpus and of how it is cut: configurations that differ in
    the pipeline only share it, and a view that is there already costs nothing.

    Args:
        configuration: what to build.
        dataset: has the documents.
        indexes: folder of such indexes.
        paths: the documents, instead of those of the data set.
        tell: called with progress.

    Raises:
        UsageError: there are no documents.
    """
    if configuration.node.entries.get("index") is None:
        raise UsageError(f"{configuration.source} has no index: add `index: {{path: .rag/index}}`")
    if dataset.corpus is None and not paths:
        if all(query.terms is not None for query in dataset.queries):  # texts to be translated need no documents
            return Pipeline.from_configuration(configuration), None
        raise UsageError(
            f"{dataset.name} brings no documents: name them (--corpus PATH) or an index of them (--index DIR)"
        )
    content = fingerprint([dataset.corpus]) if dataset.corpus and not paths else "\x1f".join(map(str, paths))
    shape = xxh3_64_hexdigest(f"{content}\x1f{configuration.index.shape}".encode())
    folder = indexes / f"{dataset.name}-{shape[:12]}"
    pipeline = Pipeline.from_configuration(with_index(configuration, folder))
    views = sorted(view.name for view in pipeline.views())
    known = _known(folder / _BUILT)
    done = {view for run in known for view in run["views"]}
    if pipeline.store is None:
        raise UsageError(f"{configuration.source} has no index")
    if paths or not (pipeline.store.exists() and done.issuperset(views)):
        started = perf_counter()
        if not paths:
            report = pipeline.store.add_documents(dataset.documents(), pipeline.views(), progress=tell)
        else:
            report = pipeline.index(paths, progress=tell)
        if report.failures and not (report.added or report.changed or report.unchanged):
            raise UsageError(f"{report.failures[0].source}: {report.failures[0].reason}")
        new = [view for view in views if view not in done]
        known.append({"views": new, "seconds": perf_counter() - started, "passages": report.passages})
        (folder / _BUILT).write_text(json.dumps(known), encoding="utf-8")
    return pipeline, sum(run["seconds"] for run in known if set(run["views"]) & set(views)) or None


def _known(path: Path) -> list[dict[str, Any]]:
    try:
        read: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return read

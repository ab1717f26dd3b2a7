"""One configuration asked every question of a data set."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xxhash import xxh3_128_hexdigest

from rag import __version__
from rag.config import Configuration
from rag.config.emit import write_node
from rag.errors import UsageError
from rag.evaluation.asking import ask, forced
from rag.evaluation.corpus import Tell, prepared, with_index
from rag.evaluation.dataset import Dataset
from rag.evaluation.folder import RunFolder
from rag.evaluation.measures import summary, values
from rag.evaluation.result import Result
from rag.evaluation.retrieval import DEFAULT
from rag.evaluation.routes import regret
from rag.evaluation.statistics import Metric
from rag.pipeline import Pipeline

__all__ = ["EVALUATIONS", "RUNS", "evaluate", "run_key"]

RUNS = Path(".rag/runs")
EVALUATIONS = Path(".rag/eval")
_NOT_ANSWERS = ("path", "batch_passages")
"""Keys of `index` that no answer depends on."""


def run_key(configuration: Configuration, dataset: Dataset, extra: str = "") -> str:
    """What the answers of a run depend on: configuration, data, release."""
    content = configuration.node.plain()
    if isinstance(index := content.get("index"), Mapping):
        content = {**content, "index": {key: value for key, value in index.items() if key not in _NOT_ANSWERS}}
    content = {
        key: value for key, value in content.items() if key not in ("version", "tune") and not key.startswith("x-")
    }
    told = json.dumps([__version__, content, dataset.fingerprint, extra], sort_keys=True, default=str)
    return xxh3_128_hexdigest(told.encode())


def evaluate(  # noqa: PLR0913  # each is an option of `rag eval`
    configuration: Configuration,
    dataset: Dataset,
    *,
    limit: int | None = None,
    jobs: int = 1,
    folder: Path | None = None,
    indexes: Path = EVALUATIONS,
    index: Path | None = None,
    paths: Sequence[str | Path] = (),
    measures: Sequence[str] = DEFAULT,
    routes: bool = False,
    fresh: bool = False,
    progress: Tell | None = None,
) -> Result:
    """Asks the questions and measures the answers.

    Whatever an earlier run with the same configuration, data and release has answered is not asked again: a second run
    makes no call of an encoder or a model, and one that was killed goes on where it stopped.

    Args:
        configuration: what to measure.
        dataset: what to ask.
        limit: the first so many questions only.
        jobs: questions at once. Latencies are those of a single question only with 1.
        folder: of the run; one below `.rag/runs`, named by data set, configuration and content, where not given.
        indexes: where indexes of data sets are kept.
        index: an index that is there already, used as it is instead.
        paths: the documents, instead of those of the data set.
        measures: retrieval figures, as `ndcg@10`.
        routes: ask every question down every branch of the router too, for its regret.
        fresh: ask everything again.
        progress: called as questions end.

    Raises:
        UsageError: the data set has no questions or no documents, or a figure is unknown.
    """
    queries = dataset.queries[:limit]
    if not queries:
        raise UsageError(f"{dataset.name} has no queries that can be measured")
    key = run_key(configuration, dataset, _state_of(index, configuration) if index or paths else "")
    name = f"{dataset.name}-{Path(configuration.source).stem.strip('<>')}-{key[:8]}"
    run = RunFolder(folder or RUNS / name, key)
    wanted = [query.id for query in queries]
    if not fresh and not paths and (done := run.finished()) is not None:
        result = Result.from_dict(done)
        if list(result.ids) == wanted and {*measures, *(["--routes"] if routes else [])} <= {*done.get("measures", ())}:
            return replace(result, reused=len(wanted), folder=str(run.path))
    facts = {
        "dataset": dataset.name,
        "dataset_path": str(dataset.path.resolve()),
        "split": dataset.split,
        "dataset_fingerprint": dataset.fingerprint,
        "config": configuration.source,
    }
    run.open(write_node(configuration.node, configuration.node), facts, fresh=fresh)
    try:
        known = run.records()
        todo = [query for query in queries if query.id not in known]
        seconds = None
        if index is not None:
            pipeline = Pipeline.from_configuration(with_index(configuration, index))
        else:
            pipeline, seconds = prepared(configuration, dataset, indexes / "indexes", paths, progress)
        asked = {record["id"]: record for record in ask(pipeline, todo, jobs, run.append, progress)}
        records = [asked.get(name) or known[name] for name in wanted]
        table = values(queries, records, measures)
        if routes:
            table |= regret(queries, table, forced(pipeline, queries, jobs, run, progress), measures)
        metrics = summary(table)
        if seconds is not None:
            metrics["index_seconds"] = Metric(seconds, seconds, seconds, 1)
        errors = {record["id"]: record["error"] for record in records if record["error"] is not None}
        result = Result(
            dataset.name,
            configuration.source,
            metrics,
            wanted,
            table,
            max((len(record["ranking"]) for record in records), default=0),
            key,
            failed=len(errors),
            folder=str(run.path),
            reused=len(queries) - len(todo),
            errors=errors,
        )
        for place, record in enumerate(records):
            record["metrics"] = {
                name: column[place] for name, column in result.table.items() if column[place] == column[place]
            }
        run.finish(records, {**result.to_dict(), "measures": [*measures, *(["--routes"] if routes else [])]})
        return result
    finally:
        run.close()


def _state_of(index: Path | None, configuration: Configuration) -> str:
    """The index and its generation."""
    if index is None:
        return "paths"
    with with_index(configuration, index).index.reading() as snapshot:
        return f"{index.resolve()} {snapshot.state.generation}"

"""Questions put to a pipeline, and to each branch of its router: one record a question, kept as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from time import perf_counter
from typing import Any

from rag.errors import RagError
from rag.evaluation.corpus import Tell
from rag.evaluation.dataset import Query
from rag.evaluation.folder import RunFolder
from rag.evaluation.measures import lost_at, ranking_of
from rag.evaluation.routes import branches
from rag.index import Progress
from rag.passages.matches import heats
from rag.passages.parts import shortened
from rag.pipeline import Pipeline
from rag.schema import Answer

__all__ = ["ask", "forced"]


def ask(
    pipeline: Pipeline,
    queries: Sequence[Query],
    jobs: int,
    keep: Callable[[Mapping[str, Any]], None],
    progress: Tell | None,
) -> Iterator[dict[str, Any]]:
    """Asks each question; a record is kept as soon as it is there."""
    if not queries:
        return
    _warm(pipeline)
    with ThreadPoolExecutor(max(1, jobs), thread_name_prefix="eval") as pool:
        waiting: list[Future[dict[str, Any]]] = [pool.submit(_one, pipeline, query) for query in queries]
        try:
            for done, future in enumerate(as_completed(waiting), 1):
                record = future.result()
                keep(record)
                if progress is not None:
                    progress(Progress("asking", done, len(queries), 0, record["id"]))
                yield record
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def forced(
    pipeline: Pipeline, queries: Sequence[Query], jobs: int, run: RunFolder, progress: Tell | None
) -> dict[str, list[dict[str, Any]]]:
    """Every question down every branch; resumable like the run."""
    found = {}
    for name, down in branches(pipeline).items():
        part = RunFolder(run.path / "routes" / name, run.key)
        part.path.mkdir(parents=True, exist_ok=True)
        known = part.records()
        todo = [query for query in queries if query.id not in known]
        known |= {record["id"]: record for record in ask(down, todo, jobs, part.append, progress)}
        found[name] = [known[query.id] for query in queries]
    return found


def _warm(pipeline: Pipeline) -> None:
    """Loads models and maps the index, so that the first question is measured like the others. Asks no chat model."""
    if pipeline.configuration is not None and pipeline.configuration.llm is None:
        pipeline.invoke("warm up")


def _one(pipeline: Pipeline, query: Query) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": query.id,
        "question": query.text,
        "answers": None if query.answers is None else list(query.answers),
        "relevant": dict(query.relevant),
        "references": [{"source": r.source, "start": r.start, "end": r.end} for r in query.references],
        "route": query.route,
        "ranking": [],
        "answer": None,
        "error": None,
    }
    started = perf_counter()
    try:
        answer = pipeline.invoke(query.text)
    except (RagError, OSError) as error:
        return {**record, "latency_ms": (perf_counter() - started) * 1e3, "error": str(error) or type(error).__name__}
    ms = round((perf_counter() - started) * 1e3, 3)
    found = {"ranking": ranking_of(answer), "lost": lost_at(answer, query.relevant), "answer": answer.to_dict()}
    way_back = {"shortened": told} if (told := shortened(answer.passages)) else {}
    return {**record, **found, **way_back, **_matched(answer), "latency_ms": ms}


def _matched(answer: Answer) -> dict[str, Any]:
    """Which tokens met, where a retriever tells it: `[token, cosine, start]` for each of the question's.

    `passages` are `[n, what met]`, the passage by its `[n]`; `start` is a character of its text, None where the token
    is not there.
    """
    told = [
        {
            "question": list(heat.question),
            "passages": [[number, [[one.token, one.score, one.start] for one in met]] for number, met in heat.passages],
        }
        for heat in heats(answer.passages)
    ]
    return {"matches": told} if told else {}

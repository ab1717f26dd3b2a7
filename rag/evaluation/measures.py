"""From what happened at each query to the figures of a run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rag.evaluation import answers, retrieval, terminology
from rag.evaluation.dataset import Query
from rag.evaluation.statistics import Metric, means, quantile, ratio

__all__ = ["LOWER_IS_BETTER", "lost_at", "lower_is_better", "ranking_of", "summary", "values"]

NAN = float("nan")
LOWER_IS_BETTER = ("context_tokens", "llm_calls", "prompt_tokens", "completion_tokens", "cost", "steps", "route_regret")
_USAGE = ("llm_calls", "prompt_tokens", "completion_tokens", "context_tokens", "cost")


def lower_is_better(name: str) -> bool:
    """Whether less of a figure is more."""
    return name in LOWER_IS_BETTER or name.startswith(("latency_ms", "index_seconds"))


def ranking_of(answer: Any) -> list[str]:
    """The documents that a turn found, best first.

    First those of the final passages, in their order; behind them what later steps dropped, in the order it last had: a
    budget must not hide what was found, and a re-ranking must count.
    """
    last = [passage.metadata.get("source") for passage in answer.passages]
    before = [
        passage.metadata.get("source")
        for span in reversed(answer.trace)
        for passage in (*span.passages_out, *span.passages_in)
    ]
    return list(dict.fromkeys(str(source) for source in (*last, *before) if source is not None))


def lost_at(answer: Any, documents: Iterable[str]) -> dict[str, str]:
    """The step that dropped each document's last passage, for those of `documents` that were found and lost."""
    left = {passage.metadata.get("source") for passage in answer.passages}
    lost: dict[str, str] = {}
    for document in documents:
        for span in reversed(answer.trace if document not in left else ()):
            if any(passage.metadata.get("source") == document for passage in span.passages_in):
                lost[document] = span.name
                break
    return lost


def values(
    queries: Sequence[Query], records: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> dict[str, list[float]]:
    """Each figure's value for each query; NaN where it does not apply.

    Args:
        queries: the queries.
        records: what happened at each, in the same order; see `rag.evaluation.run`.
        names: retrieval figures.
    """
    table: dict[str, list[float]] = {}
    qrels = {query.id: query.relevant for query in queries if query.relevant}
    run = {record["id"]: record["ranking"] for record in records if record["error"] is None}
    if qrels:
        found = retrieval.measure(qrels, run, names)
        failed = {record["id"] for record in records if record["error"] is not None}
        for name, by_query in found.items():
            table[name] = [NAN if query.id in failed else by_query.get(query.id, NAN) for query in queries]
    rows = [_row(query, record) for query, record in zip(queries, records, strict=True)]
    for name in dict.fromkeys(name for row in rows for name in row):
        table[name] = [row.get(name, NAN) for row in rows]
    return {name: column for name, column in table.items() if not all(map(math.isnan, column))}


def _row(query: Query, record: Mapping[str, Any]) -> dict[str, float]:
    if record["error"] is not None:
        return {}
    answer, usage = record["answer"], record["answer"]["usage"]
    row: dict[str, float] = {"latency_ms": record["latency_ms"]}
    if query.answers is not None and generated(record):
        silent = answer["abstained"] or not answer["text"].strip()
        row |= answers.score(query.text, answer["text"], query.answers, abstained=silent)
        row |= {"abstained": float(silent), "unanswerable": float(query.unanswerable)}
    if query.terms is not None:
        said = "" if answer["abstained"] else answer["text"]
        row |= terminology.score(query.text, said, query.terms, query.languages)
        if query.answers:
            row["chrf"] = max(terminology.chrf(said, reference) for reference in query.answers)
    row |= {name: float(usage[name]) for name in _USAGE if usage.get(name) is not None}
    sources = {passage["source"] for passage in answer["passages"]}
    if query.relevant:
        hits = len(sources & set(query.relevant))
        row["context_recall"] = hits / len(query.relevant)
        row["context_precision"] = hits / len(sources) if sources else 0.0
    if query.quotes:
        row["reference_recall"] = _quoted(query.quotes, [passage["text"] for passage in answer["passages"]])
    row["steps"] = float(sum(span["name"].startswith("retrieve") for span in answer["trace"]))
    if query.route is not None and answer["route"] is not None:
        row["route_accuracy"] = float(answer["route"] == query.route)
    spent: dict[str, float] = {}
    for span in answer["trace"]:
        spent[span["name"]] = spent.get(span["name"], 0.0) + span["ms"]
    return row | {f"latency_ms/{name}": ms for name, ms in spent.items()}


def generated(record: Mapping[str, Any]) -> bool:
    """Whether the pipeline answered at all: one that only retrieves has no answers to measure."""
    answer = record["answer"]
    return bool(answer["text"]) or any(span["name"].startswith("generate") for span in answer["trace"])


def _quoted(quotes: Sequence[str], texts: Sequence[str]) -> float:
    """The share of quotes whose words stand in one of the texts."""
    normal = [f" {answers.normalize(text)} " for text in texts]
    return sum(any(f" {answers.normalize(quote)} " in text for text in normal) for quote in quotes) / len(quotes)


def summary(table: Mapping[str, Sequence[float]]) -> dict[str, Metric]:
    """The figures of a run with their intervals.

    Args:
        table: figure to one value a query, of `values`.
    """
    hidden = {"abstained", "unanswerable"}
    plain = {name: column for name, column in table.items() if name not in hidden and not name.startswith("latency_ms")}
    figures = means(plain)
    if "abstained" in table:
        figures |= _abstention(table["abstained"], table["unanswerable"])
    for name, column in table.items():
        if name.startswith("latency_ms"):
            found = {f"{name}_p{round(q * 100)}": quantile(column, q) for q in (0.5, 0.95)}
            figures |= {key: metric for key, metric in found.items() if metric is not None}
    return figures


def _abstention(abstained: Iterable[float], unanswerable: Iterable[float]) -> dict[str, Metric]:
    pairs = [(said, cannot) for said, cannot in zip(abstained, unanswerable, strict=True) if not math.isnan(said)]
    right = [said * cannot for said, cannot in pairs]
    if not any(cannot for _, cannot in pairs):
        found = {"abstention_rate": ratio([said for said, _ in pairs], [1.0] * len(pairs))}
    else:
        found = {
            "abstention_precision": ratio(right, [said for said, _ in pairs]),
            "abstention_recall": ratio(right, [cannot for _, cannot in pairs]),
        }
    return {name: metric for name, metric in found.items() if metric is not None}

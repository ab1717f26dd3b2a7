"""The metric of the CodeSearchNet challenge [1]: NDCG over annotated functions, and their coverage.

[1] Husain et al.: CodeSearchNet Challenge, Evaluating the State of Semantic Code Search (2019).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.errors import UsageError

__all__ = ["LanguageScores", "evaluate_codesearch", "read_annotations", "read_predictions"]

DEPTH = 300
"""Predictions of a query that count."""

Annotations = Mapping[str, Mapping[str, Mapping[str, float]]]
Predictions = Mapping[str, Mapping[str, list[str]]]


@dataclass(frozen=True, slots=True)
class LanguageScores:
    """The figures of one programming language."""

    language: str
    within: float
    """NDCG where only annotated functions have a rank."""
    all: float
    """NDCG where every predicted function has one."""
    coverage: float
    """Share of the annotated functions that are predicted at all."""
    queries: int
    """Queries with anything relevant: what the means are over. One that is not predicted counts as 0."""
    skipped: int
    """Queries of whose functions none is relevant."""


def read_annotations(path: str | Path) -> dict[str, dict[str, dict[str, float]]]:
    """Language to query to URL to mean relevance, from columns Language, Query, GitHubUrl, Relevance.

    Several annotations of one function are averaged. Languages and queries are lower-cased.

    Raises:
        UsageError: a column or a relevance is missing; names file and line.
    """
    gathered: dict[str, dict[str, dict[str, list[float]]]] = {}
    for place, row in _rows(Path(path), ("language", "query", "githuburl", "relevance")):
        try:
            relevance = float(row["relevance"])
        except ValueError:
            raise UsageError(f"{place}: the relevance {row['relevance']!r} is not a number") from None
        if not 0 <= relevance <= 3:
            raise UsageError(f"{place}: the relevance {relevance:g} is not in 0 to 3")
        queries = gathered.setdefault(row["language"].strip().lower(), {})
        queries.setdefault(row["query"].strip().lower(), {}).setdefault(row["githuburl"].strip(), []).append(relevance)
    return {
        language: {
            query: {url: float(np.mean(given)) for url, given in urls.items()} for query, urls in queries.items()
        }
        for language, queries in gathered.items()
    }


def read_predictions(path: str | Path) -> dict[str, dict[str, list[str]]]:
    """Language to query to URLs, best first, from columns language, query, url; the order of rows is the ranking.

    A URL that is repeated counts where it first stands; the first 300 of a query count.

    Raises:
        UsageError: a column is missing.
    """
    found: dict[str, dict[str, dict[str, None]]] = {}
    for _, row in _rows(Path(path), ("language", "query", "url")):
        urls = found.setdefault(row["language"].strip().lower(), {}).setdefault(row["query"].strip().lower(), {})
        if len(urls) < DEPTH:
            urls[row["url"].strip()] = None
    return {language: {query: list(urls) for query, urls in queries.items()} for language, queries in found.items()}


def evaluate_codesearch(annotations: Annotations, predictions: Predictions) -> list[LanguageScores]:
    """NDCG Within and All and coverage of each annotated language, by name.

    The gain of a function is 2^relevance - 1, its discount log2(rank + 1); the ideal ranking is of all annotated
    functions of a query, without a cut.
    """
    return [_language(name, queries, predictions.get(name, {})) for name, queries in sorted(annotations.items())]


def _language(name: str, queries: Mapping[str, Mapping[str, float]], given: Mapping[str, list[str]]) -> LanguageScores:
    within, everything, hits, annotated, skipped = [], [], 0, 0, 0
    for query, relevance in queries.items():
        ranking = given.get(query, [])
        hits += len(set(ranking) & set(relevance))
        annotated += len(relevance)
        gains = np.sort(2 ** np.array(list(relevance.values())) - 1)[::-1]
        ideal = _dcg(gains, np.arange(1, len(gains) + 1))
        if ideal <= 0:
            skipped += 1
            continue
        ranks = np.array([rank for rank, url in enumerate(ranking, 1) if url in relevance])
        reached = 2 ** np.array([relevance[url] for url in ranking if url in relevance], dtype=float) - 1
        within.append(_dcg(reached, np.arange(1, len(reached) + 1)) / ideal)
        everything.append(_dcg(reached, ranks) / ideal)
    return LanguageScores(
        name,
        float(np.mean(within)) if within else 0.0,
        float(np.mean(everything)) if everything else 0.0,
        hits / annotated if annotated else 0.0,
        len(within),
        skipped,
    )


def _dcg(
    gains: np.ndarray[tuple[int], np.dtype[np.float64]], ranks: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> float:
    return float((gains / np.log2(ranks + 1)).sum()) if len(gains) else 0.0


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows by lower-case column name, each with its place."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = {name: name.strip().lower() for name in reader.fieldnames or ()}
            if missing := [name for name in needed if name not in names.values()]:
                raise UsageError(f"{path}:1: no column {', '.join(missing)}; there are: {', '.join(names) or 'none'}")
            for row in reader:
                told = {names[name]: value or "" for name, value in row.items() if name in names}
                if any(not told[name].strip() for name in needed):
                    raise UsageError(f"{path}:{reader.line_num}: a cell of {', '.join(needed)} is empty")
                yield f"{path}:{reader.line_num}", told
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: not a CSV file in UTF-8 ({error})") from None

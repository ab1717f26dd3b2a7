"""Segmenters, encoders and depths against evidence that is known by its characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from rag.config import Configuration, load
from rag.errors import UsageError
from rag.evaluation.corpus import Tell, prepared
from rag.evaluation.dataset import Dataset, Query
from rag.evaluation.run import EVALUATIONS
from rag.evaluation.spans import Mode, Passages, Ranges, SpanScores, ranges, span_scores
from rag.index import Progress
from rag.pipeline import Pipeline

__all__ = ["FIGURES", "SpanRow", "evaluate_spans"]

FIGURES = ("recall", "precision", "iou", "precision_omega")
_MOST = 20
"""Passages at most where their number follows the references."""

Spec = str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One cell of a grid."""

    segmenter: str
    encoder: str
    top_k: int
    """-1: for each question as many passages as touch its references, up to 20."""
    passages: int
    """Of the corpus."""
    characters: float
    """Of a passage, on the average."""
    queries: int
    mean: Mapping[str, float]
    """Figure to mean."""
    std: Mapping[str, float]
    """Figure to standard deviation over the questions (population)."""


def evaluate_spans(  # noqa: PLR0913  # each is an option of `rag eval --spans`
    configuration: Configuration,
    dataset: Dataset,
    *,
    segmenters: Sequence[Spec] = (),
    encoders: Sequence[Spec] = (),
    retriever: Spec | None = None,
    top_ks: Sequence[int] = (5,),
    mode: Mode = "corrected",
    limit: int | None = None,
    indexes: Path = EVALUATIONS,
    progress: Tell | None = None,
) -> list[SpanRow]:
    """Every combination's figures, from one retrieval a question at the greatest depth.

    Args:
        configuration: what is not varied.
        dataset: its queries have references.
        segmenters: names or mappings as under `index.segment`; the configuration's where none.
        encoders: names or mappings as under `encoder`; the configuration's where none.
        retriever: `dense` where not given, which is exact below 20,000 passages.
        top_ks: depths; -1 for as many as touch the references.
        mode: how ranges are counted.
        limit: the first so many questions.
        indexes: where indexes of data sets are kept.
        progress: called with progress.

    Raises:
        UsageError: no query has references, or a depth makes no sense.
    """
    queries = [query for query in dataset.queries if query.references][:limit]
    if not queries:
        raise UsageError(f"{dataset.name}: no query has references (source, start, end), so there are no spans to find")
    if not top_ks or any(top_k == 0 or top_k < -1 for top_k in top_ks):
        raise UsageError(f"top_k is at least 1, or -1 for as many as touch the references; not {list(top_ks)}")
    depth = max(_MOST if top_k == -1 else top_k for top_k in top_ks)
    plain = configuration.node.plain()
    found: list[SpanRow] = []
    for segmenter, encoder in product(
        segmenters or [_own(plain, "segment")], encoders or [plain.get("encoder", "minilm")]
    ):
        step = {**_spec(retriever or "dense"), "top_k": depth}
        index = {**plain.get("index", {"path": "unused"}), "segment": segmenter}
        content = {"version": 1, "encoder": encoder, "index": index, "pipeline": [{"retrieve": step}]}
        varied = load(content, allow_import=configuration.allow_import)
        pipeline, _ = prepared(varied, dataset, indexes / "indexes", (), progress)
        corpus, lengths = _corpus(pipeline)
        ranked = list(_retrieved(pipeline, queries, progress))
        for top_k in top_ks:
            scores = [
                _scored(query, passages, corpus, top_k, mode) for query, passages in zip(queries, ranked, strict=True)
            ]
            found.append(_row(_name(segmenter), _name(encoder), top_k, lengths, scores))
    return found


def _own(plain: Mapping[str, Any], key: str) -> Spec:
    given: Spec = plain.get("index", {}).get(key) or "recursive"
    return given


def _spec(given: Spec) -> dict[str, Any]:
    return {"use": given} if isinstance(given, str) else dict(given)


def _name(given: Spec) -> str:
    """`recursive:200`; a model by its own name."""
    spec = _spec(given)
    return ":".join([str(spec["use"]), *(str(spec[key]) for key in ("max_tokens", "model") if spec.get(key))])


def _corpus(pipeline: Pipeline) -> tuple[Passages, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Every passage of the index, and their lengths."""
    assert pipeline.store is not None
    of: dict[str, Ranges] = {}
    with pipeline.store.reading() as snapshot:
        for source in snapshot.sources():
            documents = snapshot.passages_of(source)
            of[source] = ranges([(passage.metadata["start"], passage.metadata["end"]) for passage in documents])
    every = np.vstack(list(of.values()))
    return Passages(of), every[:, 1] - every[:, 0]


def _retrieved(
    pipeline: Pipeline, queries: Sequence[Query], progress: Tell | None
) -> Iterator[list[tuple[str, int, int]]]:
    for done, query in enumerate(queries, 1):
        passages = pipeline.invoke(query.text).passages
        if progress is not None:
            progress(Progress("asking", done, len(queries), 0, query.id))
        yield [(passage.metadata["source"], passage.metadata["start"], passage.metadata["end"]) for passage in passages]


def _scored(
    query: Query, ranked: Sequence[tuple[str, int, int]], corpus: Passages, top_k: int, mode: Mode
) -> SpanScores:
    wanted: dict[str, list[tuple[int, int]]] = {}
    for reference in query.references:
        wanted.setdefault(reference.source, []).append((reference.start, reference.end))
    pairs = {source: ranges(given) for source, given in wanted.items()}
    if top_k == -1:
        top_k = min(_MOST, corpus.number_touching(pairs, closed=mode == "faithful"))
    return span_scores(pairs, ranked[:top_k], corpus, mode=mode)


def _row(
    segmenter: str,
    encoder: str,
    top_k: int,
    lengths: np.ndarray[tuple[int], np.dtype[np.int64]],
    scores: Sequence[SpanScores],
) -> SpanRow:
    table = {name: np.array([asdict(score)[name] for score in scores]) for name in FIGURES}
    return SpanRow(
        segmenter,
        encoder,
        top_k,
        len(lengths),
        float(lengths.mean()),
        len(scores),
        {name: float(column.mean()) for name, column in table.items()},
        {name: float(column.std()) for name, column in table.items()},
    )

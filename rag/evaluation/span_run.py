"""Segmenters, encoders and depths against evidence that is known by its characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from rag.config import Configuration, load
from rag.encoders.tokenizer import default_tokenizer
from rag.errors import UsageError
from rag.evaluation.corpus import Tell, prepared
from rag.evaluation.dataset import Dataset, Query
from rag.evaluation.run import EVALUATIONS
from rag.evaluation.spans import Mode, Passages, Ranges, SpanScores, in_tokens, ranges, span_scores
from rag.index import Progress
from rag.pipeline import Pipeline

__all__ = ["FIGURES", "SpanRow", "Unit", "evaluate_spans"]

FIGURES = ("recall", "precision", "iou", "precision_omega")
_MOST = 20
"""Passages at most where their number follows the references."""

Spec = str | Mapping[str, Any]
Unit = Literal["characters", "tokens"]


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One cell of a grid."""

    segmenter: str
    encoder: str
    top_k: int
    """-1: for each question as many passages as touch its references, up to 20."""
    passages: int
    """Of the corpus."""
    size: float
    """Characters or tokens of a passage, on the average."""
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
    unit: Unit = "characters",
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
        unit: what is counted. Tokens are those of the embedded tokenizer, whatever the encoder, so that encoders can be
            compared; a token that a range cuts counts as its own.
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
    rows: list[SpanRow] = []
    for segmenter, encoder in product(
        segmenters or [_own(plain, "segment")], encoders or [plain.get("encoder", "minilm")]
    ):
        step = {**_spec(retriever or "dense"), "top_k": depth}
        index = {**plain.get("index", {"path": "unused"}), "segment": segmenter}
        content = {"version": 1, "encoder": encoder, "index": index, "pipeline": [{"retrieve": step}]}
        varied = load(content, allow_import=configuration.allow_import)
        pipeline, _ = prepared(varied, dataset, indexes / "indexes", (), progress)
        scale = _Scale(pipeline, unit)
        corpus, lengths = _corpus(pipeline, scale)
        wanted = [_wanted(query, scale) for query in queries]
        ranked = [_scaled(passages, scale) for passages in _retrieved(pipeline, queries, progress)]
        for top_k in top_ks:
            scores = [_scored(pairs, found, corpus, top_k, mode) for pairs, found in zip(wanted, ranked, strict=True)]
            rows.append(_row(_name(segmenter), _name(encoder), top_k, lengths, scores))
    return rows


def _own(plain: Mapping[str, Any], key: str) -> Spec:
    given: Spec = plain.get("index", {}).get(key) or "recursive"
    return given


def _spec(given: Spec) -> dict[str, Any]:
    return {"use": given} if isinstance(given, str) else dict(given)


def _name(given: Spec) -> str:
    """`recursive:200`; a model by its own name."""
    spec = _spec(given)
    return ":".join([str(spec["use"]), *(str(spec[key]) for key in ("max_tokens", "model") if spec.get(key))])


class _Scale:
    """Ranges of characters as they are, or as ranges of the tokens of their document."""

    def __init__(self, pipeline: Pipeline, unit: Unit) -> None:
        self._pipeline = pipeline
        self._unit = unit
        self._tokens: dict[str, Ranges] = {}

    def __call__(self, source: str, pairs: ArrayLike) -> Ranges:
        """`[n, 2]` of a document in the unit that is counted."""
        if self._unit == "characters":
            return ranges(pairs)
        if source not in self._tokens:
            assert self._pipeline.store is not None
            with self._pipeline.store.reading() as snapshot:
                self._tokens[source] = ranges(default_tokenizer().offsets(snapshot.document_text(source)))
        return in_tokens(pairs, self._tokens[source])


def _scaled(passages: Sequence[tuple[str, int, int]], scale: _Scale) -> list[tuple[str, int, int]]:
    found = []
    for source, start, end in passages:
        ((first, last),) = scale(source, [(start, end)])
        found.append((source, int(first), int(last)))
    return found


def _corpus(pipeline: Pipeline, scale: _Scale) -> tuple[Passages, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Every passage of the index, and their lengths."""
    assert pipeline.store is not None
    of: dict[str, Ranges] = {}
    with pipeline.store.reading() as snapshot:
        for source in snapshot.sources():
            documents = snapshot.passages_of(source)
            of[source] = scale(source, [(passage.metadata["start"], passage.metadata["end"]) for passage in documents])
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


def _wanted(query: Query, scale: _Scale) -> dict[str, Ranges]:
    """Document to the ranges of its evidence."""
    found: dict[str, list[tuple[int, int]]] = {}
    for reference in query.references:
        found.setdefault(reference.source, []).append((reference.start, reference.end))
    return {source: scale(source, given) for source, given in found.items()}


def _scored(
    wanted: Mapping[str, Ranges], ranked: Sequence[tuple[str, int, int]], corpus: Passages, top_k: int, mode: Mode
) -> SpanScores:
    if top_k == -1:
        top_k = min(_MOST, corpus.number_touching(wanted, closed=mode == "faithful"))
    return span_scores(wanted, ranked[:top_k], corpus, mode=mode)


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

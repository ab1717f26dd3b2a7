"""Which tables and columns a question needs: first the tables, then their columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.index.encoding import encoder_of
from rag.index.inverted import idf
from rag.sql.schema import Column, Schema, Table
from rag.sql.values import Mention
from rag.words.analysis import Analyzer

__all__ = ["Focus", "Linker", "said"]

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\W]+")
_K1, _B = 1.2, 0.5


@dataclass(frozen=True, slots=True)
class Focus:
    """The part of a schema that a question needs."""

    schema: Schema
    scores: Mapping[str, float] = field(default_factory=dict)
    """Of every table that was scored, its best column's."""
    whole: bool = False
    """Whether it is all of the schema."""
    mentions: tuple[Mention, ...] = ()
    """Cell values in the question."""


def said(name: str) -> str:
    """A name as words: `pet_age` and `PetAge` as `pet age`."""
    return " ".join(part for part in _HUMP.split(name) if part)


class Linker:
    """Scores the columns of a schema against questions, by words (BM25) and by vectors.

    Args:
        schema: with examples and descriptions, as far as there are any.
        encoder: of the vectors.
        weight: what vectors count beside words, 0 to 1.
    """

    def __init__(self, schema: Schema, encoder: Embeddings, weight: float) -> None:
        self.schema = schema
        self.encoder = encoder_of(encoder)
        self.weight = weight
        self.columns = [(table, column) for table in schema.tables for column in table.columns]
        texts = [_text(table, column) for table, column in self.columns]
        self._terms = _Terms(texts)
        if weight:
            self._vectors = _unit(np.array(self.encoder.embed_documents(texts), np.float32))

    def scores(self, question: str) -> NDArray[np.float64]:
        """`[columns]`, 0 to 1 by words and by vectors each, then weighted."""
        by_words = self._terms.scores(question)
        highest = by_words.max(initial=0.0)
        scores: NDArray[np.float64] = by_words / highest if highest else by_words
        if not self.weight:
            return scores
        asked = _unit(np.array([self.encoder.embed_query(question)], np.float32))[0]
        near = (self._vectors @ asked).astype(np.float64)
        both: NDArray[np.float64] = (1 - self.weight) * scores + self.weight * np.clip(near, 0, 1)
        return both

    def focus(self, question: str, tables: int, columns: int, mentions: Sequence[Mention] = ()) -> Focus:
        """The best tables, closed over foreign keys, with the best columns of each.

        A table counts as much as its best column. Columns that hold a value which the question mentions are always
        among those chosen, and so are those of primary and foreign keys.
        """
        scores = self.scores(question)
        held = {(mention.table, mention.column) for mention in mentions}
        for place, (table, column) in enumerate(self.columns):
            if (table.name, column.name) in held:
                scores[place] += 1.0
        best: dict[str, float] = {}
        ranked: dict[str, list[tuple[float, str]]] = {}
        for score, (table, column) in zip(scores.tolist(), self.columns, strict=True):
            best[table.name] = max(best.get(table.name, 0.0), score)
            ranked.setdefault(table.name, []).append((-score, column.name))
        chosen = sorted(best, key=lambda name: -best[name])[:tables]
        wanted: dict[str, list[str] | None] = {}
        for name in self.schema.closed(chosen):
            kept = [column for _, column in sorted(ranked[name], key=lambda pair: pair[0])[:columns]]
            wanted[name] = [*kept, *(column for table, column in held if table == name)]
        schema = self.schema.only(wanted)
        told = {table.name: round(best[table.name], 4) for table in schema.tables}
        return Focus(
            schema, told, len(schema.tables) == len(self.schema.tables) and schema == self.schema, tuple(mentions)
        )


class _Terms:
    """BM25 over some short texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.analyzer = Analyzer()
        found = self.analyzer.batch(texts)
        self.place = {term: place for place, term in enumerate(found.vocabulary)}
        counts = np.zeros((len(texts), len(found.vocabulary)))
        np.add.at(counts, (np.repeat(np.arange(len(texts)), np.diff(found.offsets)), found.ids), 1)
        lengths = np.maximum(found.lengths, 1)
        norm = _K1 * (1 - _B + _B * lengths / lengths.mean()) if len(texts) else lengths
        weights = np.array([idf(len(texts), int(held)) for held in (counts > 0).sum(axis=0)])
        self.impacts = counts * (_K1 + 1) / (counts + norm[:, None]) * weights

    def scores(self, question: str) -> NDArray[np.float64]:
        found = [self.place[term] for term in set(self.analyzer.terms(question)) if term in self.place]
        total: NDArray[np.float64] = self.impacts[:, found].sum(axis=1)
        return total


def _text(table: Table, column: Column) -> str:
    """What is compared with a question: `table.column: type; description; values; examples`, names as words."""
    told = [column.type, table.description, column.description, column.values, ", ".join(column.examples)]
    return f"{said(table.name)}. {said(column.name)}: " + "; ".join(part for part in told if part)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    unit: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return unit

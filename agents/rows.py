"""Answers questions over the rows of a table by computing: which has the most, how many, which ones, how much."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import RunnableConfig
from pydantic import Field, PositiveInt

from rag.index import Index
from rag.index.snapshot import Snapshot
from rag.kinds import Agent, default_encoder
from rag.passages.parts import source_of
from rag.schema import Answer, Citation, Turn
from rag.tabular.computing import Result, compute
from rag.tabular.kinds import Kinds
from rag.tabular.known import Reading, known_tables, with_columns
from rag.tabular.question import asked
from rag.tabular.shape import Asked

_MAY_ASK = re.compile(
    r"\b(?:how (?:many|much)|number of|which|what|who|list|show|give|name|find|display|total|sum|average|mean|median|"
    r"most|least|lowest|fewest|\w{3,}est)\b",
    re.IGNORECASE,
)
_SIBLINGS = 3
"""Other files with the same columns that are looked at, whether they could be meant as well."""


class _Found(NamedTuple):
    reading: Reading
    asked: Asked
    result: Result


class Rows(Agent):
    """Answers a question over the rows of one table by rule; any other question passes unchanged.

    "Which flat in Berlin has the lowest rent?", "How many orders were late?", "List all plans with SSO", "What is the
    average price?": one passage rarely holds the rows that answer, and no reader counts. So where the first passages
    are rows of a table (CSV, Excel, JSON, or drawn in Markdown, HTML and Word files), all of its rows are read from the
    index, the words of the question are mapped to its columns and values, and the answer is computed: a superlative, a
    count, a list, a sum, a mean, a median, some of these for each group, or the cell of a row that is named. The rows
    that bear it are cited, and the steps behind are left out.

    It acts only where every word is understood, for one table alone: an unknown or ambiguous name, a column with cells
    that are no numbers, mixed units or `1.200` that may be one or the other leave the question to what follows. English
    only. Rows that are called total or average are not counted.

    The trace has the operation, the columns, the conditions and the numbers of rows.
    """

    index: Index
    """Has the tables."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """Judges whether the rows are what a noun of the question says."""
    within: PositiveInt = 5
    """First passages of which one must be of the table."""
    shown: PositiveInt = 20
    """Names of a list that are told at most."""
    cited: PositiveInt = 5
    """Rows that are cited at most; of a list as many as it names."""
    certain_from: Annotated[float, Field(ge=0, le=1)] = 0.8
    """How sure the reading of the question must be; less than 1 where a name is a part of a column's, or a guess."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with the answer, settled; or as it was."""
        sources = list(dict.fromkeys(source_of(passage) for passage in turn.passages if _is_tabular(passage)))
        if not sources or not _MAY_ASK.search(turn.search):
            return turn
        with self.index.reading() as snapshot:
            found = [one for source in sources for one in self._found(snapshot, source, turn.search)]
            if not found:
                return turn
            near = {source_of(passage) for passage in turn.passages[: self.within]}
            if len(found) > 1 or found[0].reading.source not in near or self._twins(snapshot, found[0], turn.search):
                return turn.with_(notes={"tables": [one.reading.source for one in found], "stopped": "not one table"})
            return self._answered(turn, snapshot, found[0])

    def warm_up(self) -> None:
        """Encodes the nouns that every question about rows is judged beside."""
        self._kinds.warm_up()

    @cached_property
    def _kinds(self) -> Kinds:
        return Kinds(self.encoder)

    def _found(self, snapshot: Snapshot, source: str, question: str) -> list[_Found]:
        """What each table of a document gives for a question."""
        found = []
        for reading in known_tables(snapshot, source).readings:
            read = asked(question, reading.names, self._kinds.of(reading.table))
            if read is None or read.certainty < self.certain_from:
                continue
            if (result := compute(read, reading.table, self.shown)) is not None:
                found.append(_Found(reading, read, result))
        return found

    def _twins(self, snapshot: Snapshot, found: _Found, question: str) -> bool:
        """Whether another file with the same columns could be meant as well."""
        others = [source for source in with_columns(snapshot, found.result.columns) if source != found.reading.source]
        if len(others) > _SIBLINGS:
            return True
        return any(self._found(snapshot, source, question) for source in others)

    def _answered(self, turn: Turn, snapshot: Snapshot, found: _Found) -> Turn:
        reading, result = found.reading, found.result
        spans = self._spans(found)
        passages: dict[str, Document] = {}
        citations: list[Citation] = []
        at = snapshot.passages_at(reading.source, [start for start, _ in spans])
        text = snapshot.document_text(reading.source)
        for (start, end), passage in zip(spans, at, strict=True):
            passages.setdefault(str(passage.id), passage)
            citations.append(
                Citation(
                    reading.source,
                    start,
                    end,
                    text[start:end],
                    page=passage.metadata.get("page"),
                    title=passage.metadata.get("title"),
                    passage_id=passage.id,
                    number=list(passages).index(str(passage.id)) + 1,
                )
            )
        marks = " ".join(f"[{number}]" for number in range(1, len(passages) + 1))
        answer = Answer(
            f"{result.text} {marks}",
            tuple(citations),
            tuple(passages.values()),
            confidence=round(found.asked.certainty, 3),
        )
        notes = _told(found)
        return turn.with_passages(answer.passages).with_(answer=answer, settled=True, notes=notes)

    def _spans(self, found: _Found) -> Sequence[tuple[int, int]]:
        """Where the rows stand that are cited."""
        table = found.reading.table
        if table.turned:
            columns = [condition.column for condition in found.asked.conditions]
            columns += [column for column in (found.asked.measure, *found.asked.select) if column is not None]
            rows = [column - 1 for column in dict.fromkeys(columns) if column] or [0]
        else:
            rows = list(found.result.rows)[: self.shown if found.result.operation == "list" else self.cited]
        return [table.spans[row] for row in rows]


def _is_tabular(passage: Document) -> bool:
    """Whether rows of a table may stand in a passage."""
    return (
        passage.metadata.get("format") in ("csv", "xlsx")
        or "columns" in passage.metadata
        or "|" in passage.page_content
    )


def _told(found: _Found) -> dict[str, Any]:
    """For the trace."""
    names, made = found.reading.table.names, found.asked
    told: dict[str, Any] = {"table": found.reading.source, "operation": found.result.operation}
    if made.measure is not None:
        told["column"] = names[made.measure]
    if made.by is not None:
        told["by"] = names[made.by]
    if made.conditions:
        told["conditions"] = [
            " ".join([names[one.column], one.operator, " or ".join(one.texts or tuple(map(str, one.numbers)))]).strip()
            for one in made.conditions
        ]
    told |= {"rows": len(found.reading.table), "counted": found.result.counted}
    return told | ({"missing": found.result.missing} if found.result.missing else {})

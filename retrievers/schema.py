"""Retrieval of what a database's schema has for a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from time import monotonic
from typing import Annotated, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from pydantic import Field, NonNegativeInt, PositiveInt

from rag.errors import UsageError
from rag.index.filters import matcher
from rag.kinds import Retriever, default_encoder
from rag.sql.database import Database, opened
from rag.sql.described import described
from rag.sql.linking import Focus, Linker
from rag.sql.schema import Schema as Tables
from rag.sql.schema import Table
from rag.sql.values import Values, examples_of

_FRESH = 60.0
"""Seconds for which a database that keeps changing is not read anew."""


class Schema(Retriever):
    """The tables of a database that a question needs, each a passage: its columns, their types, values and keys.

    A schema that fits into `max_tokens` is given whole. Of a larger one the `tables` whose columns score best, by words
    and by vectors, with the `columns` of each that do, and always the columns of keys and the tables between those
    chosen, so that what is given can be joined (DFIN-SQL's table and column linking [1]).

    Needs no index. The database is only read.

    [1] Volvovsky et al.: DFIN-SQL, Integrating Focused Schema with DIN-SQL for Superior Accuracy in Large-Scale
        Databases (2024), arXiv 2403.00872.
    """

    encoder: Embeddings = Field(default_factory=default_encoder)
    """Of the vectors."""
    database: str = ""
    """The path of an SQLite file, or an address that SQLAlchemy takes (extra `sql`)."""
    descriptions: str | None = None
    """What tables and columns mean: a YAML or CSV file, or a folder with a CSV file a table, as BIRD has them."""
    max_tokens: PositiveInt | None = 1500
    """Tokens of a schema that is given whole; None: every schema is."""
    tables: PositiveInt = 6
    """Tables chosen of a larger one, those between them not counted."""
    columns: PositiveInt = 8
    """Columns of each, keys not counted."""
    weight: Annotated[float, Field(ge=0, le=1)] = 0.8
    """What vectors count beside words."""
    examples: NonNegativeInt = 3
    """Values shown of a column; 0 where no data is to leave the database in a prompt."""
    values: NonNegativeInt = 5000
    """Different texts of a column that are looked for in a question; 0: none."""

    def focus(self, question: str) -> Focus:
        """What the question needs, and the cell values that it mentions.

        Raises:
            UsageError: there is no database, or it cannot be read.
        """
        known = self._known
        mentions = known.values.mentioned(question)
        if known.tokens is None or self.max_tokens is None or known.tokens <= self.max_tokens:
            return Focus(known.schema, whole=True, mentions=tuple(mentions))
        return known.linker(self).focus(question, self.tables, self.columns, mentions)

    def open(self) -> Database:
        """The database.

        Raises:
            UsageError: there is none.
        """
        if not self.database:
            raise UsageError(
                "no database to ask: give `database` of the retriever `schema`, the path of an SQLite file, "
                "in the preset dfin-sql by RAG_DATABASE"
            )
        return opened(self.database)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        found = self.focus(query)
        passages = [self._passage(found, table) for table in found.schema.tables]
        passages.sort(key=lambda passage: -passage.metadata["score"])
        wanted = matcher(filter) if filter else None
        return [passage for passage in passages if wanted is None or wanted(passage.metadata)]

    def _passage(self, focus: Focus, table: Table) -> Document:
        text = focus.schema.about(table)
        score = focus.scores.get(table.name, 1.0)
        metadata = {"source": self.database, "start": 0, "end": len(text), "title": table.name, "score": score}
        return Document(text, id=f"{self.database}#{table.name}", metadata=metadata)

    @property
    def _known(self) -> _Known:
        with self._lock:
            held, database = self._held, self.open()
            stamp = database.stamp()
            if "known" not in held or (held["known"].stamp != stamp and monotonic() > held["known"].until):
                held["known"] = self._read(database, stamp)
            found: _Known = held["known"]
            return found

    @cached_property
    def _held(self) -> dict[str, _Known]:
        return {}

    @cached_property
    def _lock(self) -> Any:
        return Lock()

    def _read(self, database: Database, stamp: str) -> _Known:
        """Everything that questions are compared with."""
        from rag.encoders.tokenizer import default_tokenizer

        schema = database.schema()
        if self.descriptions:
            schema = described(schema, self.descriptions)
        schema = replace(schema, tables=tuple(self._shown(database, table) for table in schema.tables))
        tokens = default_tokenizer().count([str(schema)])[0]
        return _Known(stamp, monotonic() + _FRESH, schema, tokens, Values.of(database, schema, self.values))

    def _shown(self, database: Database, table: Table) -> Table:
        """With examples of its values."""
        if not self.examples:
            return table
        columns = [
            replace(
                column, examples=examples_of(database.values(table.name, column.name, 3 * self.examples), self.examples)
            )
            for column in table.columns
        ]
        return replace(table, columns=tuple(columns))


@dataclass
class _Known:
    """A database as it was when it was read."""

    stamp: str
    until: float
    schema: Tables
    tokens: int | None
    values: Values
    made: Linker | None = None

    def linker(self, asked: Schema) -> Linker:
        """Made when a question first needs it: small schemas need none."""
        if self.made is None:
            self.made = Linker(self.schema, asked.encoder, asked.weight)
        return self.made

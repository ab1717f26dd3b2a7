"""Answers a question from a database: writes a query, lets the database run it, and says what it gave (DIN-SQL)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from rag.kinds import Agent
from rag.schema import Answer, Citation, Turn
from rag.spending.allowance import current
from rag.sql.database import Database, Rows, StatementError
from rag.sql.linking import Focus
from rag.sql.prompts import Prompts, load_prompts
from rag.sql.rules.translate import translate
from rag.sql.shown import answer_text, as_table, row_numbers
from rag.sql.source import Source
from rag.sql.writing import Steps, Writer, Written

_NO_QUERY = "I cannot put this question into a query over the database"
_LEAST = 0.05
"""Seconds that a query is given even where no time is left."""
_WITHOUT = ". A chat model (`llm`) understands more than the rules that were used."
_FAILED = "The database did not take the query that was written for this question: {error}"


class TextToSql(Agent):
    """Writes an SQL query for the question, runs it, and answers with what it gave [1].

    With a chat model, in up to six calls: the tables and columns that matter, where the schema is small enough to be
    shown whole (of a larger one the retriever has chosen them) [2]; schema links; the class of the question; the query,
    asked for by class; a look over it; and where the database refuses it, again with the database's message, which is
    an addition to the paper (`rounds: 0` is without it). A reply that cannot be read costs its step, not the answer.

    Without a model, rules put together what they are sure of: counts, lists, filters, superlatives, aggregates, groups
    and joins over foreign keys; a question of which a part is not understood is not answered.

    The database is only read: see `rag.sql.database`. The answer is a value or a table of at most `shown` rows, its
    citation the database with tables and, where they can be told, rows; the query is in the trace (`sql`) and in the
    metadata of the answer's passage, which holds the rows that were read.

    [1] Pourreza, Rafiei: DIN-SQL, Decomposed In-Context Learning of Text-to-SQL with Self-Correction (2023),
        arXiv 2304.11015.
    [2] Volvovsky et al.: DFIN-SQL, Integrating Focused Schema with DIN-SQL for Superior Accuracy in Large-Scale
        Databases (2024), arXiv 2403.00872.
    """

    retrieve: BaseRetriever
    """Knows the database: `schema`."""
    by: Literal["auto", "llm", "rules"] = "auto"
    """What writes the query; `auto` is `llm` where there is one."""
    llm: BaseChatModel | None = None
    """Writes the query."""
    focus: bool = True
    """Whether the model is asked which tables matter, where the schema is shown whole."""
    link: bool = True
    """Whether it links the question's words to the schema first."""
    classify: bool = True
    """Whether it tells the class of the question first; without, every question is taken as nested."""
    correct: bool = True
    """Whether it looks over its query."""
    rounds: NonNegativeInt = 2
    """Times that it may write the query anew, where the database does not take it."""
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.7
    """Of a query by rules, from which it is run."""
    rows: PositiveInt = 200
    """Rows read at most."""
    shown: PositiveInt = 20
    """Rows in the answer's text at most."""
    seconds: PositiveFloat = 5.0
    """Time that a query may take."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones: `rag/sql/prompts.yaml` explains its keys."""

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        if not isinstance(self.retrieve, Source):
            raise ValueError(f"retrieve: {type(self.retrieve).__name__} knows no database; take schema")
        if self.by == "llm" and self.llm is None:
            raise ValueError("by: llm needs a chat model: give `llm`, at the root or here")
        return self

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with what the query gave.

        Raises:
            UsageError: there is no database, or it cannot be read.
        """
        source = self.retrieve
        assert isinstance(source, Source)  # looked at when it was built
        database, focus = source.open(), source.focus(turn.search)
        if self.llm is not None and self.by != "rules":
            written = Writer(self.llm, self._prompts, database, self._steps, config).written(turn.search, focus)
            if not written.sql:
                ruled = self._ruled(turn.search, focus, database)
                notes = {**written.notes, **ruled.notes, "fallback": written.error or "the model wrote no query"}
                written = Written(ruled.sql, ruled.rows, ruled.error, written.usage, notes, ruled.confidence)
        else:
            written = self._ruled(turn.search, focus, database)
        return self._answered(turn, focus, database, written)

    @cached_property
    def _prompts(self) -> Prompts:
        return load_prompts(self.prompts)

    @property
    def _steps(self) -> Steps:
        return Steps(self.focus, self.link, self.classify, self.correct, self.rounds, self.rows, self._time)

    @property
    def _time(self) -> float:
        """Seconds that a query may take: no more than are left of the pipeline's limit."""
        allowance = current()
        return self.seconds if allowance is None else max(_LEAST, min(self.seconds, allowance.left))

    def _ruled(self, question: str, focus: Focus, database: Database) -> Written:
        """A query by rules, run."""
        found = translate(question, focus.schema, focus.mentions)
        notes: dict[str, Any] = {"by": "rules"}
        if found.left:
            notes["not_understood"] = list(found.left)
        if not found.sql or found.confidence < self.min_confidence:
            if found.sql:
                notes["unsure_of"] = found.sql
            return Written("", notes=notes, confidence=round(found.confidence, 3))
        sql = database.native(found.sql)
        try:
            rows, error = database.run(sql, rows=self.rows, seconds=self._time), ""
        except StatementError as refused:
            rows, error = None, str(refused)
        return Written(sql, rows, error, notes=notes, confidence=round(found.confidence, 3) if rows else 0.0)

    def _answered(self, turn: Turn, focus: Focus, database: Database, written: Written) -> Turn:
        notes = {**written.notes}
        if not focus.whole:
            notes["tables"] = [table.name for table in focus.schema.tables]
        if written.sql:
            notes["sql"] = written.sql
        usage = turn.usage + written.usage
        if written.rows is None:
            text = _FAILED.format(error=written.error) if written.error else self._unable(notes)
            answer = Answer(text, confidence=written.confidence, abstained=True)
            return turn.with_(answer=answer, usage=usage, notes=notes, passages=())
        passage = self._passage(database, written.sql, written.rows)
        cited = Citation(
            database.name,
            0,
            len(written.sql),
            written.sql,
            title=passage.metadata["title"],
            passage_id=passage.id,
            number=1,
        )
        text = answer_text(written.rows, self.shown)
        text = f"{text}\n\n[1]" if "\n" in text else f"{text} [1]"
        answer = Answer(text, (cited,), (passage,), confidence=written.confidence)
        notes["rows"] = len(written.rows.rows)
        return turn.with_(answer=answer, usage=usage, notes=notes, passages=(passage,))

    def _unable(self, notes: Mapping[str, Any]) -> str:
        """Why there is no answer."""
        words = ", ".join(f'"{word}"' for word in notes.get("not_understood", ()))
        told = f": not understood {words}" if words else ""
        return f"{_NO_QUERY}{told}{_WITHOUT if self.llm is None or self.by == 'rules' else '.'}"

    def _passage(self, database: Database, statement: str, found: Rows) -> Document:
        """The query and the rows that were read, with where they come from."""
        text = f"{statement}\n\n{as_table(found, self.rows)}"
        numbers = row_numbers(database, statement, self.shown, self._time) if found.rows else ()
        title = ", ".join(found.tables) or "query"
        if numbers:
            title += f", row{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
        metadata = {
            "source": database.name, "start": 0, "end": len(text), "title": title, "sql": statement, "score": 1.0,
        }  # fmt: skip
        if numbers:
            metadata["rowids"] = list(numbers)
        return Document(text, id=f"{database.name}#{statement}", metadata=metadata)

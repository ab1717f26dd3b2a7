"""A chat model writes a query, step by step: schema links, class, query, a look over it (DIN-SQL).

[1] Pourreza, Rafiei: DIN-SQL (2023), arXiv 2304.11015, section 4.
[2] Volvovsky et al.: DFIN-SQL (2024), arXiv 2403.00872.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from rag.generators.asking import Said, ask
from rag.schema import Usage
from rag.spending.allowance import time_for
from rag.sql.database import Database, Rows, StatementError
from rag.sql.linking import Focus
from rag.sql.prompts import Prompts
from rag.sql.reply import Label, label_in, links_in, parts_in, statement_in, wanted_in

__all__ = ["Steps", "Writer", "Written"]

_PROMPT: Mapping[Label, str] = {"EASY": "easy", "NON-NESTED": "joined", "NESTED": "nested"}


@dataclass(frozen=True, slots=True)
class Steps:
    """Which steps are taken, and what a query may cost: the fields of the agent."""

    focus: bool
    link: bool
    classify: bool
    correct: bool
    rounds: int
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Written:
    """A query, and what it gave."""

    sql: str = ""
    """Empty where none was written."""
    rows: Rows | None = None
    """None where it was not run, or the database did not take it."""
    error: str = ""
    usage: Usage = field(default_factory=Usage)
    notes: Mapping[str, Any] = field(default_factory=dict)
    """For the trace."""
    confidence: float | None = None


class Writer:
    """One question's way through the steps.

    Args:
        llm: the model.
        prompts: what it is told.
        database: is asked.
        steps: which are taken, and how much a query may cost.
        config: of the step that asks.
    """

    def __init__(
        self, llm: BaseChatModel, prompts: Prompts, database: Database, steps: Steps, config: RunnableConfig | None
    ) -> None:
        self.llm, self.prompts, self.database, self.steps, self.config = llm, prompts, database, steps, config
        self.usage = Usage()
        self.notes: dict[str, Any] = {"by": "llm"}
        self.failures: list[str] = []

    def written(self, question: str, focus: Focus) -> Written:
        """The query and what it gave."""
        if focus.whole and self.steps.focus:
            focus = self._focused(question, focus)
        links = self._links(question, focus) if self.steps.link else ()
        label, parts = self._class(question, focus, links) if self.steps.classify else ("NESTED", ())
        more = {"links": ", ".join(links), "parts": "\n".join(f"- {part}" for part in parts) or "- none was found"}
        sql = statement_in(self._said(_PROMPT[label], question, focus, **more).text)
        if sql and self.steps.correct:
            sql = statement_in(self._said("correct", question, focus, sql=sql).text) or sql
        rows, error, sql = self._tried(question, focus, sql)
        if self.failures:
            self.notes["failures"] = self.failures
        return Written(
            sql, rows, error or (self.failures[-1] if self.failures and not sql else ""), self.usage, self.notes
        )

    def _said(self, name: str, question: str, focus: Focus, **more: str) -> Said:
        """A reply; a failure is noted."""
        asked = self.prompts.messages(name, focus, self.database.dialect, question, **more)
        said = ask(self.llm, asked, self.config, name)
        self.usage += said.usage
        if said.failure:
            self.failures.append(f"{name}: {said.failure}")
        return said

    def _focused(self, question: str, focus: Focus) -> Focus:
        """The tables and columns that the model names; all where it names none."""
        wanted = wanted_in(self._said("focus", question, focus).text, focus.schema)
        if not wanted:
            return focus
        held = [(mention.table, mention.column) for mention in focus.mentions]
        columns = {name: [*some, *(one for table, one in held if table == name)] for name, some in wanted.items()}
        self.notes["model_tables"] = list(wanted)
        return replace(focus, schema=focus.schema.only({name: some or None for name, some in columns.items()}))

    def _links(self, question: str, focus: Focus) -> tuple[str, ...]:
        links = links_in(self._said("link", question, focus).text)
        self.notes["links"] = list(links)
        return links

    def _class(self, question: str, focus: Focus, links: tuple[str, ...]) -> tuple[Label, tuple[str, ...]]:
        said = self._said("classify", question, focus, links=", ".join(links)).text
        label = label_in(said)
        parts = parts_in(said) if label == "NESTED" else ()
        self.notes["class"] = label
        if parts:
            self.notes["parts"] = list(parts)
        return label, parts

    def _tried(self, question: str, focus: Focus, sql: str) -> tuple[Rows | None, str, str]:
        """What the query gave, or the one that the model wrote in its place; else the database's message."""
        errors: list[str] = []
        took = 0.0
        for left in range(self.steps.rounds if sql else 0, -1, -1):
            if not sql:
                break
            try:
                rows = self.database.run(sql, rows=self.steps.rows, seconds=self.steps.seconds)
            except StatementError as refused:
                errors.append(str(refused))
            else:
                self._note(errors)
                return rows, "", sql
            if not left or (took and time_for(took)):
                break
            started = perf_counter()
            said = self._said("repair", question, focus, sql=sql, error=errors[-1])
            took = perf_counter() - started
            new = statement_in(said.text)
            if not new or new == sql:
                break
            sql = new
        self._note(errors)
        return None, errors[-1] if errors else "", sql

    def _note(self, errors: list[str]) -> None:
        if errors:
            self.notes["errors"] = errors

"""What knows a database, whatever it is: the retriever `schema`, or another that can do the same."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from rag.sql.database import Database
from rag.sql.linking import Focus

__all__ = ["Source"]


@runtime_checkable
class Source(Protocol):
    """A database, and what of its schema a question needs."""

    def open(self) -> Database:
        """The database.

        Raises:
            UsageError: there is none.
        """

    def focus(self, question: str) -> Focus:
        """What the question needs, and the cell values that it mentions.

        Raises:
            UsageError: there is no database, or it cannot be read.
        """

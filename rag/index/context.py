"""What is put in front of a passage when it is encoded, so that it can be understood alone [1].

[1] "Introducing Contextual Retrieval" (2024), for the form written by a model.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from xxhash import xxh3_128_hexdigest

from rag.errors import ModelError, RagError, UsageError
from rag.index.manifest import fingerprint
from rag.index.view import Passage
from rag.passages.rows import COLUMNS

__all__ = ["Contexts", "headings_context"]

_WINDOW = 12_000
"""Characters of the document shown to the model on each side of the passage."""
_AT_ONCE = 8
"""Requests that run side by side."""
_PROMPT = """A document, or the part of it around one passage:
<document>
{document}
</document>
The passage:
<passage>
{passage}
</passage>
Write one short sentence, in the language of the passage, that says what the passage is about and what in the
document it belongs to, so that it is found by a search for it alone. Name what its
pronouns stand for. Give only the sentence."""


class Contexts:
    """Writes the context of passages. What a model wrote is kept in SQLite, so that it is never paid for twice."""

    def __init__(
        self,
        mode: Literal["none", "headings", "llm"],
        llm: BaseChatModel | None,
        connection: sqlite3.Connection,
        *,
        ask: bool = True,
    ) -> None:
        if mode == "llm" and llm is None:
            raise UsageError("index.contextual is llm, but there is no llm: add one at the configuration's root")
        self._mode = mode
        self._llm = llm
        self._connection = connection
        self._ask = ask
        """False where nothing may be spent."""

    def of(self, document: Document, digest: str, passages: Sequence[Passage]) -> list[str]:
        """A context for each passage of a document; `digest` identifies the document's text and metadata.

        Raises:
            ModelError: the model failed for good.
        """
        if self._mode == "none":
            return [""] * len(passages)
        headings = [_known(passage.metadata) for passage in passages]
        if self._mode == "headings":
            return headings
        written = self._written(document.page_content, digest, passages)
        return ["\n".join(filter(None, pair)) for pair in zip(headings, written, strict=True)]

    def _written(self, text: str, digest: str, passages: Sequence[Passage]) -> list[str]:
        named = f"{fingerprint(self._llm)}\x1f{digest}"
        keys = [xxh3_128_hexdigest(f"{named}\x1f{p.start}\x1f{p.end}".encode()) for p in passages]
        find = "SELECT text FROM contexts WHERE key = ?"
        found = {key: row[0] for key in keys if (row := self._connection.execute(find, (key,)).fetchone())}
        todo = [(key, passage) for key, passage in zip(keys, passages, strict=True) if key not in found]
        for start in range(0, len(todo) if self._ask else 0, _AT_ONCE):
            some = todo[start : start + _AT_ONCE]
            said = self._answers([self._prompt(text, passage) for _, passage in some])
            rows = [(key, sentence) for (key, _), sentence in zip(some, said, strict=True)]
            self._connection.executemany("INSERT OR REPLACE INTO contexts VALUES (?, ?)", rows)
            found.update(rows)
        return [found.get(key, "") for key in keys]

    def _prompt(self, text: str, passage: Passage) -> str:
        around = text[max(0, passage.start - _WINDOW) : passage.end + _WINDOW]
        return _PROMPT.format(document=around, passage=passage.text)

    def _answers(self, prompts: list[str]) -> list[str]:
        assert self._llm is not None
        try:
            messages = self._llm.batch(list(prompts), {"max_concurrency": _AT_ONCE})
        except RagError:
            raise
        except Exception as error:
            raise ModelError(f"the model that writes contexts failed: {error}. What it wrote is kept") from error
        return [" ".join(str(message.text).split()) for message in messages]


def _known(metadata: Mapping[str, Any]) -> str:
    """The headings above a passage and the names of the columns that its first rows are of."""
    columns = " | ".join(map(str, metadata.get(COLUMNS) or ()))
    return "\n".join(filter(None, (headings_context(metadata), columns)))


def headings_context(metadata: Mapping[str, Any]) -> str:
    """A passage's title and the path of headings above it, each once: `Travel policy > Abroad`."""
    names = [str(metadata.get("title") or "").strip(), *(str(name).strip() for name in metadata.get("headings") or ())]
    return " > ".join(dict.fromkeys(name for name in names if name))

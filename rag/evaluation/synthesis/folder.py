"""The folder that questions are written to: a data set that `rag eval` reads, and the record of how it was made.

`corpus.jsonl` holds the documents and `queries.jsonl` a question a line, in BEIR layout; `synthesis.json` says from
what and how they were made. `asked.jsonl` has a line for each window that a model was asked about, appended as replies
come: whatever stands there is never asked again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluation.journal import Held, append, entries, line_of, read_object, replace_text
from rag.evaluation.synthesis.draft import Question

__all__ = ["Folder"]

_RECORD, _ASKED, _QUERIES, _CORPUS = "synthesis.json", "asked.jsonl", "queries.jsonl", "corpus.jsonl"
_SAID = {
    "release": "release of this program",
    "documents": "documents (they have changed, or others were named)",
    "window_tokens": "size of windows",
    "relevance": "least relevance",
    "similarity": "similarity of duplicates",
}


class Folder(Held):
    """A data set in the making. One process uses it at a time.

    Args:
        path: where.
        made_from: what the questions depend on, by name.
    """

    def __init__(self, path: Path, made_from: Mapping[str, Any]) -> None:
        super().__init__(path)
        self.made_from = dict(made_from)

    def check(self, *, fresh: bool = False) -> None:
        """Whether questions can be added here.

        Raises:
            UsageError: the folder holds something else; says what differs.
        """
        if self.path.exists() and not self.path.is_dir():
            raise UsageError(f"{self.path} is a file; --out names a folder")
        there = read_object(self.path / _RECORD)
        if there is None:
            if any((self.path / name).exists() for name in (_QUERIES, _CORPUS)):
                raise UsageError(
                    f"{self.path} holds a data set that `rag synthesize` did not make: name another folder (--out)"
                )
            return
        before = there.get("made_from", {})
        differs = [_SAID.get(name, name) for name, value in self.made_from.items() if before.get(name) != value]
        if differs and not fresh:
            raise UsageError(
                f"{self.path} was made with another {', another '.join(differs)}; name another folder (--out), or "
                "--fresh to replace it"
            )

    def open(self, corpus: str, *, fresh: bool = False) -> None:
        """Makes the folder, takes it, and writes the corpus; `fresh` forgets what an earlier run left.

        Raises:
            UsageError: something else stands there, or another process is at work there.
        """
        self.check(fresh=fresh)
        self.take("making questions there")
        if fresh:
            for name in (_ASKED, _QUERIES):
                (self.path / name).unlink(missing_ok=True)
        replace_text(self.path / _RECORD, json.dumps({"made_from": self.made_from}, indent=1) + "\n")
        replace_text(self.path / _CORPUS, corpus)

    def asked(self, *, fresh: bool = False) -> Iterator[dict[str, Any]]:
        """What earlier runs asked, where they made the same."""
        there = read_object(self.path / _RECORD)
        if not fresh and there is not None and there.get("made_from") == self.made_from:
            yield from entries(self.path / _ASKED)

    def keep(self, entry: Mapping[str, Any], question: Question | None) -> None:
        """A window was asked about; it is on the disk when this returns."""
        append(self.path / _ASKED, entry, durable=True)
        if question is not None:
            append(self.path / _QUERIES, question.to_dict())

    def write(self, questions: Iterable[Question]) -> None:
        """The questions so far."""
        replace_text(self.path / _QUERIES, "".join(line_of(question.to_dict()) for question in questions))

    def finish(self, record: Mapping[str, Any]) -> None:
        """How it went."""
        told = json.dumps({"made_from": self.made_from, **record}, indent=1, ensure_ascii=False, default=str)
        replace_text(self.path / _RECORD, told + "\n")

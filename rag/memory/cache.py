"""Answers given before, for questions that say the same; none whose documents changed.

An SQLite file beside the index. An answer is found by the question's meaning, under the same pipeline, history and
filter, and holds as long as every document that its passages came from has the content it had: that is looked up each
time in the state of the index that the turn reads, so an update never has to find the answers it makes wrong.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from pydantic import Field, PositiveInt

from rag.component import Component
from rag.index.kept import key_of
from rag.kinds import Encoder, default_encoder
from rag.passages.parts import source_of
from rag.schema import Answer, Citation, Turn
from rag.words.analysis import Analyzer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.index import Snapshot

__all__ = ["Cache", "Found", "same_things"]

FILE = "answers.sqlite"
_BUSY_S = 5.0
_TABLE = """CREATE TABLE IF NOT EXISTS answers (
  key TEXT NOT NULL, question TEXT NOT NULL, vector BLOB NOT NULL, sources TEXT NOT NULL, answer TEXT NOT NULL,
  made REAL NOT NULL, PRIMARY KEY (key, question)
) WITHOUT ROWID"""


class Found:
    """A kept answer, and the question that it was given to."""

    def __init__(self, question: str, likeness: float, answer: Answer) -> None:
        self.question = question
        self.likeness = likeness
        self.answer = answer


class Cache(Component):
    """Keeps answers. Threads and processes may share the file; deleting it costs time and nothing else."""

    path: Path | None = None
    """The file; beside the index where not given."""
    similarity: Annotated[float, Field(ge=0, le=1)] = 0.97
    """Cosine of two questions from which they mean the same, if they also have the same words but for their forms and
    their order, and neither turns the other round."""
    max_answers: PositiveInt = 10_000
    """Answers that are kept, the latest."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """Compares questions."""

    def find(self, turn: Turn, settings: str, snapshot: Snapshot) -> Found | None:
        """The answer to the likest question whose documents are what they were; None where there is none.

        Args:
            turn: a question with its history and filter.
            settings: what else an answer depends on: the pipeline.
            snapshot: the state of the index that the turn reads.
        """
        file, key = self._file(snapshot), _key(turn, settings)
        if not file.exists():
            return None
        try:
            with closing(self._connect(file)) as connection:
                rows = connection.execute("SELECT question, vector FROM answers WHERE key = ?", (key,)).fetchall()
                for question, likeness in self._alike(turn.question, rows):
                    if answer := _current(connection, key, question, snapshot):
                        return Found(question, likeness, answer)
        except sqlite3.Error:  # a damaged or locked cache is an empty one
            return None
        return None

    def keep(self, turn: Turn, settings: str, answer: Answer, snapshot: Snapshot) -> bool:
        """Keeps an answer; not one that abstains, was cut short by limits, or rests on what the index does not hold."""
        sources = {source_of(passage) for passage in answer.passages} | {one.source for one in answer.citations}
        hashes = _hashes(sources, snapshot)
        short = any("skipped" in span.detail or "over" in span.detail for span in answer.trace)
        if answer.abstained or short or not sources or len(hashes) < len(sources):
            return False
        try:
            said = json.dumps(_plain(answer))
            row = (_key(turn, settings), turn.question, self._vectors([turn.question])[0].tobytes())
            with closing(self._connect(self._file(snapshot))) as connection, connection:
                connection.execute(_TABLE)
                values = (*row, json.dumps(hashes), said, time())
                connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", values)
                spare = (
                    "DELETE FROM answers WHERE made < (SELECT made FROM answers ORDER BY made DESC LIMIT 1 OFFSET ?)"
                )
                connection.execute(spare, (self.max_answers - 1,))
        except (sqlite3.Error, TypeError, OSError):  # metadata that JSON cannot say, a folder that is read-only
            return False
        return True

    def _file(self, snapshot: Snapshot) -> Path:
        return self.path or snapshot.folder / FILE

    def _connect(self, file: Path) -> sqlite3.Connection:
        return sqlite3.connect(file, timeout=_BUSY_S)

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if isinstance(self.encoder, Encoder):
            return self.encoder.encode(texts, query=True)
        rows = np.array([self.encoder.embed_query(text) for text in texts], np.float32)
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))

    def _alike(self, question: str, rows: Sequence[tuple[str, bytes]]) -> list[tuple[str, float]]:
        """The questions that mean the same, likest first; the very same one needs no encoder."""
        if any(asked == question for asked, _ in rows):
            return [(question, 1.0)]
        able = [(asked, vector) for asked, vector in rows if same_things(question, asked)]
        if not able:
            return []
        mine = self._vectors([question])[0]
        able = [(asked, vector) for asked, vector in able if len(vector) == mine.nbytes]
        cosines = np.array([np.frombuffer(vector, np.float32) @ mine for _, vector in able])
        order = [int(place) for place in np.argsort(-cosines, kind="stable") if cosines[place] >= self.similarity]
        return [(able[place][0], float(cosines[place])) for place in order]


def same_things(one: str, other: str) -> bool:
    """Whether two questions say the same but for order, inflection and words that carry nothing.

    They name the same numbers and names, the names in the same order, and have the same words by their stems; and of
    words that turn a question round neither has one that the other lacks.
    """
    first, second = _words(one), _words(other)
    if _telling(first) != _telling(second):
        return False
    names = {word.casefold() for text in (one, other) for word in _NAME.findall(text.replace("’", "'"))}
    if [word for word in first if word in names] != [word for word in second if word in names]:
        return False
    analyzer = Analyzer()
    return set(analyzer.terms(one)) == set(analyzer.terms(other))


_NAME = re.compile(r"(?<!^)\b[A-Z][\w'’-]*")
_TURNING: frozenset[str] = frozenset().union(
    *(
        some.split()
        for some in (
            "by from to into not no never without except nor none nobody nothing cannot doesnt didnt isnt arent wasnt",
            "wont before after first last earliest latest most least more less fewer largest smallest biggest",
            "highest lowest high low oldest youngest newest old new minimum maximum increase decrease begin end",
            "start stop over under above below inside outside with allowed forbidden must may best worst buy sell",
            "arrive leave open close male female one two three four five six seven eight nine ten who what when",
            "where why how which whose much many long often monday tuesday wednesday thursday friday saturday",
            "sunday january february march april june july august september october november december",
        )
    )
)
"""Words that turn a question round, or ask for something else, in English."""


def _telling(words: Sequence[str]) -> list[str]:
    """The numbers, negations and other words that turn a question round, sorted."""
    told = ("not" if word.endswith("n't") else word for word in words)
    return sorted(word for word in told if word in _TURNING or any(map(str.isdigit, word)))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.casefold().replace("’", "'"))


def _key(turn: Turn, settings: str) -> str:
    said = [f"{message.type}: {message.text}" for message in turn.history]
    return key_of(settings, *said, json.dumps(turn.filter, sort_keys=True, default=repr))


def _hashes(sources: set[str], snapshot: Snapshot) -> dict[str, str]:
    """The content hash of each document that the index holds."""
    now = (snapshot.generation, snapshot.generation)
    query = "SELECT source, hash FROM documents WHERE source = ? AND born <= ? AND (died IS NULL OR died > ?)"
    return dict(row for source in sorted(sources) for row in snapshot.select(query, (source, *now)))


def _current(connection: sqlite3.Connection, key: str, question: str, snapshot: Snapshot) -> Answer | None:
    """A kept answer, if its documents are what they were; forgotten if they are not."""
    chosen = "SELECT sources, answer FROM answers WHERE key = ? AND question = ?"
    row = connection.execute(chosen, (key, question)).fetchone()
    if row is None:
        return None
    hashes = json.loads(row[0])
    if _hashes(set(hashes), snapshot) == hashes:
        return _answer(json.loads(row[1]))
    with connection:
        gone = "DELETE FROM answers WHERE key = ? AND question = ? AND sources = ?"
        connection.execute(gone, (key, question, row[0]))
    return None


def _plain(answer: Answer) -> dict[str, Any]:
    return {
        "text": answer.text,
        "citations": [asdict(citation) for citation in answer.citations],
        "passages": [
            {"id": one.id, "page_content": one.page_content, "metadata": one.metadata} for one in answer.passages
        ],
        "route": answer.route,
        "confidence": answer.confidence,
    }


def _answer(said: Mapping[str, Any]) -> Answer:
    return Answer(
        said["text"],
        tuple(Citation(**citation) for citation in said["citations"]),
        tuple(Document(**passage) for passage in said["passages"]),
        route=said["route"],
        confidence=said["confidence"],
    )

"""Questions with what is known about their answers: folders in BEIR layout [1], and files of questions.

[1] Thakur et al.: BEIR, A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval Models (2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from xxhash import xxh3_128

from rag.errors import UsageError
from rag.evaluation.rows import opened, rows

__all__ = ["Dataset", "Query", "Reference", "find_file", "fingerprint", "read_dataset", "rows"]

_TEXT = ("text", "question", "query")
_ANSWERS = ("answers", "answer")
_REFERENCES = ("references", "reference")
_SAID = {
    **dict.fromkeys(("true", "yes", "1"), True),
    **dict.fromkeys(("false", "no", "0"), False),
    **dict.fromkeys(("", "none"), None),
}


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A place that holds the evidence: characters of a document's text, half open."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """A question and what is known about it. What is not known is None or empty, and is not measured."""

    id: str
    text: str
    answers: tuple[str, ...] | None = None
    """Any of these is right; none at all where the question cannot be answered."""
    relevant: Mapping[str, int] = field(default_factory=dict)
    """Documents by id, with their gain."""
    references: tuple[Reference, ...] = ()
    quotes: tuple[str, ...] = ()
    """Evidence that is known by its words only."""
    route: str | None = None
    """The branch that a router should take."""
    terms: Mapping[str, tuple[str, ...]] | None = None
    """Of a text that is to be translated: terms with the translations that are right."""
    languages: tuple[str, str] = ("", "")
    """Of such a text and its translation; words are compared as they stand where nobody says."""

    @property
    def unanswerable(self) -> bool:
        """Whether the right answer is that there is none."""
        return self.answers is not None and not self.answers


@dataclass(frozen=True)
class Dataset:
    """Queries, and the documents they ask about unless an index of them is given elsewhere."""

    name: str
    path: Path
    """The folder or file that was read."""
    queries: tuple[Query, ...]
    fingerprint: str
    """Of every byte read."""
    corpus: Path | None = None
    """JSON lines with `_id`, `title` and `text`."""
    split: str = "test"
    """Of the judgements."""

    def documents(self) -> Iterator[Document]:
        """The corpus. A document's source is its id; its title is metadata, so offsets count in its `text`."""
        if self.corpus is None:
            return
        for place, row in rows(self.corpus):
            name, text = str(_need(row, ("_id", "id"), place)), _need(row, ("text", "contents"), place)
            title = row.get("title")
            extra = {key: value for key, value in (row.get("metadata") or {}).items() if key not in ("source", "title")}
            yield Document(str(text), metadata={**extra, "source": name, **({"title": title} if title else {})})


def read_dataset(path: str | Path, *, split: str = "test") -> Dataset:
    """A folder in BEIR layout, or a file of questions: JSON lines, a JSON list, or a table (`.csv`, `.tsv`).

    The folder holds `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl` (`_id`, `text` and where known `answers`,
    `references` of `source`, `start`, `end`, `route`, and of texts to be translated `terms` and `languages`) and
    `qrels/SPLIT.tsv` (query, document, gain); any of them may be gzipped. Where there are qrels, only queries
    they name are read, and those with answers or references.

    A file holds a `question` a row, with `answer` or `answers`, `reference` or `references` (places or quotes) and
    `sources`. A folder with `corpora.jsonl` and `questions.jsonl` is a chunking evaluation's.

    Raises:
        UsageError: it is neither, or a line is wrong; names the file and line.
    """
    path = Path(path)
    if path.is_file():
        return Dataset(Path(path.name.removesuffix(".gz")).stem, path, _queries(path, {}), fingerprint([path]))
    if not path.is_dir():
        raise UsageError(
            f"{path}: no such file or folder; a data set is a folder in BEIR layout (corpus.jsonl, queries.jsonl, "
            "qrels/) or a file of questions with their answers (.jsonl, .json, .csv)"
        )
    if (questions := find_file(path, "questions.jsonl")) and (corpora := find_file(path, "corpora.jsonl")):
        found = _questions(questions)
        return Dataset(path.resolve().name, path, found, fingerprint([corpora, questions]), corpora)
    queries = find_file(path, "queries.jsonl")
    if queries is None:
        raise UsageError(
            f"{path} has no queries.jsonl; a data set in BEIR layout has corpus.jsonl, queries.jsonl, qrels/"
        )
    corpus, judged = find_file(path, "corpus.jsonl"), find_file(path, f"qrels/{split}.tsv")
    if judged is None and (others := sorted(file.name for file in (path / "qrels").glob("*.tsv*"))):
        raise UsageError(f"{path} has no qrels/{split}.tsv; it has: {', '.join(others)} (--split NAME)")
    gains = _qrels(judged) if judged else {}
    found = _queries(queries, gains)
    if judged:
        found = tuple(query for query in found if query.relevant or query.answers is not None or query.references)
    files = [file for file in (corpus, queries, judged) if file]
    return Dataset(path.resolve().name, path, found, fingerprint(files), corpus, split)


def find_file(folder: Path, name: str) -> Path | None:
    """The file, plain or gzipped."""
    return next((file for file in (folder / name, folder / f"{name}.gz") if file.is_file()), None)


def _queries(path: Path, gains: Mapping[str, Mapping[str, int]]) -> tuple[Query, ...]:
    found: dict[str, Query] = {}
    for number, (place, row) in enumerate(rows(path)):
        if "githuburl" in row:
            raise UsageError(f"{path}: annotations of code search are measured against --predictions CSV")
        name = str(row.get("_id", row.get("id", number)))
        if name in found:
            raise UsageError(f"{place}: the query {name!r} stands there twice")
        places, quotes = _references(row, place)
        relevant = dict(gains.get(name, {})) or dict.fromkeys(_strings(row.get("sources"), "sources", place), 1)
        found[name] = Query(
            name,
            str(_need(row, _TEXT, place)),
            _answers(row, place),
            relevant or {reference.source: 1 for reference in places},
            places,
            quotes,
            None if row.get("route") is None else str(row["route"]),
            _terms(row, place),
            _languages(row, place),
        )
    if not found:
        raise UsageError(f"{path}: there is no question in it")
    return tuple(found.values())


def _questions(path: Path) -> tuple[Query, ...]:
    """The layout of chunking evaluations: `question`, `corpus`, and `references` of `start_index`, `end_index`."""
    found = []
    for number, (place, row) in enumerate(rows(path)):
        source = str(_need(row, ("corpus", "corpus_id"), place))
        try:
            pairs = [(int(one["start_index"]), int(one["end_index"])) for one in row.get("references") or ()]
        except (KeyError, TypeError, ValueError):
            raise UsageError(f"{place}: a reference has start_index and end_index") from None
        places = tuple(Reference(source, start, end) for start, end in pairs)
        text = str(_need(row, ("question",), place))
        found.append(Query(str(number), text, relevant={source: 1}, references=places))
    return tuple(found)


def _answers(row: Mapping[str, Any], place: str) -> tuple[str, ...] | None:
    """Right answers; none where the row says that there is no answer, `None` where it says nothing."""
    if _told(row, "answerable", place) is False or _told(row, "is_impossible", place):
        return ()
    key = next((key for key in _ANSWERS if row.get(key) is not None), None)
    return None if key is None else tuple(dict.fromkeys(filter(str.strip, _strings(row[key], key, place))))


def _told(row: Mapping[str, Any], key: str, place: str) -> bool | None:
    """Yes or no, in words too: the cells of a table are texts."""
    said = str(row.get(key, "")).strip().lower()
    if said not in _SAID:
        raise UsageError(f"{place}: {key} is true or false, not {row[key]!r}")
    return _SAID[said]


def _references(row: Mapping[str, Any], place: str) -> tuple[tuple[Reference, ...], tuple[str, ...]]:
    given = next((row[key] for key in _REFERENCES if row.get(key) is not None), ())
    places, quotes = [], []
    for one in [given] if isinstance(given, str | Mapping) else given:
        if isinstance(one, str):
            quotes.append(one)
            continue
        try:
            reference = Reference(str(one["source"]), int(one["start"]), int(one["end"]))
        except (KeyError, TypeError, ValueError):
            raise UsageError(f"{place}: a reference is a quote, or has source, start and end; not {one!r}") from None
        if not 0 <= reference.start < reference.end:
            raise UsageError(f"{place}: the reference {one!r} is empty or runs backwards")
        places.append(reference)
    return tuple(places), tuple(quotes)


def _terms(row: Mapping[str, Any], place: str) -> dict[str, tuple[str, ...]] | None:
    """`{"terms": {"bank": ["Ufer"]}}`, a translation or several; None where there is no such key."""
    given = row.get("terms")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise UsageError(f"{place}: terms is an object of terms with their translations, not {given!r}")
    return {str(term): tuple(_strings(right, "terms", place)) for term, right in given.items()}


def _languages(row: Mapping[str, Any], place: str) -> tuple[str, str]:
    given = _strings(row.get("languages"), "languages", place)
    if given and len(given) != 2:
        raise UsageError(f"{place}: languages are two, of the text and of its translation; not {given!r}")
    return (given[0], given[1]) if given else ("", "")


def _strings(value: Any, key: str, place: str) -> list[str]:
    values: Sequence[Any] = [] if value is None else [value] if isinstance(value, str | int | float) else value
    if not isinstance(values, Sequence) or any(not isinstance(one, str | int | float) for one in values):
        raise UsageError(f"{place}: {key} is a text or a list of texts, not {value!r}")
    return [str(one) for one in values]


def _need(row: Mapping[str, Any], keys: Sequence[str], place: str) -> Any:
    for key in keys:
        if row.get(key) is not None:
            return row[key]
    raise UsageError(f"{place}: no {keys[0]!r} (nor {', '.join(keys[1:])}); it has: {', '.join(row) or 'nothing'}")


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    """Gains above zero: query to document to gain. With or without a header, in three columns or TREC's four."""
    gains: dict[str, dict[str, int]] = {}
    with opened(path) as lines:
        for number, line in enumerate(lines, 1):
            cells = line.split("\t") if "\t" in line else line.split()
            if not line.strip():
                continue
            try:
                gain = int(cells[-1])
            except ValueError:
                if number == 1:
                    continue  # the header
                raise UsageError(f"{path}:{number}: the gain {cells[-1].strip()!r} is not a whole number") from None
            if len(cells) not in (3, 4):
                raise UsageError(f"{path}:{number}: expected query, document, gain; found {len(cells)} columns")
            if gain > 0:
                gains.setdefault(cells[0].strip(), {})[cells[-2].strip()] = gain
    return gains


def fingerprint(files: Sequence[Path]) -> str:
    """Of every byte of the files."""
    digest = xxh3_128()
    for file in files:
        with file.open("rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
        digest.update(b"\x1f")
    return digest.hexdigest()

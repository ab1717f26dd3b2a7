"""What every engine is given: the same passages, the same questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from langchain_core.documents import Document
from xxhash import xxh3_64_hexdigest

from rag.encoders.minilm import MiniLM
from rag.errors import UsageError
from rag.evaluation.dataset import Dataset
from rag.segmenters.recursive import Recursive

__all__ = ["Task", "write_task"]


@dataclass(frozen=True)
class Task:
    """A data set as files that any engine can read."""

    name: str
    documents: Path
    """Whole documents, for engines that cut themselves: our own configurations."""
    passages: Path
    """The same, cut."""
    counts: tuple[int, int]
    """Documents, passages."""
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]
    """Query to document to gain; empty where nothing is judged."""
    warm: tuple[str, ...]
    """Questions asked before the clock runs: not those that count, where there are others."""
    fingerprint: str

    def ranking(self, passages: Iterable[str]) -> list[str]:
        """Documents in the order in which their first passage was found."""
        return list(dict.fromkeys(passage.partition("#")[0] for passage in passages))


def write_task(dataset: Dataset, folder: Path, *, max_tokens: int, queries: int | None = None, warm: int = 10) -> Task:
    """Writes documents and passages into the folder.

    A passage is a document of at most `max_tokens` tokens with its title, else a piece of it, cut as the segmenter
    `recursive` cuts. Its id is the document's, with `#n` where there are several.

    Raises:
        UsageError: the data set has no documents or no questions, or an id holds a `#`.
    """
    if dataset.corpus is None:
        raise UsageError(f"{dataset.name} brings no documents: a bench needs its corpus.jsonl")
    asked, others = dataset.queries[:queries], dataset.queries[queries:] if queries else ()
    if not asked:
        raise UsageError(f"{dataset.name} has no queries that can be asked")
    segmenter = Recursive(encoder=MiniLM(), max_tokens=max_tokens)
    folder.mkdir(parents=True, exist_ok=True)
    documents, passages, counts = folder / "documents.jsonl", folder / "passages.jsonl", [0, 0]
    with documents.open("w", encoding="utf-8") as whole, passages.open("w", encoding="utf-8") as cut:
        for document in dataset.documents():
            name = str(document.metadata["source"])
            if "#" in name:
                raise UsageError(f"{dataset.name}: the id {name!r} holds a '#', which numbers passages here")
            text = "\n".join(filter(None, (document.metadata.get("title"), document.page_content)))
            pieces = [text[piece.start : piece.end] for piece in segmenter.segments(Document(text))]
            for number, piece in enumerate(pieces):
                cut.write(_line(f"{name}#{number}" if len(pieces) > 1 else name, piece))
            whole.write(_line(name, text))
            counts = [counts[0] + 1, counts[1] + len(pieces)]
    told = json.dumps([dataset.fingerprint, max_tokens, [query.id for query in asked]])
    return Task(
        dataset.name,
        documents,
        passages,
        (counts[0], counts[1]),
        {query.id: query.text for query in asked},
        {query.id: query.relevant for query in asked if query.relevant},
        tuple(query.text for query in (others or asked)[-warm:]),
        xxh3_64_hexdigest(told.encode()),
    )


def _line(name: str, text: str) -> str:
    return json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n"

"""Citations as OpenAI's annotations."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from langchain_core.documents import Document

from rag.passages.parts import shortened
from rag.schema import Answer, Citation
from rag.server.schemas import Extension

__all__ = ["Mark", "extension", "linker", "marks", "passages_of", "text_of"]

_MARKER = re.compile(r"\[(\d{1,3})\]")
Link = Callable[[Citation], str]


class Mark(NamedTuple):
    """A marker in a text and what it stands for."""

    start: int
    end: int
    url: str
    title: str

    def chat(self) -> dict[str, Any]:
        """As chat completions have it."""
        return {"type": "url_citation", "url_citation": self._place}

    def response(self) -> dict[str, Any]:
        """As responses have it."""
        return {"type": "url_citation", **self._place}

    @property
    def _place(self) -> dict[str, Any]:
        return {"start_index": self.start, "end_index": self.end, "url": self.url, "title": self.title}


def marks(text: str, citations: Sequence[Citation], link: Link) -> list[Mark]:
    """Every `[n]` of a text that a citation stands behind.

    The nth marker of a number takes its nth citation, the last one where there are fewer: statements of one sentence
    share theirs.
    """
    by_number: dict[int, list[Citation]] = {}
    for citation in citations:
        if citation.number is not None:
            by_number.setdefault(citation.number, []).append(citation)
    seen: dict[int, int] = {}
    found = []
    for match in _MARKER.finditer(text):
        if several := by_number.get(number := int(match[1])):
            citation = several[min(seen.get(number, 0), len(several) - 1)]
            seen[number] = seen.get(number, 0) + 1
            title = citation.title or citation.source.rpartition("/")[2]
            found.append(Mark(*match.span(), link(citation), title))
    return found


def linker(base: str) -> Link:
    """The address of a citation: a web page's own, else this server's text of the source around it."""

    def link(citation: Citation) -> str:
        if citation.source.startswith(("http://", "https://")):
            return citation.source
        asked = urlencode({"source": citation.source, "start": citation.start, "end": citation.end})
        return f"{base.rstrip('/')}/v1/sources?{asked}"

    return link


def text_of(answer: Answer) -> str:
    """The answer's text; of a pipeline that only retrieves, its passages."""
    if answer.text or not answer.passages:
        return answer.text
    return "\n\n".join(f"[{number}] {passage.page_content}" for number, passage in enumerate(answer.passages, 1))


def extension(answer: Answer, wanted: Extension) -> dict[str, Any] | None:
    """The JSON of `rag ask --json`, as far as it is wanted, and with passages what they were shortened from."""
    if not (wanted.passages or wanted.trace or wanted.seen):
        return None
    told = answer.to_dict(trace=wanted.trace)
    if not wanted.passages:
        del told["passages"]
    elif pieces := shortened(answer.passages):
        told["shortened"] = pieces
    if wanted.seen:
        told["seen"] = {passage.id: _seen(passage) for passage in passages_of(answer)}
    return told


def passages_of(answer: Answer) -> list[Document]:
    """Every passage that any step saw."""
    return [*answer.passages, *(one for span in answer.trace for one in (*span.passages_in, *span.passages_out))]


def _seen(passage: Document) -> dict[str, Any]:
    keys = ("score", "source", "start", "end", "page", "title")
    return {"text": passage.page_content, **{key: passage.metadata.get(key) for key in keys}}

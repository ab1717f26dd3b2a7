"""Parts and unions of passages: what keeps `source_text[start:end] == page_content` true when a passage changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.documents import Document

from rag.passages.condensed import cut, is_condensed, original, pieces, whole_of
from rag.schema import Citation

__all__ = [
    "cite",
    "context_tokens",
    "end_of",
    "fitting",
    "part",
    "shortened",
    "source_of",
    "spanning",
    "start_of",
]

_RANGE = re.compile(r":\d+-\d+\Z")


def source_of(passage: Document) -> str:
    """What a passage is cited by: its source, or its id where a foreign retriever gave no source."""
    return str(passage.metadata.get("source") or passage.id or "")


def start_of(passage: Document) -> int:
    """The offset of a passage's first character in its source; 0 where a foreign retriever gave none."""
    return int(passage.metadata.get("start") or 0)


def end_of(passage: Document) -> int:
    """The offset behind the last character of a passage's place in its source."""
    return start_of(passage) + len(whole_of(passage))


def part(passage: Document, start: int, end: int) -> Document:
    """`page_content[start:end]` as a passage of its own; the passage itself where that is all of it."""
    if (start, end) == (0, len(passage.page_content)):
        return passage
    first = start_of(passage)
    if is_condensed(passage):
        later, piece = cut(passage, start, end)
        return _at(piece, piece.page_content, first + later)
    return _at(passage, passage.page_content[start:end], first + start)


def spanning(passages: Sequence[Document], text: str, start: int) -> Document:
    """One passage of several of one source; its score and id are those of the first given, its place covers all.

    Args:
        passages: best first.
        text: of the union.
        start: the offset of the union's first character in the source.
    """
    best = passages[0]
    if (text, start) == (best.page_content, start_of(best)):
        return best
    told = [passage.metadata for passage in passages]
    pages = [page for told_of in told for page in (told_of.get("page"), told_of.get("page_end")) if page]
    first = min(passages, key=start_of).metadata
    headings = {"headings": first["headings"]} if "headings" in first else {}
    more = {"page": min(pages), **({"page_end": max(pages)} if max(pages) > min(pages) else {})} if pages else {}
    return _at(best, text, start, {**headings, **more})


def cite(passages: Sequence[Document], number: int, start: int, end: int) -> Citation:
    """A citation of the characters `[start:end]` of passage `[number]`, counted from 1.

    A summary that a model wrote has no place of its own: the member is cited that has most of those words. Of a
    condensed passage it quotes what the source says there, the words between included.
    """
    passage = passages[number - 1]
    if members := passage.metadata.get("members"):
        return _cite_member(members, passage.page_content[start:end], number)
    start, end = original(passage, start, end)
    return Citation(
        source_of(passage),
        start_of(passage) + start,
        start_of(passage) + end,
        whole_of(passage)[start:end],
        page=passage.metadata.get("page"),
        title=passage.metadata.get("title"),
        passage_id=passage.id,
        number=number,
    )


def _cite_member(members: Sequence[Mapping[str, Any]], said: str, number: int) -> Citation:
    from rag.passages.overlap import overlap

    member = members[int(overlap(said, [str(one["text"]) for one in members]).argmax())]
    text, start = str(member["text"]), int(member["start"])
    told = {"page": member.get("page"), "title": member.get("title"), "passage_id": member["id"]}
    return Citation(str(member["source"]), start, start + len(text), text, number=number, **told)


def shortened(passages: Sequence[Document]) -> list[list[Any]]:
    """Where the text of passages comes from that were shortened inside: `[n, pieces]`, the passage by its `[n]`.

    The pieces are those of `rag.passages.condensed`, with offsets of the source; a summary of several has none.
    """
    told: list[list[Any]] = []
    for number, passage in enumerate(passages, 1):
        if passage.metadata.get("members"):
            told.append([number, []])
        elif is_condensed(passage):
            first = start_of(passage)
            told.append([number, [[size, *(first + at for at in place)] for size, *place in pieces(passage)]])
    return told


def context_tokens(passages: Sequence[Document]) -> int:
    """Tokens of the passages' text by the embedded tokenizer, so that traces of different encoders compare.

    A count is kept in the passage (`metadata["tokens"]`), as the index does: counted once, not once a step.
    """
    unknown = [passage for passage in passages if "tokens" not in passage.metadata]
    if unknown:
        from rag.encoders.tokenizer import default_tokenizer

        counts = default_tokenizer().count([passage.page_content for passage in unknown])
        for passage, count in zip(unknown, counts, strict=True):
            passage.metadata["tokens"] = count
    return sum(passage.metadata["tokens"] for passage in passages)


def fitting(passages: Sequence[Document], max_tokens: int | None) -> tuple[Document, ...]:
    """The first passages that together have at most `max_tokens`; of a first one that has more, its beginning."""
    if max_tokens is None or context_tokens(passages) <= max_tokens:
        return tuple(passages)
    kept: list[Document] = []
    room = max_tokens
    for passage in passages:
        room -= passage.metadata["tokens"]
        if room < 0:
            break
        kept.append(passage)
    if not kept:
        from rag.encoders.tokenizer import default_tokenizer

        tokens = default_tokenizer().offsets(passages[0].page_content)
        kept.append(part(passages[0], 0, int(tokens[max_tokens - 1][1])))
    return tuple(kept)


def _at(passage: Document, text: str, start: int, more: dict[str, Any] | None = None) -> Document:
    """A passage's text and place replaced. A count of tokens noted in it would no longer hold."""
    end = start + len(passage.metadata.get("whole", text))
    kept = {key: value for key, value in passage.metadata.items() if key != "tokens"}
    name = f"{_RANGE.sub('', passage.id)}:{start}-{end}" if passage.id else None
    return Document(text, id=name, metadata={**kept, **(more or {}), "start": start, "end": end})

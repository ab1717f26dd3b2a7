"""From a document to passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.documents import BaseDocumentTransformer, Document
from xxhash import xxh3_64_hexdigest

from rag.errors import LoadError
from rag.index.batch import Prepared, document_hash
from rag.index.context import Contexts
from rag.index.metadata import small
from rag.index.view import Passage
from rag.kinds import Segment, Segmenter
from rag.loaders.discover import spoken

__all__ = ["own_metadata", "prepare", "source_of"]


def source_of(document: Document) -> str:
    """What identifies a document: its `source`, else its id, else its words."""
    named = document.metadata.get("source") or document.id
    return spoken(str(named)) if named else f"text:{xxh3_64_hexdigest(document.page_content.encode(errors='replace'))}"


def own_metadata(document: Document) -> dict[str, Any]:
    """A document's metadata without its identity."""
    return {key: value for key, value in document.metadata.items() if key != "source"}


def prepare(
    document: Document,
    segmenter: BaseDocumentTransformer,
    shape: str,
    contexts: Contexts,
    count: Callable[[Sequence[str]], list[int]],
) -> Prepared:
    """Cuts a document.

    Args:
        document: what to cut.
        segmenter: how to cut.
        shape: what the result depends on beside the document.
        contexts: what is put in front of its passages.
        count: tokens of texts, for the passages of a segmenter that does not tell.

    Raises:
        LoadError: the segmenter gave passages that are not parts of the text.
    """
    source, text = source_of(document), document.page_content
    metadata = own_metadata(document)
    common = small(metadata)
    digest = document_hash(text, metadata)
    segments = _segments(segmenter, document, source)
    own = [dict(segment.metadata) for segment in segments]
    untold = [place for place, extra in enumerate(own) if "tokens" not in extra]
    texts = [text[segments[place].start : segments[place].end] for place in untold]
    for place, tokens in zip(untold, count(texts) if texts else (), strict=True):
        own[place]["tokens"] = tokens
    bare = [
        Passage(text[segment.start : segment.end], "", source, segment.start, segment.end, {**common, **extra})
        for segment, extra in zip(segments, own, strict=True)
    ]
    ahead = contexts.of(document, digest, bare)
    passages = [replace(passage, context=context) for passage, context in zip(bare, ahead, strict=True)]
    return Prepared(source, None, digest, shape, text, metadata, passages, own)


def _segments(segmenter: BaseDocumentTransformer, document: Document, source: str) -> Sequence[Segment]:
    """The pieces that hold more than white space. langchain-core's splitters are searched for their pieces' places."""
    text = document.page_content
    if isinstance(segmenter, Segmenter):
        found = segmenter.segments(document)
    else:
        found, after = [], 0
        for piece in segmenter.transform_documents([Document(text)]):
            start = int(piece.metadata.get("start_index", text.find(piece.page_content, after)))
            if start < 0 or not text.startswith(piece.page_content, start):
                raise LoadError(source, f"{type(segmenter).__name__} gave a passage that is not a part of the text")
            found.append(Segment(start, start + len(piece.page_content)))
            after = start + 1
    return [segment for segment in found if text[segment.start : segment.end].strip()]

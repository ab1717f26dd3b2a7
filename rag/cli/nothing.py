"""Why nothing was found, where it is not for the question: an empty index, a filter that no passage matches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rag.cli.terminal import note
from rag.errors import did_you_mean

if TYPE_CHECKING:
    from rag.index import Index
    from rag.pipeline import Pipeline
    from rag.schema import Answer

__all__ = ["say_why_nothing"]


def say_why_nothing(pipeline: Pipeline, answer: Answer, filter: Mapping[str, Any] | None) -> None:
    """A line on stderr where the index itself is why an answer has no passages."""
    if answer.passages or (answer.text and not answer.abstained):
        return
    store = pipeline.store
    if store is not None and store.exists() and pipeline.views() and (reason := _reason(store, filter)):
        note(reason)


def _reason(store: Index, filter: Mapping[str, Any] | None) -> str:
    from rag.index.filters import keys_of

    with store.reading() as snapshot:
        if not snapshot.rows.alive.any():
            return f"the index {store.path} is empty: add documents with rag index PATH --index {store.path}"
        mask = snapshot.mask(filter)
        if not filter or mask is None or mask.any():
            return ""
        there = snapshot.metadata_keys()
        text = {key: str(value) if type(value) in {int, float} else value for key, value in filter.items()}
        as_text = text != filter and (found := snapshot.mask(text)) is not None and bool(found.any())
    unknown = sorted(keys_of(filter) - set(there))
    if as_text:
        told = "no passage in the index matches the filter: what looks like a number is text there"
        return f"""{told}, so quote it: --filter 'KEY="12"'"""
    if not unknown:
        return "no passage in the index matches the filter"
    near = did_you_mean(unknown[0], there)
    told = f"no passage in the index has the metadata key {unknown[0]!r}; there are: {', '.join(there)}"
    return f"{told}; {near}" if near else told

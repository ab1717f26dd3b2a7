"""Why nothing was found: an empty index, a filter that no passage matches, a question in another language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rag.cli.terminal import note
from rag.errors import did_you_mean

if TYPE_CHECKING:
    from rag.index import Index
    from rag.pipeline import Pipeline
    from rag.schema import Answer

__all__ = ["say_why_nothing"]


_NAMES = {
    **{"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese"},
    **{"nl": "Dutch", "ru": "Russian"},
}
_SURE = 2
"""Function words of a language from which a text looks like it, where no other has half as many."""


def say_why_nothing(pipeline: Pipeline, answer: Answer, filter: Mapping[str, Any] | None) -> None:
    """A line on stderr where the index or the language is why a question has no answer."""
    if answer.text and not answer.abstained:
        return
    if answer.passages:
        if told := _other_language(answer):
            note(told)
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


def _other_language(answer: Answer) -> str:
    """What to do where question and passages look like two languages."""
    question = str(answer.history[-2].text) if len(answer.history) > 1 else ""
    asked, found = _looks(question), _looks(" ".join(passage.page_content for passage in answer.passages[:3]))
    if not asked or not found or asked == found:
        return ""
    mend = f"ask in {_NAMES[found]}, or name a multilingual model as `encoder`"
    return f"the question looks {_NAMES[asked]} and what was found {_NAMES[found]}: {mend}"


def _looks(text: str) -> str:
    """The language that a text's function words are of; empty where they do not tell."""
    from rag.words.stopwords import STOP_WORDS

    words = re.findall(r"\w+", text.casefold())
    shares = sorted(((sum(word in known for word in words), code) for code, known in STOP_WORDS.items()), reverse=True)
    (most, code), (second, _) = shares[:2]
    return code if most >= _SURE and second * 2 <= most else ""

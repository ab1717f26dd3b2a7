"""A knowledge source, and the order in which several are asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Self

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, PositiveInt, model_validator

from rag.asking.when import When
from rag.component import Component
from rag.errors import UsageError, did_you_mean
from rag.index.filters import matcher

__all__ = ["NO_SOURCE", "Source", "check", "closed", "in_order"]

NO_SOURCE = "NULL"
"""What a plan of no source is called, as in the paper."""


class Source(Component):
    """A part of what is known, with a name by which it is planned and shown."""

    name: Annotated[str, Field(pattern=r"^[^\s,;:][^,;:\n]*$")]
    """What it is called; no commas, colons or semicolons."""
    description: str = ""
    """What it stores, in a sentence: the planner compares it with the question, or shows it to the chat model."""
    filter: Mapping[str, Any] = Field(default_factory=dict)
    """Metadata that its passages have, for example `{source: "tickets/*"}`."""
    retrieve: BaseRetriever | None = None
    """Searches it; the agent's `retrieve` where not given. It may have an `index` of its own."""
    top_k: PositiveInt = 4
    """Passages that it gives at first; the others that were found are held back for refinement."""
    after: str | tuple[str, ...] = ()
    """Sources that must be asked before this one: their passages say what to look for here."""
    tie: str | None = None
    """A metadata key that ties this source's documents to those passages: only documents with one of their values are
    searched; none where they have none."""
    named: str | None = None
    """A metadata key such as `title`: where those passages name values of it, only passages with these are taken."""
    extend: bool = True
    """Whether the best passage of the sources before joins the question as a second query."""
    when: tuple[When, ...] = ()
    """For `by: rules`: asked where one of these holds, and always where there is none."""

    @model_validator(mode="after")
    def _is_right(self) -> Self:
        if self.name.casefold() in (NO_SOURCE.casefold(), "none"):
            raise ValueError(f"name: {self.name!r} stands for no source at all; take another")
        for key in ("tie", "named"):
            if getattr(self, key) is not None and not self.needs:
                raise ValueError(f"{key}: it leads from the passages of a source before: name that with `after`")
        try:
            matcher(self.filter)
        except UsageError as error:
            raise ValueError(f"filter: {error}") from None
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        """The sources before it."""
        return (self.after,) if isinstance(self.after, str) else self.after

    def narrowed(
        self, filter: Mapping[str, Any] | None, before: Sequence[Document] = ()
    ) -> tuple[Mapping[str, Any] | None, bool]:
        """The filter of a search here, and whether there is anything to search.

        Args:
            filter: the turn's; always holds as well.
            before: passages of the sources that this one depends on.
        """
        parts = [dict(one) for one in (filter, self.filter) if one]
        if self.tie is not None:
            values = list(dict.fromkeys(value for one in before for value in _values(one.metadata.get(self.tie))))
            if not values:
                return None, False
            parts.append({self.tie: {"in": values}})
        if len(parts) < 2:
            return (parts[0] if parts else None), True
        return {"and": parts}, True

    def taken(self, hits: Sequence[Document], before: Sequence[Document]) -> tuple[list[Document], list[str]]:
        """Of what was found here what the passages before name, with the names; all where they name none."""
        if self.named is None:
            return list(hits), []
        text = "\n".join(one.page_content for one in before)
        names = {str(value) for hit in hits for value in _values(hit.metadata.get(self.named)) if _says(text, value)}
        kept = [hit for hit in hits if names & set(map(str, _values(hit.metadata.get(self.named))))]
        return (kept or list(hits)), sorted(names)


def check(sources: Sequence[Source]) -> None:
    """Raises ValueError where two share a name, one names a source that is not there, or they wait for each other."""
    names = [source.name for source in sources]
    for place, source in enumerate(sources):
        if source.name.casefold() in [name.casefold() for name in names[:place]]:
            raise ValueError(f"sources.{place}.name: {source.name!r} is the name of two sources")
        for other in source.needs:
            if other not in names:
                there, hint = ", ".join(names), did_you_mean(other, names)
                message = f"sources.{place}.after: there is no source {other!r}; there are: {there}. {hint}"
                raise ValueError(message.rstrip())
    in_order(sources)


def in_order(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Sources as they are asked: as they are listed, each behind those that it depends on.

    Raises:
        ValueError: some depend on each other; names them.
    """
    known = {source.name: source for source in sources}
    placed: dict[str, Source] = {}

    def place(source: Source, above: tuple[str, ...]) -> None:
        if source.name in above:
            circle = [*above[above.index(source.name) :], source.name]
            raise ValueError(f"sources wait for each other: {' after '.join(circle)}")
        if source.name not in placed:
            for name in source.needs:
                if name in known:
                    place(known[name], (*above, source.name))
            placed[source.name] = source

    for source in sources:
        place(source, ())
    return tuple(placed.values())


def closed(names: Collection[str], sources: Sequence[Source]) -> tuple[str, ...]:
    """Some sources and all that they depend on, in order."""
    wanted = set(names)
    for source in reversed(in_order(sources)):
        if source.name in wanted:
            wanted.update(source.needs)
    return tuple(source.name for source in in_order(sources) if source.name in wanted)


def _says(text: str, value: Any) -> bool:
    """Whether a text names a value, not inside another word."""
    name = str(value).strip()
    return bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _values(value: Any) -> tuple[Any, ...]:
    """The values of a metadata entry: a list's items, or the one that it is."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)

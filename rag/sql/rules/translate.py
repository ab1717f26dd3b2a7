"""A question to a query, or to the words that were not understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.sql.linking import said
from rag.sql.rules.lexicon import MORE, VERBS
from rag.sql.rules.names import Names, stem, stems
from rag.sql.rules.query import Query
from rag.sql.rules.reading import Reading
from rag.sql.rules.tagging import Tag, tagged
from rag.sql.schema import Join, Schema
from rag.sql.values import Mention

__all__ = ["Translation", "translate"]

_LEFT = 0.6
"""What every word that was not understood leaves of the confidence."""
_STRUCTURE = 0.3
"""The same of a word that would change what is asked: `or`, `not`, a number, a name."""
_RELATION = 0.75
"""The same of what looks like a verb between two names."""
_VERB = 0.95
"""The same of a verb that is known to say no more than that."""
_VERBS = frozenset(map(stem, VERBS)) | {"produc"}


@dataclass(frozen=True, slots=True)
class Translation:
    """A query by rules."""

    sql: str
    """Empty where none could be put together."""
    confidence: float
    """0 to 1: the product of what every guess and every word that was not understood leaves of it."""
    left: tuple[str, ...] = ()
    """Words that were not understood."""


def translate(question: str, schema: Schema, mentions: Sequence[Mention]) -> Translation:
    """A query of what the question names.

    Args:
        question: in English.
        schema: of the database, or of the part that the question needs.
        mentions: cell values in the question.
    """
    schema = _by_role(question, schema)
    names = Names(schema)
    tags = tagged(question, names, mentions)
    reading = Reading(schema, tags)
    query = reading.query()
    open_tags = [at for at, tag in enumerate(tags) if not tag.used and tag.kind != "skip"]
    left = tuple(
        tags[at].text for at in open_tags if tags[at].kind != "word" or stem(tags[at].text.lower()) not in _VERBS
    )
    if query is None:
        return Translation("", 0.0, left)
    confidence = reading.confidence * _sure_of_roles(question, schema, query)
    for at in open_tags:
        confidence *= _between(tags, at) if tags[at].kind == "word" else _STRUCTURE
    return Translation(query.sql(schema), confidence, left)


def _role(question: str, join: Join) -> int:
    """How many words of a foreign key's columns stand in a question."""
    asked = set(stems(re.sub(r"\W+", " ", question)))
    return len({word for column in join.columns for word in stems(said(column))} & asked)


def _by_role(question: str, schema: Schema) -> Schema:
    """A schema in which the foreign keys that the question names come first: `permanent address`, `home team`."""
    return replace(schema, joins=tuple(sorted(schema.joins, key=lambda join: -_role(question, join))))


def _sure_of_roles(question: str, schema: Schema, query: Query) -> float:
    """Less than one where two foreign keys join the same tables, and the question does not tell which is meant."""
    for join in schema.joined(query.used()):
        ends = (join.table, join.to_table)
        others = [one for one in schema.joins if one is not join and (one.table, one.to_table) == ends]
        if any(_role(question, one) >= _role(question, join) for one in others):
            return _LEFT
    return 1.0


def _between(tags: Sequence[Tag], at: int) -> float:
    """What a word that was not understood leaves: a verb between two names says that they belong together."""
    if stem(tags[at].text.lower()) in _VERBS:
        return _VERB
    if tags[at].text.lower() in MORE or (tags[at].text[:1].isupper() and at):
        return _STRUCTURE  # a comparison, or a name that no column is known to hold
    if at + 1 < len(tags) and tags[at + 1].columns and tags[at + 1].columns[0].weight < 1:
        return _STRUCTURE  # `left handed`: likely a value that is written in another way
    named = [any(tag.options or tag.mentions for tag in part) for part in (tags[:at], tags[at + 1 :])]
    return _RELATION if all(named) and re.fullmatch(r"[a-z]+(?:ed|ing|s)", tags[at].text) else _LEFT

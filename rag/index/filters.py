"""Metadata filters: one small language, with the same meaning in every retriever.

    {"source": "a.pdf"}                            equal; a `*` in a string stands for anything
    {"year": {"gte": 2020, "lt": 2024}}            eq, ne, gt, gte, lt, lte; all must hold
    {"lang": {"in": ["en", "de"]}}                 one of several; also `nin`
    {"source": {"glob": "docs/*.md"}}              `*` any characters, `?` one
    {"page": {"exists": true}}
    {"or": [{...}, {...}]}, {"and": [...]}, {"not": {...}}

Keys of one mapping must all hold. A list in the metadata matches if any of its items does. Numbers compare with numbers
and text with text (dates are text, ISO 8601); whatever cannot be compared does not match.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import UsageError, did_you_mean
from rag.index.database import dump_json
from rag.index.metadata import small

if TYPE_CHECKING:
    from rag.index.state import State

__all__ = ["keys_of", "mask_of", "matcher"]

Predicate = Callable[[Mapping[str, Any]], bool]
Select = Callable[[str, Sequence[Any]], Sequence[tuple[Any, ...]]]

_ORDER = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
_OPERATORS = ("eq", "ne", "in", "nin", *_ORDER, "glob", "exists")
_KEPT = 64
"""Masks that stay in memory."""


def matcher(filter: Mapping[str, Any]) -> Predicate:
    """Whether metadata match a filter.

    Raises:
        UsageError: the filter is not of one of the forms.
    """
    if not isinstance(filter, Mapping):
        raise UsageError(f"a filter is a mapping from metadata keys to conditions, not {filter!r}")
    tests = [_entry(key, wanted) for key, wanted in filter.items()]
    return lambda metadata: all(test(metadata) for test in tests)


def keys_of(filter: Mapping[str, Any]) -> set[str]:
    """The metadata keys a (valid) filter looks at."""
    keys: set[str] = set()
    for key, wanted in filter.items():
        if key in ("and", "or"):
            keys.update(*map(keys_of, wanted))
        elif key == "not":
            keys |= keys_of(wanted)
        else:
            keys.add(key)
    return keys


def mask_of(state: State, select: Select, filter: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Living rows of a generation that match, bool `[rows]`; worked out once for each filter."""
    matches = matcher(filter)
    masks: dict[str, NDArray[np.bool_]] = state.memo.setdefault("masks", {})
    name = dump_json(filter)
    with state.lock:
        if name not in masks:
            if len(masks) >= _KEPT:
                masks.clear()
            masks[name] = _evaluate(state, select, matches, keys_of(filter))
        return masks[name]


def _evaluate(state: State, select: Select, matches: Predicate, keys: set[str]) -> NDArray[np.bool_]:
    alive = "born <= ? AND (died IS NULL OR died > ?)"
    now = (state.generation, state.generation)
    documents = select(f"SELECT id, source, metadata FROM documents WHERE {alive}", now)  # noqa: S608
    bare = keys <= {"source"}
    heads = {
        number: {**({} if bare else small(json.loads(metadata))), "source": source}
        for number, source, metadata in documents
    }
    row = select("SELECT value FROM meta WHERE name = 'passage_keys'", ())
    if not keys & {"start", "end", *json.loads(row[0][0] if row else "[]")}:
        found = [number for number, head in heads.items() if matches(head)]
        return np.isin(state.documents, np.array(found, np.int64)) & state.rows.alive
    passages = select(f'SELECT id, document, start, "end", metadata FROM passages WHERE {alive}', now)  # noqa: S608
    found = [
        number
        for number, document, start, end, metadata in passages
        if matches({**heads[document], **json.loads(metadata), "start": start, "end": end})
    ]
    return np.isin(state.rows.ids, np.array(found, np.int64)) & state.rows.alive


def _entry(key: str, wanted: Any) -> Predicate:
    if key in ("and", "or"):
        if not isinstance(wanted, (list, tuple)) or not wanted:
            raise UsageError(f"filter {key!r} needs a list of filters, not {wanted!r}")
        tests = [matcher(part) for part in wanted]
        some = all if key == "and" else any
        return lambda metadata: some(test(metadata) for test in tests)
    if key == "not":
        inner = matcher(wanted)
        return lambda metadata: not inner(metadata)
    conditions = wanted if isinstance(wanted, Mapping) else {"eq": wanted}
    if not conditions:
        raise UsageError(f"filter {key!r} has no condition; there are: {', '.join(_OPERATORS)}")
    checks = [_condition(key, name, value) for name, value in conditions.items()]
    return lambda metadata: all(check(metadata.get(key)) for check in checks)


def _condition(key: str, name: str, wanted: Any) -> Callable[[Any], bool]:
    if name not in _OPERATORS:
        hint = did_you_mean(name, _OPERATORS)
        raise UsageError(f"filter {key!r} knows no {name!r}; there are: {', '.join(_OPERATORS)}. {hint}".rstrip())
    if name in ("ne", "nin"):
        inner = _condition(key, {"ne": "eq", "nin": "in"}[name], wanted)
        return lambda value: not inner(value)
    if name == "exists":
        if not isinstance(wanted, bool):
            raise UsageError(f"filter {key!r}: exists is true or false, not {wanted!r}")
        return lambda value: (value is not None) == wanted
    if name == "in":
        if not isinstance(wanted, (list, tuple, set, frozenset)):
            raise UsageError(f"filter {key!r}: in needs a list, not {wanted!r}")
        tests = [_single(key, "eq", one) for one in wanted]
        return _any_item(lambda value: any(test(value) for test in tests))
    return _any_item(_single(key, name, wanted))


def _any_item(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: any(map(test, value)) if isinstance(value, (list, tuple)) else test(value)


def _single(key: str, name: str, wanted: Any) -> Callable[[Any], bool]:
    if wanted is not None and not isinstance(wanted, (str, int, float, bool)):
        raise UsageError(f"filter {key!r}: {wanted!r} is not a text, number, true, false or null")
    if name == "glob" or (name == "eq" and isinstance(wanted, str) and "*" in wanted):
        if not isinstance(wanted, str):
            raise UsageError(f"filter {key!r}: glob needs a text, not {wanted!r}")
        pattern = re.compile(
            re.escape(wanted).replace(r"\*", ".*").replace(r"\?", "." if name == "glob" else r"\?"), re.S
        )
        return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None
    if name == "eq":
        return lambda value: _sort(value) == _sort(wanted) and value == wanted
    if wanted is None or isinstance(wanted, bool):
        raise UsageError(f"filter {key!r}: {name} needs a number or a text, not {wanted!r}")
    compare = _ORDER[name]
    return lambda value: _sort(value) == _sort(wanted) and compare(value, wanted)


def _sort(value: Any) -> str:
    """What a value can be compared with."""
    if isinstance(value, bool) or value is None:
        return str(type(value))
    return "number" if isinstance(value, (int, float)) else "text" if isinstance(value, str) else str(type(value))

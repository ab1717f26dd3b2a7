"""Metadata filters mean what they say, in every retriever."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.errors import UsageError
from rag.index import Index, View
from rag.index.filters import keys_of, matcher

BOOK = {"source": "docs/walden.md", "year": 1854, "lang": "en", "tags": ["nature", "essay"], "price": 9.5, "sold": True}


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"lang": "en"}, True),
        ({"lang": "de"}, False),
        ({"year": {"gte": 1800, "lt": 1900}}, True),
        ({"year": {"gt": 1854}}, False),
        ({"price": {"lte": 9.5}}, True),
        ({"lang": {"in": ["de", "en"]}}, True),
        ({"lang": {"nin": ["de", "en"]}}, False),
        ({"lang": {"ne": "de"}}, True),
        ({"source": {"glob": "docs/*.md"}}, True),
        ({"source": "*walden*"}, True),
        ({"source": {"glob": "docs/?.md"}}, False),
        ({"tags": "nature"}, True),
        ({"tags": {"in": ["poem", "essay"]}}, True),
        ({"tags": "poem"}, False),
        ({"isbn": {"exists": False}}, True),
        ({"isbn": None}, True),
        ({"isbn": "1"}, False),
        ({"or": [{"lang": "de"}, {"year": 1854}]}, True),
        ({"and": [{"lang": "de"}, {"year": 1854}]}, False),
        ({"not": {"lang": "de"}}, True),
        ({"year": "1854"}, False),
        ({"year": {"gt": "1"}}, False),
        ({"sold": True}, True),
        ({"sold": 1}, False),
        ({}, True),
    ],
)
def test_each_form(filter: Mapping[str, Any], expected: bool) -> None:
    assert matcher(filter)(BOOK) is expected


@pytest.mark.parametrize(
    ("filter", "said"),
    [
        ({"year": {"gte ": 1}}, "did you mean 'gte'"),
        ({"year": {"in": 3}}, "in needs a list"),
        ({"year": {}}, "no condition"),
        ({"or": {"year": 1}}, "needs a list of filters"),
        ({"year": {"gt": True}}, "a number or a text"),
        ({"year": [1, 2]}, "not a text, number"),
        ({"year": {"exists": "yes"}}, "true or false"),
        ({"year": {"glob": 3}}, "glob needs a text"),
        ("year", "a filter is a mapping"),
    ],
)
def test_mistakes_are_named(filter: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        matcher(filter)


def test_keys() -> None:
    assert keys_of({"a": 1, "or": [{"b": 2}, {"not": {"c": {"gt": 1}}}]}) == {"a", "b", "c"}


values = st.sampled_from(["en", "de", "fr", 1, 2, 3, 2.5, True, None])
metadata = st.dictionaries(st.sampled_from(["lang", "year", "tags"]), st.one_of(values, st.lists(values, max_size=3)))
conditions = st.one_of(
    values,
    st.fixed_dictionaries({"in": st.lists(values, max_size=3)}),
    st.dictionaries(st.sampled_from(["gt", "gte", "lt", "lte"]), st.sampled_from([1, 2, 2.5, "en"]), min_size=1),
    st.fixed_dictionaries({"ne": values}),
    st.fixed_dictionaries({"exists": st.booleans()}),
)
plain = st.dictionaries(st.sampled_from(["lang", "year", "tags", "none"]), conditions, max_size=3)
filters = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"or": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"and": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=6,
)


def one(value: Any, name: str, wanted: Any) -> bool:
    """A condition on a single value, written the long way."""
    alike = type(value) is type(wanted) or (type(value) in (int, float) and type(wanted) in (int, float))
    if name == "eq":
        return alike and value == wanted
    return alike and {"gt": value > wanted, "gte": value >= wanted, "lt": value < wanted, "lte": value <= wanted}[name]


def naive(metadata: Mapping[str, Any], filter: Mapping[str, Any]) -> bool:
    def holds(key: str, wanted: Any) -> bool:
        if key == "not":
            return not naive(metadata, wanted)
        if key in ("or", "and"):
            return (any if key == "or" else all)([naive(metadata, part) for part in wanted])
        value = metadata.get(key)
        items = value if isinstance(value, list) else [value]
        results = []
        for name, operand in (wanted if isinstance(wanted, dict) else {"eq": wanted}).items():
            if name == "in":
                results.append(any(one(item, "eq", choice) for item in items for choice in operand))
            elif name == "ne":
                results.append(not any(one(item, "eq", operand) for item in items))
            elif name == "exists":
                results.append((value is not None) == operand)
            else:
                results.append(any(one(item, name, operand) for item in items))
        return all(results)

    return all(holds(key, wanted) for key, wanted in filter.items())


@given(metadata, filters)
@settings(max_examples=300, deadline=None)
def test_the_language_against_its_definition(metadata: Mapping[str, Any], filter: Mapping[str, Any]) -> None:
    assert matcher(filter)(metadata) is naive(metadata, filter)


@given(shelf=st.lists(metadata, min_size=1, max_size=12), filter=filters)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_view_gives_the_same_passages(
    tmp_path_factory: pytest.TempPathFactory,
    make: Callable[..., Index],
    views: Sequence[View],
    ask: Callable[..., list[Document]],
    shelf: list[Mapping[str, Any]],
    filter: Mapping[str, Any],
) -> None:
    index = make(path=str(tmp_path_factory.mktemp("filters")))
    documents = [Document(f"Trip {i} by tram.", metadata={"source": f"{i}.txt", **row}) for i, row in enumerate(shelf)]
    index.add_documents(documents, views)
    expected = {f"{i}.txt" for i, row in enumerate(shelf) if naive(row, filter)}
    for view in views:
        assert {passage.metadata["source"] for passage in ask(index, view, "tram", 20, **filter)} == expected
    index.close()


def test_passages_have_places_too(
    make: Callable[..., Index], views: Sequence[View], handbook: Callable[..., list[Document]], ask: Any
) -> None:
    index = make()
    index.add_documents(handbook(), views)
    for view in views:
        found = ask(index, view, "approved by the director", **{"start": 0, "source": "travel*"})
        assert [passage.page_content for passage in found] == ["Travel is approved by your manager. "]
        assert not ask(index, view, "approved", source="nowhere.md")

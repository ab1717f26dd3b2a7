from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part
from rag.loaders.read import read


def parts(text: str, name: str = "corpus.jsonl") -> list[Part | LoadError]:
    return read(Blob(text.encode(), name, name), Limits())


def test_a_beir_corpus() -> None:
    [first, second] = parts(
        '{"_id": "d1", "title": "Hours", "text": "From eight to six.", "metadata": {"year": 2025}}\n'
        '{"_id": "d2", "title": "Title alone", "text": ""}\n'
    )
    assert first == Part("From eight to six.", {"format": "jsonl", "year": 2025, "title": "Hours"}, "d1")
    assert isinstance(second, Part)
    assert second.text == "Title alone"


def test_a_bad_line_costs_a_line() -> None:
    good = json.dumps({"id": 7, "content": "fine"})
    found = parts(f'{good}\n{{"id": 8, "content": \n\n{good}\n"just words"\n')
    assert [item.key if isinstance(item, Part) else item.reason for item in found] == [
        "7",
        "line 2 is not JSON: Expecting value",
        "line 4 has the id '7' of line 1",
        "5",
    ]


def test_records_without_a_text_are_written_out() -> None:
    [part] = parts('{"sensor": "A7", "drift": {"value": 0.30, "unit": "%"}, "tags": ["old", "cold"], "ok": true}')
    assert isinstance(part, Part)
    assert part.text == "sensor: A7\ndrift.value: 0.30\ndrift.unit: %\ntags: old, cold\nok: true"
    assert part.metadata["sensor"] == "A7"
    assert part.metadata["tags"] == ["old", "cold"]


def test_reserved_names_are_not_taken_over() -> None:
    [part] = parts('{"text": "a", "source": "elsewhere", "start": 5, "pages": [1], "price": 1.5}')
    assert isinstance(part, Part)
    assert part.metadata == {"format": "jsonl", "price": 1.5}


def test_lone_surrogates_are_left_out() -> None:
    [part] = parts('{"text": "a\\ud800b\\u0000", "\\udfff": "x"}')
    assert isinstance(part, Part)
    assert part.text == "ab"
    json.dumps(dict(part.metadata), ensure_ascii=False).encode()


def test_a_list_of_records_in_one_json_file() -> None:
    records = [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}, {"id": "a", "text": "three"}]
    found = parts(json.dumps(records), "records.json")
    assert [item.key if isinstance(item, Part) else item.reason for item in found] == [
        "a",
        "b",
        "record 3 has the id 'a' of an earlier one",
    ]


def test_any_other_json_as_lines(one: Callable[..., Part]) -> None:
    part = one(
        '{"title": "Plan", "steps": [{"name": "measure", "days": 2}, {"name": "rest", "days": null}], "x": []}',
        "a.json",
    )
    assert part.text == "title: Plan\nsteps[1].name: measure\nsteps[1].days: 2\nsteps[2].name: rest"
    assert part.metadata["title"] == "Plan"


def test_flat_records_are_rows(one: Callable[..., Part]) -> None:
    plans = [{"name": "Core", "euros": 49, "tags": ["small", "new"]}, {"name": "Pro", "euros": 129.5, "beta": True}]
    rows = "name: Core; euros: 49; tags: small, new\nname: Pro; euros: 129.5; beta: true"
    both: list[Any] = [plans, {"plans": plans}]
    for value in both:
        part = one(json.dumps(value), "plans.json")
        assert part.text == rows
        assert part.metadata["columns"] == ["name", "euros", "tags", "beta"]
    others: list[Any] = [{"plans": plans, "currency": "EUR"}, plans[:1], [*plans, {"name": {"first": "A"}}], [1, 2]]
    for value in others:
        assert "columns" not in one(json.dumps(value), "plans.json").metadata


def test_what_is_no_json_says_where(reason: Callable[..., str]) -> None:
    assert reason('{"a": 1,\n "b" 2}', "a.json") == "not JSON: line 2 column 6: Expecting ':' delimiter"
    assert reason("[" * 100_000, "a.json") == "nested too deeply"
    assert parts("  \n", "a.json") == []

"""Single values put over a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rag import config
from rag.config import Configuration
from rag.errors import ConfigError, Problem

BASE = """
encoder: letters
llm: {use: parrot, model: parrot-2, temperature: 1}
pipeline:
  - retrieve: words  # by words
  - generate: {use: chat}
"""


@pytest.fixture
def put(write: Callable[..., Path]) -> Callable[..., Configuration]:
    def put(*assignments: str, environment: Mapping[str, str] | None = None) -> Configuration:
        return config.load(write(BASE), set=assignments, environment=environment or {})

    return put


@pytest.fixture
def refused(put: Callable[..., Configuration]) -> Callable[..., Problem]:
    def refused(assignment: str) -> Problem:
        with pytest.raises(ConfigError) as caught:
            put(assignment)
        (only,) = caught.value.problems
        return only

    return refused


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("pipeline.0.retrieve.top_k=5", "pipeline.0.retrieve.top_k", 5),
        ("pipeline.0.retrieve.filter={year: 2024, name: x}", "pipeline.0.retrieve.filter.year", 2024),
        ("pipeline.0.retrieve.filter.name=5", "pipeline.0.retrieve.filter.name", 5),
        ("pipeline.0.retrieve=vectors", "pipeline.0.retrieve.use", "vectors"),
        ("encoder.half=true", "encoder.half", True),
        ("llm.model=5", "llm.model", "5"),
        ("llm.model='5'", "llm.model", "5"),
        ("llm.model=*", "llm.model", "*"),
        ("index.path=a: b #c", "index.path", "a: b #c"),
        ("index.segment.use=lines", "index.segment.max_tokens", 200),
        ("pipeline.1.generate.stop=[a, b]", "pipeline.1.generate.stop", ["a", "b"]),
        ("pipeline.1.generate.cite=${CITE:-false}", "pipeline.1.generate.cite", False),
    ],
)
def test_a_value_lands_typed(put: Callable[..., Configuration], assignment: str, path: str, value: Any) -> None:
    rows = {row.path: row for row in put(assignment).show()}
    assert (rows[path].value, type(rows[path].value)) == (value, type(value))


def test_the_origin_is_told(put: Callable[..., Configuration]) -> None:
    rows = {row.path: row.origin for row in put("llm.model=x", environment={"RAG__INDEX__PATH": "elsewhere"}).show()}
    assert rows["llm.model"] == "--set"
    assert rows["index.path"] == "environment RAG__INDEX__PATH"
    assert rows["llm.temperature"].endswith("rag.yaml:3")
    assert rows["llm.base_url"] == "default"


def test_flag_above_environment_above_file_above_default(put: Callable[..., Configuration]) -> None:
    environment = {"RAG__LLM__MODEL": "of-environment", "RAG__LLM__TEMPERATURE": "0.5"}
    llm: Any = put("llm.model=of-flag", environment=environment).llm
    assert (llm.model, llm.temperature, llm.base_url) == ("of-flag", 0.5, None)
    assert put().llm.temperature == 1.0  # type: ignore[union-attr]
    rows = {row.path: row.value for row in put(environment={"RAG__LLM__API_KEY": "hidden"}).show()}
    assert rows["llm.api_key"] == "**********"


def test_overrides_lie_below_set(write: Callable[..., Path]) -> None:
    loaded = config.load(write(BASE), overrides={"index": {"path": "a"}, "llm": {"model": "b"}}, set=["llm.model=c"])
    rows = {row.path: row for row in loaded.show()}
    assert (rows["index.path"].value, rows["index.path"].origin) == ("a", "override")
    assert rows["llm.model"].value == "c"


@pytest.mark.parametrize("given", ["llm.model=c", ["llm.model=c"], {"llm.model": "c"}])
def test_one_several_or_a_mapping(write: Callable[..., Path], given: Any) -> None:
    assert config.load(write(BASE), set=given).llm.model == "c"  # type: ignore[union-attr]


def test_data_of_a_mapping_stays_what_it_is(write: Callable[..., Path]) -> None:
    given = {"pipeline.0.retrieve": {"use": "words", "top_k": 7, "filter": {"lang": "für"}}, "llm.temperature": 0.5}
    loaded = config.load(write(BASE), set=given)
    assert (loaded.pipeline[0].retriever.top_k, loaded.pipeline[0].retriever.filter) == (7, {"lang": "für"})  # type: ignore[attr-defined]
    assert loaded.llm.temperature == 0.5  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("pipeline.0.retrieve.topk=5", "--set pipeline.0.retrieve.topk: pipeline.0.retrieve.topk: words has no key 'topk'"),  # noqa: E501
        ("pipeline.7.retrieve.top_k=5", "--set pipeline.7.retrieve.top_k: pipeline.7.retrieve.top_k: pipeline is a list with members 0 to 1, so there is no pipeline.7"),  # noqa: E501
        ("pipeline.0.retrive.top_k=5", "--set pipeline.0.retrive.top_k: pipeline.0.retrive: there is no step 'retrive'"),  # noqa: E501
        ("pipeline.0.generate.use=quote", "--set pipeline.0.generate.use: pipeline.0.generate.use: pipeline.0 is a retrieve step; generate stands at pipeline.1"),  # noqa: E501
        ("pipeline.0.route.use=length", "--set pipeline.0.route.use: pipeline.0.route.use: pipeline.0 is a retrieve step; route stands at no place"),  # noqa: E501
        ("piepline.0=5", "--set piepline.0: piepline: a configuration has no key 'piepline'"),
        ("llm.temperature=9", "--set llm.temperature: llm.temperature: should be less than or equal to 2, not '9'"),
        ("llm.temperature.x=9", "--set llm.temperature.x: llm.temperature.x: llm.temperature is 1 and has no keys"),
        ("pipeline.0.retrieve.filter={", "--set pipeline.0.retrieve.filter:1:2: is not YAML"),
        ("llm", "--set llm: should be PATH=VALUE"),
        ("=5", "--set : should be PATH=VALUE"),
        ("llm..x=5", "--set llm..x: should be PATH=VALUE"),
    ],
)  # fmt: skip
def test_what_cannot_be_set(refused: Callable[..., Problem], assignment: str, message: str) -> None:
    assert str(refused(assignment)).startswith(message)


def test_near_names_are_offered(refused: Callable[..., Problem]) -> None:
    assert refused("pipeline.0.retrive.top_k=5").hint == "did you mean 'retrieve'?"
    assert refused("pipeline.0.retrieve.topk=5").hint == "did you mean 'top_k'?"
    assert refused("piepline.0=5").hint == "did you mean 'pipeline'?"

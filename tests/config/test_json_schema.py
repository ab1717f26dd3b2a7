"""The schema for editors says what `check` says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rag import config
from rag.config.read import read_text


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = config.schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def data(text: str) -> Any:
    node, problems = read_text(text)
    assert not problems
    return node.plain()


@pytest.mark.parametrize(
    "text",
    [
        "pipeline: []",
        "version: 1\nx-any: {thing: [1]}\npipeline: [{retrieve: words}, {generate: {use: chat}}]",
        "extends: default\nllm: {model: x}\nindex: {segment: {max_tokens: 5}}",
        'encoder: "${ENCODER:-minilm}"\npipeline: [{retrieve: {use: words, top_k: "${K:-5}", language: "${L}"}}]',
        "pipeline: [{retrieve: {use: both, of: [words, {use: vectors, encoder: {use: letters, half: true}}]}}]",
        "pipeline: [{route: {use: length, none: [], long: [{compress: {use: cut, limits: {passages: 5}}}]}}]",
        "pipeline: [{route: {use: length, long: [], named: {x: []}}}]",
        "pipeline: [{retrieve: {use: 'langchain_core.retrievers:BaseRetriever', anything: 5}}]",
        "pipeline: [{compress: {use: cut, judge: {use: letters}}}, {compress: {use: cut, judge: x}}]",
        "llm: null\nindex: {path: here, llm: parrot}\npipeline: [agent: {use: loop, retrieve: words, fallback: null}]",
    ],
)  # fmt: skip
def test_what_is_right_passes(validator: Draft202012Validator, text: str) -> None:
    assert [error.message for error in validator.iter_errors(data(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "pipeline: [{retrieve: wrods}]",  # unknown component
        "pipeline: [{retrieve: {use: wrods}}]",
        "pipeline: [{retrieve: {use: words, topk: 5}}]",  # unknown key
        "pipeline: [{retrieve: {use: words, top_k: five}}]",  # wrong type
        "pipeline: [{retrieve: {use: words, top_k: 0}}]",  # out of range
        "pipeline: [{retrieve: {use: words, language: latin}}]",
        "pipeline: [{retrieve: {use: both, of: []}}]",
        "pipeline: [{retrieve: {use: both}}]",  # missing key
        "pipeline: [{retrieve: {top_k: 5}}]",
        "pipeline: [{retrive: words}]",  # unknown step
        "pipeline: [{retrieve: words, generate: quote}]",
        "pipeline: [{compress: {use: cut, limits: {passages: -1}}}]",
        "pipeline: [{route: {use: length, long: [{retrieve: wrods}]}}]",
        "piepline: []",
        "version: 1",
        "version: 2\npipeline: []",
        "encoder: {use: letters, half: maybe}\npipeline: []",
    ],
)
def test_what_is_wrong_does_not(validator: Draft202012Validator, problems: Callable[..., Any], text: str) -> None:
    assert not validator.is_valid(data(text))
    assert problems(text)


def test_components_and_fields_are_described(validator: Draft202012Validator) -> None:
    definitions = validator.schema["$defs"]
    words = definitions["retriever.words"]
    assert words["description"] == "Passages that share words with the question."
    assert words["properties"]["top_k"]["description"] == "Passages returned."
    assert words["properties"]["top_k"]["default"] == 20
    assert definitions["retriever.vectors"]["properties"]["top_k"]["description"] == "Passages returned."
    assert definitions["encoder.letters"]["description"] == "A vector of letter counts."


def test_a_default_that_is_shown_is_plain(validator: Draft202012Validator, tmp_path: Path) -> None:
    cut = validator.schema["$defs"]["compressor.cut"]["properties"]
    assert cut["limits"]["default"] == {}
    assert cut["keep"]["anyOf"][0]["maximum"] == 1

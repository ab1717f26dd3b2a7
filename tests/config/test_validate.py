"""What is wrong is said with its place, what is allowed, and what was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MISTAKES = [block.split("\n>>> ") for block in (Path(__file__).parent / "mistakes.txt").read_text().split("\n\n")]
"""A configuration, and what is said about it after the file's name."""


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_one_mistake_is_one_problem(problems: Callable[..., Any], text: str, said: str) -> None:
    (only,) = problems(text)
    assert str(only).split("rag.yaml:", 1)[1] == said.rstrip()


def test_a_configuration_without_pipeline(problems: Callable[..., Any]) -> None:
    (found,) = problems("version: 1")
    assert found.message == "a configuration needs the key 'pipeline'"
    assert "extends: NAME" in found.hint


def test_a_mistake_behind_an_alias_is_said_once(problems: Callable[..., Any]) -> None:
    found = problems("x-words: &words {use: words, topk: 5}\npipeline: [{retrieve: *words}, {retrieve: *words}]")
    assert [(problem.line, problem.path) for problem in found] == [(1, "pipeline.0.retrieve.topk")]


def test_problems_come_in_the_order_of_lines(problems: Callable[..., Any]) -> None:
    found = problems("pipeline: [{retrieve: wrods}]\nllm: {use: parot}\nencoder: {use: leters}\nextends: nowhere")
    assert [problem.line for problem in found] == [1, 2, 3, 4]

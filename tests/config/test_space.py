"""`tune:` is checked like everything else: each mistake at its place."""

from collections.abc import Callable
from typing import Any

import pytest

from rag.config import Configuration, change, load, schema
from rag.config.tuning import Range
from rag.errors import ConfigError

TOP = """\
pipeline:
  - retrieve: {use: both, of: [words, vectors], weights: [1.0, 1.0]}
  - compress: cut
tune:
  space:
"""


@pytest.mark.parametrize(
    ("line", "place", "said", "hint"),
    [
        ("pipeline.0.retrieve.topk: [1]", "6:5", "has no key 'topk'; it has: use, of, weights, top_k", "'top_k'"),
        ("pipelin.0.retrieve.top_k: [1]", "6:5", "no 'pipelin' to search", "'pipeline'"),
        ("tune.trials: [1]", "6:5", "no 'tune' to search", ""),
        ("pipeline.2.retrieve: [words]", "6:5", "pipeline has members 0 to 1", ""),
        ("index.segment.max_tokens: [1]", "6:5", "index.segment is null here and has no 'max_tokens'", "write"),
        ("pipeline.0.retrieve.top_k: [5, five]", "6:36", "should be a valid integer, not 'five'", ""),
        ("pipeline.0.retrieve.top_k: {low: 0, high: 5}", "6:38", "should be greater than 0, not 0", ""),
        ("pipeline.1.compress.keep: {low: 0.5, high: 1.5}", "6:48", "should be less than or equal to 1, not 1.5", ""),
        ("pipeline.0.retrieve.weights: [[1, 2, 3]]", "6:35", "3 weights for 2 retrievers", ""),
        ("pipeline.0.retrieve.top_k: {low: 5, high: 1}", "6:32", "low is 5 and high 1", ""),
        ("pipeline.0.retrieve.top_k: {low: 1, high: 5, steps: 2}", "6:32", "a range has no key 'steps'", ""),
        ("pipeline.0.retrieve.top_k: {low: 1, high: 5, step: 9}", "6:32", "step is 9", ""),
        ("pipeline.0.retrieve.top_k: {low: 0, high: 5, log: true}", "6:32", "log needs low above 0", ""),
        ("pipeline.0.retrieve.top_k: []", "6:32", "1 member at least", ""),
    ],
)
def test_one_mistake_is_one_problem(
    problems: Callable[..., list[Any]], line: str, place: str, said: str, hint: str
) -> None:
    (found,) = problems(f"{TOP}    {line}\n")
    assert f"{found.line}:{found.column}" == place
    assert found.path.startswith(f"tune.space.{line.partition(':')[0]}")
    assert said in found.message
    assert hint in found.hint


def test_a_key_inside_a_searched_component_is_conditional(problems: Callable[..., list[Any]]) -> None:
    (found,) = problems(f"{TOP}    pipeline.0.retrieve: [words, vectors]\n    pipeline.0.retrieve.top_k: [1, 2]\n")
    assert (found.line, found.path) == (7, "tune.space.pipeline.0.retrieve.top_k")
    assert "lies inside pipeline.0.retrieve" in found.message
    assert "conditional" in found.hint


def test_objectives_and_budgets_are_checked(problems: Callable[..., list[Any]]) -> None:
    tune = "{objectives: {f1: up}, trials: 0, minutes: -1, tolerance: -1, tirals: 3}"
    assert [problem.path for problem in problems(f"pipeline: [{{retrieve: words}}]\ntune: {tune}\n")] == [
        "tune.objectives.f1",
        "tune.trials",
        "tune.minutes",
        "tune.tolerance",
        "tune.tirals",
    ]


def test_a_sound_space_is_read() -> None:
    space = {"pipeline.0.retrieve.top_k": {"low": 1, "high": 9}, "pipeline.0.retrieve.language": ["english", "german"]}
    configuration = load({"pipeline": [{"retrieve": "words"}], "tune": {"space": space}}, environment={})
    assert configuration.tune is not None
    assert configuration.tune.space["pipeline.0.retrieve.top_k"] == Range(low=1, high=9)
    assert configuration.tune.space["pipeline.0.retrieve.language"] == ("english", "german")


def test_nobody_has_to_tune() -> None:
    configuration = load({"pipeline": [{"retrieve": "words"}]}, environment={})
    assert configuration.tune is None
    assert "tune" not in configuration.node.entries


def test_the_schema_has_it() -> None:
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema())
    sound = {"pipeline": [{"retrieve": "words"}], "tune": {"space": {"a.b": [1, "x"], "c.d": {"low": 1, "high": 2.5}}}}
    assert validator.is_valid(sound)
    assert not validator.is_valid({**sound, "tune": {"space": {"a.b": 3}}})
    assert not validator.is_valid({**sound, "tune": {"objectives": {"f1": "up"}}})


@pytest.fixture
def written(write: Callable[..., Any]) -> Configuration:
    text = """\
    # Ours.
    pipeline:
      - retrieve: words  # by words
      - compress: {use: cut, keep: "${KEEP:-0.5}"}
    llm: {use: parrot, model: "${MODEL:-p}"}
    tune: {space: {pipeline.0.retrieve.top_k: [1]}}
    """
    return load(write("\n".join(line[4:] for line in text.splitlines())), environment={"KEEP": "0.25"})


def test_a_change_is_a_configuration(written: Configuration) -> None:
    changed = change(written, {"pipeline.0.retrieve.top_k": 7, "index.path": "elsewhere"}, origin="test")
    assert changed.pipeline.steps[0].retriever.top_k == 7  # type: ignore[attr-defined]
    assert changed.pipeline.steps[1].compressor.keep == 0.25  # type: ignore[attr-defined]
    assert written.pipeline.steps[0].retriever.top_k == 20  # type: ignore[attr-defined]
    assert {row.path: row.origin for row in changed.show()}["pipeline.0.retrieve.top_k"] == "test"
    assert "tune" not in changed.node.entries


def test_a_change_can_be_written(written: Configuration, write: Callable[..., Any]) -> None:
    changed = change(written, {"pipeline.0.retrieve.top_k": 7})
    text = changed.dump()
    assert "${KEEP:-0.5}" in text
    assert "# by words" in text
    assert load(write(text, "again.yaml"), environment={"KEEP": "0.25"}) == changed


def test_a_change_that_does_not_fit_is_refused(written: Configuration) -> None:
    with pytest.raises(ConfigError, match=r"pipeline.0.retrieve.top_k: should be a valid integer"):
        change(written, {"pipeline.0.retrieve.top_k": "many"})
    with pytest.raises(ConfigError, match="pipeline is a list with members 0 to 1"):
        change(written, {"pipeline.5.retrieve.top_k": 1})

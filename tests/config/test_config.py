"""Loading, whole: the five mistakes, precedence, what is shared."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag import config
from rag.errors import ConfigError, Problem

FIVE = """\
version: 1
encoder: {use: letters}
llm: {use: parrot, model: "${RAG_MODLE}"}
pipeline:
  - retrieve:
      use: wrods
      top_k: 5
  - retrieve: {use: words, topk: 5}
  - retrieve:
      use: words
      top_k: five
  - generate: *chatty
"""


def test_five_mistakes_are_five_problems(write: Callable[..., Path]) -> None:
    path = write(FIVE)
    found = config.check(path, environment={"RAG_MODEL": "parrot-2"})
    assert found == (
        Problem(
            "the environment variable 'RAG_MODLE' is not set",
            "llm.model", str(path), 3, 27,
            "did you mean 'RAG_MODEL'? set it, or give a default: ${RAG_MODLE:-value}",
        ),
        Problem(
            "no retriever is called 'wrods'; there are: both, vectors, words",
            "pipeline.0.retrieve.use", str(path), 6, 12, "did you mean 'words'?",
        ),
        Problem(
            "words has no key 'topk'; it has: index, top_k, language, filter",
            "pipeline.1.retrieve.topk", str(path), 8, 28, "did you mean 'top_k'?",
        ),
        Problem(
            "should be a valid integer, not 'five'", "pipeline.2.retrieve.top_k", str(path), 11, 14,
        ),
        Problem(
            "nothing above is anchored as &chatty", "pipeline.3.generate", str(path), 12, 15, "anchors so far: none",
        ),
    )  # fmt: skip


def test_a_component_that_relies_on_a_missing_shared_part(problems: Callable[..., Any]) -> None:
    (found,) = problems("pipeline: [{generate: chat}]")
    assert (found.path, found.line, found.column) == ("pipeline.0.generate", 1, 23)
    assert found.message == "chat needs 'llm', and nothing gives it"
    assert found.hint == "add a line `llm: {use: NAME}` at the root (there are: parrot), or `llm: ...` to chat itself"


def test_shared_parts_are_one_object(write: Callable[..., Path]) -> None:
    path = write("""
llm: parrot
pipeline:
  - retrieve: {use: both, of: [words, vectors, {use: vectors, encoder: {use: minilm}}, words]}
  - generate: chat
""")
    loaded = config.load(path)
    retriever, chat = (step.non_defaults() for step in loaded.pipeline)
    words, vectors, own, again = retriever["retriever"].of
    assert words is again
    assert vectors.encoder is own.encoder is loaded.encoder is loaded.index.encoder
    assert words.index is vectors.index is loaded.index
    assert chat["generator"].llm is loaded.llm


def test_a_mapping_without_use_changes_the_default(write: Callable[..., Path]) -> None:
    loaded = config.load(write("pipeline: [agent: {use: loop, retrieve: words, compress: {judge: x}}]"))
    (step,) = loaded.pipeline
    compressor = step.agent.compress  # type: ignore[attr-defined]
    assert (compressor.keep, compressor.judge) == (0.25, "x")
    rows = {row.path: row for row in loaded.show()}
    assert rows["pipeline.0.agent.compress.keep"].origin == "default"


def test_what_stands_above_a_shared_part_does_not_see_it(write: Callable[..., Path]) -> None:
    """The same words under other shared parts are another object."""
    text = "encoder: {use: remembered, encoder: letters}\npipeline: [retrieve: {use: vectors, encoder: letters}]"
    loaded = config.load(write(text))
    (step,) = loaded.pipeline
    assert step.retriever.encoder is loaded.encoder.encoder  # type: ignore[attr-defined]
    assert step.retriever.index.encoder is loaded.encoder  # type: ignore[attr-defined]


def test_null_keeps_a_shared_part_away(write: Callable[..., Path]) -> None:
    text = "llm: parrot\nindex: {llm: null}\npipeline: [{generate: quote}, {generate: {use: quote, llm: null}}]"
    loaded = config.load(write(text))
    given, kept = (step.generator.llm for step in loaded.pipeline)  # type: ignore[attr-defined]
    assert (given, kept, loaded.index.llm) == (loaded.llm, None, None)
    again = config.load(write(config.document(pipeline=loaded.pipeline, llm=loaded.llm, index=loaded.index)))
    assert again.pipeline == loaded.pipeline


def test_equal_configurations_hash_alike(write: Callable[..., Path]) -> None:
    one = config.load(write("pipeline: [retrieve: words]"))
    two = config.load({"encoder": "minilm", "pipeline": [{"retrieve": {"use": "words", "top_k": 20}}]})
    other = config.load({"pipeline": [{"retrieve": {"use": "words", "top_k": 21}}]})
    assert (one, hash(one)) == (two, hash(two))
    assert one != other


def test_many_threads_build_one_part(write: Callable[..., Path]) -> None:
    loaded = config.load(write("pipeline: [retrieve: vectors]"))
    with ThreadPoolExecutor(8) as threads:
        steps = list(threads.map(lambda _: loaded.pipeline, range(32)))
    assert all(found is steps[0] for found in steps)


def test_the_constructors_own_checks_are_made_without_building(problems: Callable[..., Any]) -> None:
    (found,) = problems("pipeline:\n  - retrieve: {use: both, of: [words, vectors], weights: [1]}\n")
    assert str(found).endswith("rag.yaml:2:15: pipeline.0.retrieve: 1 weights for 2 retrievers")
    (found,) = problems("pipeline:\n  - retrieve:\n      use: both\n      of: []\n")
    assert (found.path, found.line) == ("pipeline.0.retrieve.of", 4)
    assert "1 member at least" in found.message


def test_all_problems_are_raised(write: Callable[..., Path]) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(FIVE), environment={})
    assert len(caught.value.problems) == 5
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "text",
    ["pipeline: []\n", "pipeline: [retrieve: words]", "{pipeline: []}", "pipeline:\n" + "- retrieve: bm25\n" * 500],
)
def test_a_yaml_in_place_of_its_path_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="is no path and no preset's name but text"):
        config.load(text)


@pytest.mark.parametrize("source", [None, 3, ["rag.yaml"]])
def test_what_is_no_configuration_at_all(source: Any) -> None:
    with pytest.raises(ConfigError, match="this is no configuration\n    a file's path, .+ not "):
        config.load(source)


@pytest.mark.parametrize("name", ["a" * 5000, "~nobody/rag.yaml"])
def test_a_name_that_no_file_can_have(name: str) -> None:
    with pytest.raises(ConfigError, match="no such file, and no preset of that name"):
        config.load(name)

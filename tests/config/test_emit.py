"""Dumps: non-defaults, comments, secrets, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import SecretStr

from rag import config
from rag.component import Component
from rag.config.emit import write_node
from rag.config.node import from_plain
from rag.config.read import read_text
from rag.steps import Steps

COMMENTED = """\
# The whole house.
version: 1

encoder: {use: letters, half: true}  # shared
llm:
  use: parrot
  model: "${RAG_MODEL:-parrot-2}"
  # from the vault
  api_key: "${PARROT_KEY}"
pipeline:
  # first by words
  - retrieve: {use: words, top_k: 5}  # few
  - compress:
      use: cut
      keep: 0.25  # a quarter
  # then an answer
  - generate: chat
# That is all.
"""


def test_comments_and_variables_survive(write: Callable[..., Path]) -> None:
    loaded = config.load(write(COMMENTED), environment={"PARROT_KEY": "hidden"})
    assert loaded.dump() == COMMENTED


def test_changes_are_written_among_the_comments(write: Callable[..., Path]) -> None:
    sets = ["pipeline.0.retrieve.top_k=9", "llm.model=5", "index.path=elsewhere"]
    loaded = config.load(write(COMMENTED), environment={"PARROT_KEY": "hidden"}, set=sets)
    text = loaded.dump()
    assert "  - retrieve: {use: words, top_k: 9}  # few\n" in text
    assert '  model: "5"\n' in text
    assert "index: {path: elsewhere}\n" in text
    assert config.load(write(text), environment={"PARROT_KEY": "hidden"}) == loaded


def test_what_is_extended_is_merged_in(write: Callable[..., Path]) -> None:
    write(COMMENTED, "base.yaml")
    path = write("# Mine.\nextends: base.yaml\nx-a: &a {use: quote}\nindex: {path: here}\npipeline: [generate: *a]\n")
    loaded = config.load(path, environment={"PARROT_KEY": "hidden"})
    text = loaded.dump()
    assert text.startswith("# Mine.\n")
    assert "  # from the vault\n" in text
    assert not any(word in text for word in ("extends", "x-a", "hidden", "vectors"))
    assert config.load(write(text), environment={"PARROT_KEY": "hidden"}) == loaded


def test_text_of_several_lines_is_a_block() -> None:
    data = {"prompt": "Answer from:\n\n  {passages}\n", "list": ["a\nb", " a\nb"]}
    text = write_node(from_plain(data))
    assert text == 'prompt: |\n  Answer from:\n\n    {passages}\nlist:\n  - |-\n    a\n    b\n  - " a\\nb"\n'
    assert read_text(text)[0].plain() == data


def test_nothing_stands_between_a_dash_and_its_value() -> None:
    text = "a:\n  -\n    # one\n    b: 1\n  - # two\n    - # three\n      - c\n"
    written = write_node(read_text(text)[0])
    assert written == "a:\n  # one\n  - b: 1\n  # two\n  # three\n  - - - c\n"
    assert write_node(read_text(written)[0]) == written


def test_secrets_are_redacted_everywhere(write: Callable[..., Path]) -> None:
    environment = {"PARROT_KEY": "hidden-1", "DB_PASSWORD": "hidden-2"}
    path = write("""
llm: {use: parrot, api_key: hidden-3, base_url: "http://${DB_PASSWORD}@host"}
pipeline: [generate: {use: chat, llm: {use: parrot, api_key: "${PARROT_KEY}"}}]
""")
    loaded = config.load(path, environment=environment, set=["llm.api_key=hidden-4"])
    said = [
        loaded.dump(),
        str(loaded.show()),
        repr(loaded),
        repr(loaded.node),
        repr(loaded.pipeline),
        config.dump(loaded.llm),
    ]
    said += [str(vars(loaded.llm)["api_key"]), config.document(pipeline=loaded.pipeline, llm=loaded.llm)]
    assert not any("hidden" in text for text in said[:5])
    assert not any(f"hidden-{n}" in text for n in (1, 3, 4) for text in said)
    llm: Any = loaded.llm
    assert llm.api_key.get_secret_value() == "hidden-4"


def test_rows(write: Callable[..., Path]) -> None:
    path = write("pipeline:\n- retrieve: {use: both, of: [words, words], weights: [1, 2.5]}\n")
    rows = {row.path: (row.value, row.origin) for row in config.load(path, environment={}).show()}
    assert rows["version"] == (1, "default")
    assert rows["encoder.use"] == ("minilm", "default")
    assert rows["llm"] == (None, "default")
    assert rows["index.path"] == (".rag/index", "default")
    assert rows["pipeline.0.retrieve.weights"] == ([1, 2.5], f"{path}:2")
    assert rows["pipeline.0.retrieve.of.1.top_k"] == (20, "default")
    assert not any("index" in name for name in rows if name.startswith("pipeline"))  # said once, at the root


def test_a_component_says_what_differs(house: dict[str, Any]) -> None:
    limits = house["cut"].model_fields["limits"].annotation(passages=5)
    assert config.dump(house["cut"](keep=0.25, limits=limits)) == "use: cut\nkeep: 0.25\nlimits: {passages: 5}\n"
    assert config.dump(house["cut"]()) == "use: cut\n"
    assert config.dump(house["parrot"](api_key=SecretStr("hidden"))) == 'use: parrot\napi_key: "**********"\n'


def test_a_component_of_another_package_is_its_path() -> None:
    said = config.dump(DeterministicFakeEmbedding(size=8))
    assert said == "use: langchain_core.embeddings.fake:DeterministicFakeEmbedding\nsize: 8\n"
    again = config.component(said, Embeddings, allow_import=["langchain_core"])
    assert again == DeterministicFakeEmbedding(size=8)


def test_what_yaml_cannot_say(house: dict[str, Any]) -> None:
    class Odd(BaseRetriever, Component):
        thing: object

        def _get_relevant_documents(self, query: str, **_: Any) -> list[Any]:
            return []

    with pytest.raises(TypeError, match=r"YAML cannot say a builtins\.object"):
        config.dump(Odd(thing=object()))


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), plain, max_size=4))
def test_any_data_is_written_so_that_it_reads_the_same(data: dict[str, Any]) -> None:
    if "<<" in str(data):
        return
    node, problems = read_text(write_node(from_plain(data)))
    assert not problems
    assert node.plain() == data


words = st.fixed_dictionaries(
    {"use": st.just("words")},
    optional={
        "top_k": st.integers(1, 100),
        "language": st.sampled_from(["english", "german"]),
        "filter": st.none()
        | st.dictionaries(st.text("abc", max_size=3), st.text(max_size=3) | st.integers(), max_size=2),
    },
)
encoders = st.just("minilm") | st.fixed_dictionaries(
    {"use": st.just("letters")}, optional={"alphabet": st.text("abc:#'\"", max_size=5), "half": st.booleans()}
)
encoders = encoders | st.fixed_dictionaries({"use": st.just("remembered"), "encoder": encoders})
vectors = st.fixed_dictionaries({"use": st.just("vectors")}, optional={"encoder": encoders, "top_k": st.integers(1, 9)})
retrievers = st.recursive(
    words | vectors | st.just("words"),
    lambda inner: st.fixed_dictionaries({"use": st.just("both"), "of": st.lists(inner, min_size=1, max_size=3)}),
    max_leaves=4,
)
cut = st.fixed_dictionaries(
    {"use": st.just("cut")},
    optional={
        "keep": st.floats(0.01, 1), "judge": encoders | st.just("x"),
        "limits": st.fixed_dictionaries({}, optional={"seconds": st.floats(allow_nan=False), "passages": st.integers(0)}),  # noqa: E501
    },
)  # fmt: skip
chat = st.fixed_dictionaries({"use": st.just("chat")}, optional={"stop": st.lists(st.text(max_size=4), max_size=3)})
simple = st.one_of(
    st.builds(lambda part: {"retrieve": part}, retrievers), st.builds(lambda part: {"compress": part}, cut),
    st.builds(lambda part: {"generate": part}, chat | st.just("quote")),
)  # fmt: skip
steps = st.recursive(
    st.lists(simple, max_size=3),
    lambda inner: st.builds(
        lambda long, named: [{"route": {"use": "length", "long": long, "named": named}}],
        inner, st.dictionaries(st.text("ab", min_size=1, max_size=2), inner, max_size=2),
    ),
    max_leaves=3,
)  # fmt: skip
configurations = st.fixed_dictionaries(
    {"pipeline": steps.map(lambda made: sorted(made, key=lambda step: "generate" in step)), "llm": st.just("parrot")},
    optional={"encoder": encoders, "index": st.fixed_dictionaries({}, optional={"path": st.text(max_size=5)})},
)


def escaped(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: escaped(value) for name, value in data.items()}
    if isinstance(data, list):
        return [escaped(value) for value in data]
    return data.replace("${", "$${") if isinstance(data, str) else data


@given(configurations)
@settings(max_examples=60)
def test_a_configuration_survives_the_way_through_yaml(data: dict[str, Any]) -> None:
    loaded = config.load(escaped(data), environment={})
    again = config.load(yaml(loaded.dump()), environment={})
    assert again == loaded
    assert again.pipeline == loaded.pipeline
    assert hash(again.pipeline) == hash(loaded.pipeline)
    assert repr(again.pipeline) == repr(loaded.pipeline)


@given(configurations)
@settings(max_examples=60)
def test_objects_survive_the_way_through_yaml(data: dict[str, Any]) -> None:
    """`load(dump(c)) == c`, for components alone and for everything together."""
    loaded = config.load(escaped(data), environment={})
    shared = {"encoder": loaded.encoder, "llm": loaded.llm, "index": loaded.index}
    text = config.document(pipeline=loaded.pipeline, **shared)
    again = config.load(yaml(text), environment={})
    assert (again.encoder, again.llm, again.index) == tuple(shared.values())
    assert again.pipeline == loaded.pipeline
    assert config.component(config.dump(loaded.pipeline), Steps) == loaded.pipeline
    assert config.component(config.dump(loaded.pipeline, shared), Steps, shared=shared) == loaded.pipeline


def yaml(text: str) -> dict[str, Any]:
    node, problems = read_text(text)
    assert not problems
    data: dict[str, Any] = node.plain()
    return data

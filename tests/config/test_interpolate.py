"""Variables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import config
from rag.config.interpolate import environment, interpolate, secretive
from rag.config.node import Node, from_plain
from rag.errors import Problem

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
VARIABLES = {"HOST": "example.org", "PORT": "8000", "EMPTY": "", "RAG_MODEL": "parrot-2"}


def fill(text: str, **variables: str) -> tuple[Node, list[Problem]]:
    return interpolate(from_plain(text), VARIABLES | variables, "llm.model")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${HOST}", "example.org"),
        ("https://${HOST}:${PORT}/v1", "https://example.org:8000/v1"),
        ("${MISSING:-local}", "local"),
        ("${EMPTY:-local}", "local"),
        ("${EMPTY}", ""),
        ("${MISSING:-}", ""),
        ("${MISSING:-${HOST}}", "example.org"),
        ("${HOST:-${MISSING}}", "example.org"),
        ("${MISSING:-http://${HOST}:${NO:-1}/}", "http://example.org:1/"),
        ("$${HOST}", "${HOST}"),
        ("${MISSING:-$${HOST}}", "${HOST}"),
        ("$HOST costs $5", "$HOST costs $5"),
        ("${MISSING:-a:-b}", "a:-b"),
    ],
)
def test_values(text: str, value: str) -> None:
    node, problems = fill(text)
    assert not problems
    assert node.value == value


def test_a_missing_variable() -> None:
    node, (found,) = fill("${RAG_MODLE}/${NO_SUCH}/${RAG_MODLE}")[0], fill("${RAG_MODLE}")[1]
    assert node.broken
    assert found.path == "llm.model"
    assert found.message == "the environment variable 'RAG_MODLE' is not set"
    assert found.hint == "did you mean 'RAG_MODEL'? set it, or give a default: ${RAG_MODLE:-value}"
    assert len(fill("${RAG_MODLE}/${NO_SUCH}/${RAG_MODLE}")[1]) == 2
    assert "did you mean" not in fill("${NO_SUCH}")[1][0].hint


@pytest.mark.parametrize("text", ["${", "${}", "${1A}", "${HOST", "${HOST-x}", "${HOST:-x", "${ HOST}"])
def test_malformed(text: str) -> None:
    node, (found,) = fill(text)
    assert node.broken
    assert found.hint == "write ${NAME}, ${NAME:-default}, or $${ for the characters themselves"


@pytest.mark.parametrize(
    ("name", "secret"), [("OPENAI_API_KEY", True), ("db_password", True), ("HF_TOKEN", True), ("HOST", False)]
)
def test_names_of_secrets(name: str, secret: bool) -> None:
    assert secretive(name) is secret
    node, _ = fill(f"a ${{{name}}}", **{name: "hidden"})
    assert node.secret is secret
    assert ("hidden" in repr(node)) is False
    assert node.source == f"environment {name}"


def test_the_field_decides_the_type(write: Callable[..., Path]) -> None:
    path = write("""
llm: {use: parrot, model: "${N}", temperature: "${N:-1}", base_url: "${EMPTY}"}
pipeline:
  - retrieve: {use: words, top_k: "${N}", filter: {year: "${N}", name: "${NAME:-x}"}}
  - generate: {use: chat, cite: "${CITE:-false}", stop: ["${N}"]}
""")
    loaded = config.load(path, environment={"N": "2", "EMPTY": ""})
    retrieve, generate = loaded.pipeline.steps
    words, chat = retrieve.retriever, generate.generator  # type: ignore[attr-defined]
    assert (words.top_k, words.filter, chat.cite, chat.stop) == (2, {"year": 2, "name": "x"}, False, ("2",))
    assert (chat.llm.model, chat.llm.temperature, chat.llm.base_url) == ("2", 2.0, None)


def test_a_wrong_value_of_a_variable_is_not_shown(problems: Callable[..., Any]) -> None:
    (found,) = problems('pipeline: [{retrieve: {use: words, top_k: "${TOP}"}}]', environment={"TOP": "hidden"})
    assert found.message == "should be a valid integer, not the value of ${TOP}"
    (found,) = problems('pipeline: [{retrieve: "${RETRIEVER}"}]', environment={"RETRIEVER": "hidden"})
    assert "hidden" not in str(found)


def test_dotenv_lies_below_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("RAG_MODEL=from-file\nRAG_HOST=from-file\nBARE\n")
    monkeypatch.setenv("RAG_MODEL", "from-environment")
    monkeypatch.chdir(tmp_path)
    found = environment()
    assert (found["RAG_MODEL"], found["RAG_HOST"]) == ("from-environment", "from-file")
    assert "BARE" not in found


@given(st.text())
def test_text_without_variables_stays(text: str) -> None:
    said = text.replace("${", "$${")
    node, problems = interpolate(from_plain(said), {})
    assert not problems
    assert node.value == text


@given(
    st.dictionaries(names, st.text(min_size=1), min_size=1),
    st.lists(st.text(alphabet="ab {}:-", max_size=5), min_size=2),
)
def test_variables_are_put_in_literally_and_once(variables: dict[str, str], between: list[str]) -> None:
    """A value that looks like a variable stays as it is."""
    order = [list(variables)[n % len(variables)] for n in range(len(between))]
    said = "".join(f"{text}${{{name}}}" for text, name in zip(between, order, strict=True))
    node, problems = interpolate(from_plain(said), variables)
    assert not problems
    assert node.value == "".join(text + variables[name] for text, name in zip(between, order, strict=True))


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    node, problems = interpolate(from_plain(text), {"A": "a"})
    assert node.broken == bool(problems)

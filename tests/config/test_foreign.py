"""Classes of other packages, by dotted path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.language_models import FakeListChatModel
from langchain_core.retrievers import BaseRetriever

from rag import config
from rag.errors import ConfigError, Problem

FAKE = "langchain_core.embeddings:DeterministicFakeEmbedding"


@pytest.fixture
def refused(problems: Callable[..., list[Problem]]) -> Callable[..., Problem]:
    def refused(text: str) -> Problem:
        (only,) = problems(f"{text}\npipeline: []", allow_import=["langchain_core"])
        return only

    return refused


def test_nothing_is_imported_that_nobody_allowed(problems: Callable[..., Any], tmp_path: Path) -> None:
    (found,) = problems(f"encoder: {{use: '{FAKE}', size: 8}}\npipeline: []")
    assert found.message == f"{FAKE!r} would import code from 'langchain_core', which is not allowed"
    assert found.hint == "if you trust this configuration, add --allow-import langchain_core"
    assert (found.path, found.line, found.column) == ("encoder.use", 1, 16)
    (found,) = problems("pipeline: [{retrieve: antigravity.Anything}]", allow_import=["langchain_core"])
    assert found.message.endswith("which is not allowed (allowed: langchain_core)")


def test_one_package_alone_is_not_every_part_of_its_name(problems: Callable[..., Any]) -> None:
    assert (
        problems(f"encoder: {{use: '{FAKE}', size: 8}}\npipeline: [retrieve: vectors]", allow_import="langchain_core")
        == []
    )
    (found,) = problems("pipeline: [{retrieve: lang.Anything}]", allow_import="langchain_core")
    assert found.message.endswith("which is not allowed (allowed: langchain_core)")


@pytest.mark.parametrize("path", [FAKE, FAKE.replace(":", ".")])
def test_an_embedding_of_langchain_core(write: Callable[..., Path], path: str) -> None:
    loaded = config.load(
        write(f"encoder: {{use: '{path}', size: 8}}\npipeline: [retrieve: vectors]"), allow_import=["langchain_core"]
    )
    assert loaded.encoder == DeterministicFakeEmbedding(size=8)
    (step,) = loaded.pipeline
    assert step.retriever.encoder is loaded.encoder  # type: ignore[attr-defined]
    assert len(loaded.encoder.embed_query("travel")) == 8


def test_a_chat_model_of_langchain_core(write: Callable[..., Path]) -> None:
    text = (
        "llm: {use: 'langchain_core.language_models:FakeListChatModel', responses: [a, b]}\npipeline: [generate: chat]"
    )
    loaded = config.load(write(text), allow_import=["langchain_core"])
    assert isinstance(loaded.llm, FakeListChatModel)
    assert loaded.llm.responses == ["a", "b"]
    assert loaded.llm.invoke("?").content == "a"


def test_a_vector_store_stands_as_the_retriever_it_makes() -> None:
    spec = {
        "use": "langchain_core.vectorstores:InMemoryVectorStore",
        "embedding": {"use": FAKE, "size": 4},
        "search_kwargs": {"k": 1},
    }
    retriever = config.component(spec, BaseRetriever, allow_import=["langchain_core"])
    retriever.vectorstore.add_documents([Document("travel"), Document("food")])
    assert [passage.page_content for passage in retriever.invoke("food")] == ["food"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (f"encoder: {{use: '{FAKE}', sise: 8}}", "has no key 'sise'; it has: size", "did you mean 'size'?"),
        (f"encoder: {{use: '{FAKE}', size: many}}", "should be a valid integer, not 'many'", ""),
        (
            "encoder: {use: langchain_core.nowhere.Any}",
            "cannot be imported: No module named 'langchain_core.nowhere'",
            "pip install the package that has langchain_core.nowhere",
        ),
        ("encoder: {use: langchain_core.embeddings.Nothing}", "has no attribute 'Nothing'", ""),
        ("encoder: langchain_core.documents.Document", "is no Embeddings; there are: letters, minilm, remembered", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(refused: Callable[..., Problem], text: str, message: str, hint: str) -> None:
    found = refused(text)
    assert found.message.endswith(message)
    assert found.hint == hint


def test_a_module_beside_the_configuration(
    problems: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_parts.py").write_text("")
    monkeypatch.chdir(tmp_path)
    (found,) = problems("pipeline: [retrieve: {use: own_parts.Any}]", allow_import=["own_parts"])
    assert found.hint.startswith("own_parts lies in this folder, where Python looks for nothing: set PYTHONPATH=.")


def test_a_missing_key(problems: Callable[..., Any]) -> None:
    found = problems(f"encoder: '{FAKE}'\npipeline: []", allow_import=["langchain_core"])
    assert [problem.message for problem in found] == [f"{FAKE} needs the key 'size'"]


def test_a_foreign_constructor_is_not_called_by_check(problems: Callable[..., Any]) -> None:
    """It may do anything: only what it takes is compared."""
    text = "pipeline: [retrieve: {use: 'langchain_core.vectorstores:InMemoryVectorStore', embedding: minilm}]"
    assert problems(text, allow_import=["langchain_core"]) == []


class Vault(Embeddings):
    """A class of another package whose constructor says too much."""

    def __init__(self, key: str) -> None:
        raise ValueError(f"{key} opens nothing")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise AssertionError

    def embed_query(self, text: str) -> list[float]:
        raise AssertionError


def test_a_foreign_constructor_that_refuses(write: Callable[..., Path]) -> None:
    path = write(f"encoder: {{use: '{__name__}:Vault', key: '${{DOOR}}'}}\npipeline: []")
    options: dict[str, Any] = {"environment": {"DOOR": "sesame"}, "allow_import": [__name__.split(".")[0]]}
    assert config.check(path, **options) == ()
    with pytest.raises(ConfigError) as caught:
        _ = config.load(path, **options).encoder
    assert str(caught.value) == f"{path}:1:10: encoder: Vault cannot be made: ********** opens nothing"

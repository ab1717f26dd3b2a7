"""The one contract of every registered component: what holds for one holds for all.

A component needs a row in NEEDS only where it has a required key that nothing general can fill.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from langchain_core.documents import BaseDocumentCompressor, BaseDocumentTransformer, Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import FakeListChatModel
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import BaseModel, ValidationError

from rag import config, registry
from rag.component import SHARED, Component
from rag.config.fields import Field, keys_of
from rag.config.shape import Branch, Many, Part
from rag.errors import ConfigError, UsageError
from rag.index import Index, Lexical, Sparse, TokenVectors, Vectors
from rag.kinds import KINDS, Kind, Retriever, SparseEncoder, TermFinder, TokenEncoder, default_sparse, default_tokens
from rag.schema import Turn
from tests.databases import CONCERTS

NEEDS: dict[str, dict[str, Any]] = {
    "encoder.cached": {"of": "minilm"},
    "encoder.openai": {"model": "text-embedding-3-small"},
    "encoder.sentence-transformers": {"model": "some/model"},
    "llm.entropy_adaptive": {"small": "some/small", "large": "some/large"},
    "llm.escalate": {
        "small": {"use": "openai", "model": "small"},
        "large": {"use": "openai", "model": "large"},
    },
    "llm.local": {"model": "some/model"},
    "llm.openai": {"model": "gpt-4o-mini"},
    "compressor.rerank": {"model": "some/model"},
    "tokens.sentence-transformers": {"model": "some/model"},
    "retriever.schema": {"database": CONCERTS},
    "agent.text_to_sql": {"retrieve": {"use": "schema", "database": CONCERTS}},
    "agent.self_feedback": {"compress": "gradient"},
    "sparse.sentence-transformers": {"model": "some/model"},
    "router.rules": {"to": {"plain": []}, "otherwise": "plain"},
}
ELSEWHERE = {
    "encoder.openai",
    "encoder.sentence-transformers",
    "llm.entropy_adaptive",
    "llm.escalate",
    "llm.local",
    "llm.openai",
    "compressor.prune",
    "compressor.rerank",
    "generator.reader",
    "tokens.sentence-transformers",
    "sparse.sentence-transformers",
}
"""Work with a server, a model or weights of their own: tests of their kinds give them some."""
SMALLEST = {"retriever": "bm25", "segmenter": "recursive", "encoder": "minilm", "generator": "extractive"}
"""What stands where a component of that kind is required inside another."""


QUESTION = "Who approves travel abroad?"
PASSAGES = [
    Document(text, id=source, metadata={"source": source, "start": 0, "end": len(text), "score": 1.0})
    for source, text in (
        ("travel.md", "Travel is approved by your manager. Travel abroad is approved by the director."),
        ("hotels.md", "A hotel night costs up to 130 euros."),
        ("holidays.md", "Everybody has thirty days of leave."),
        ("on-call.md", "A week on call is paid with 250 euros."),
    )
]


def members() -> Iterator[tuple[Kind, str]]:
    return ((kind, name) for kind in KINDS for name in registry.names(kind))


def filler(field: Field) -> Any:
    """The smallest thing that a required field may hold."""
    match field.shape:
        case Part(kind):
            return SMALLEST[kind.name]
        case Many(Part(kind)):
            return [SMALLEST[kind.name]]
        case Branch():
            return []
    raise AssertionError(f"{field.name} is required: give it a row in NEEDS")


def smallest(kind: Kind, name: str) -> dict[str, Any]:
    """The least that YAML must say of a component."""
    given = NEEDS.get(f"{kind.name}.{name}", {})
    required = {
        key: filler(field)
        for key, field in keys_of(registry.find(kind, name)).fields.items()
        if field.required and key not in given and key not in SHARED
    }
    return {"use": name, **required, **given}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The parts that stand at the root, with something in the index."""
    encoder = config.component("minilm", Embeddings)
    llm = FakeListChatModel(responses=["yes"])
    spec = {"path": str(tmp_path_factory.mktemp("index"))}
    index = config.component(spec, Index, shared={"encoder": encoder})
    views = (Lexical(), Vectors(encoder=encoder), TokenVectors(default_tokens()), Sparse(default_sparse()))
    index.add_documents(PASSAGES, views)
    return {"encoder": encoder, "llm": llm, "index": index}


@pytest.fixture(params=members(), ids=lambda member: f"{member[0].name}.{member[1]}")
def member(request: pytest.FixtureRequest) -> tuple[Kind, str]:
    """Every registered component, one after the other."""
    found: tuple[Kind, str] = request.param
    return found


@pytest.fixture
def spec(member: tuple[Kind, str]) -> dict[str, Any]:
    return smallest(*member)


@pytest.fixture
def part(member: tuple[Kind, str], spec: dict[str, Any], shared: dict[str, Any]) -> Component:
    built: Component = config.component(spec, member[0].base, shared=shared)
    return built


def test_it_is_a_component_of_its_kind(member: tuple[Kind, str], part: Component) -> None:
    kind, name = member
    assert isinstance(part, (kind.base, Component))
    assert isinstance(part, BaseModel)
    assert registry.name_of(type(part)) == name
    assert (type(part).__doc__ or "").strip()


def test_it_refuses_an_unknown_key(
    member: tuple[Kind, str], part: Component, spec: dict[str, Any], shared: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError, match="has no key 'nonsense'"):
        config.component({**spec, "nonsense": 1}, member[0].base, shared=shared)
    fields = {name: getattr(part, name) for name in keys_of(type(part)).fields}
    with pytest.raises(ValidationError, match=r"nonsense\n  Extra inputs are not permitted"):
        type(part)(**fields | {"nonsense": 1})


def test_built_twice_it_is_equal(
    member: tuple[Kind, str], part: Component, spec: dict[str, Any], shared: dict[str, Any]
) -> None:
    again = config.component(spec, member[0].base, shared=shared)
    assert again is not part
    assert (again, hash(again), repr(again)) == (part, hash(part), repr(part))


def test_it_survives_the_way_through_yaml(member: tuple[Kind, str], part: Component, shared: dict[str, Any]) -> None:
    kind, _ = member
    assert config.component(config.dump(part, shared), kind.base, shared=shared) == part
    alone = config.dump(part)  # its shared parts written out
    assert config.component(alone, kind.base, allow_import=["langchain_core"]) == part


def test_its_repr_is_the_program(part: Component) -> None:
    assert repr(part).startswith(f"{type(part).__name__}(")
    assert not any(f"{name}=" in repr(part).partition("(")[2].split("(")[0] for name in SHARED)


def test_it_goes_to_another_process_as_it_is(part: Component) -> None:
    assert pickle.loads(pickle.dumps(part)) == part
    assert deepcopy(part) == part


def runnable(part: Component) -> tuple[Runnable[Any, Any], Any]:
    """The component as a langchain-core Runnable, and something to give it. Some kinds have calls of their own."""
    match part:
        case Embeddings():
            return RunnableLambda(part.embed_query, part.aembed_query), QUESTION
        case TokenEncoder():
            return RunnableLambda(lambda text: part.encode([text])[0].tolist()), QUESTION
        case SparseEncoder():
            return RunnableLambda(lambda text: part.encode([text]).todense().tolist()), QUESTION
        case TermFinder():
            return RunnableLambda(part.find), [passage.page_content for passage in PASSAGES]
        case BaseDocumentTransformer():
            return RunnableLambda(part.transform_documents, part.atransform_documents), PASSAGES
        case BaseDocumentCompressor():

            async def later(passages: Any) -> Any:
                return await part.acompress_documents(passages, QUESTION)

            return RunnableLambda(lambda passages: part.compress_documents(passages, QUESTION), later), PASSAGES
        case Retriever():
            return part, QUESTION
        case Runnable():
            return part, Turn(QUESTION, passages=tuple(PASSAGES))
    raise AssertionError(f"{type(part).__name__} has no call that a chain could make")


WORKING = [(kind, name) for kind, name in members() if f"{kind.name}.{name}" not in ELSEWHERE]


@pytest.mark.parametrize("member", WORKING, indirect=True, ids=lambda member: f"{member[0].name}.{member[1]}")
async def test_alone_in_a_chain_it_does_the_same_in_every_way(part: Component) -> None:
    stage, given = runnable(part)
    chain = RunnableLambda(lambda value: value) | stage
    said = chain.invoke(given)
    assert said
    assert await chain.ainvoke(given) == said
    assert chain.batch([given, given]) == [said, said]
    assert await chain.abatch([given]) == [said]
    assert pickle.loads(pickle.dumps(part)) == part  # what it opened stays here


RETRIEVERS = [(kind, name) for kind, name in members() if kind.name == "retriever"]


@pytest.mark.parametrize("member", RETRIEVERS, indirect=True, ids=lambda member: member[1])
async def test_a_retriever_names_what_it_takes(part: Retriever) -> None:
    with pytest.raises(UsageError, match=rf"takes filter, not 'name': it is a field, {type(part).__name__}\(name="):
        part.invoke(QUESTION, name="x")
    with pytest.raises(UsageError, match="takes filter, not 'most'$"):
        await part.ainvoke(QUESTION, most=3)


@pytest.mark.parametrize("member", RETRIEVERS, indirect=True, ids=lambda member: member[1])
async def test_a_filter_narrows_asynchronously_too(part: Retriever) -> None:
    wanted = {"title": "singer"} if getattr(part, "database", "") else {"source": "travel.md"}
    found = part.invoke(QUESTION, filter=wanted)
    assert {key: {passage.metadata[key] for passage in found} for key in wanted} == {
        key: {value} for key, value in wanted.items()
    }
    assert await part.ainvoke(QUESTION, filter=wanted) == found

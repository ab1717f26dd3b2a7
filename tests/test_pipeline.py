"""A pipeline made of the smallest real parts."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.runnables import RunnableConfig, RunnableLambda

from rag.errors import UsageError
from rag.kinds import Agent, Decision, Generator, Retriever, Router
from rag.pipeline import Pipeline
from rag.schema import Answer, Citation, Delta, Turn
from rag.steps import Steps
from rag.steps.act import Act
from rag.steps.generate import Generate
from rag.steps.retrieve import Retrieve
from rag.steps.route import Route

HANDBOOK = ("Travel is approved by your manager.", "Travel abroad is approved by the director.")


class Handbook(Retriever):
    """Every sentence that shares a word with the question."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        words = set(query.lower().strip("?").split())
        return [
            Document(text, id=str(place), metadata={"source": "handbook.md", "start": 0, "end": len(text)})
            for place, text in enumerate(HANDBOOK)
            if words & set(text.lower().strip(".").split())
        ]


class Last(Generator):
    """Says the last passage, a word at a time."""

    def stream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Iterator[Delta | Turn]:
        passage = input.passages[-1]
        for word in passage.page_content.split():
            yield Delta(word + " ")
        citation = Citation("handbook.md", 0, len(passage.page_content), passage.page_content)
        yield input.with_(answer=Answer(passage.page_content, (citation,)))


class Abroad(Router):
    """One branch for travel abroad, one for the rest."""

    abroad: Steps
    home: Steps

    def branches(self) -> Mapping[str, Steps]:
        return {"abroad": self.abroad, "home": self.home}

    def choose(self, turn: Turn, config: RunnableConfig | None = None) -> Decision:
        return Decision("abroad" if "abroad" in turn.question.lower() else "home", {"home": 0.5, "abroad": 0.5})


class Lost(Router):
    """Chooses a branch that is not there."""

    def branches(self) -> Mapping[str, Steps]:
        return {"home": Steps()}

    def choose(self, turn: Turn, config: RunnableConfig | None = None) -> Decision:
        return Decision("nowhere")


class Restate(Agent):
    """Searches for the subject of the question before."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        before = str(turn.history[0].content) if turn.history else ""
        return turn.with_(query=f"{before} {turn.question}".strip())


class Events(BaseCallbackHandler):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.errors: list[str] = []

    def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
        self.names.append(kwargs["name"])

    def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:
        self.errors.append(type(error).__name__)

    def on_retriever_end(self, documents: Any, **kwargs: Any) -> None:
        self.names.append(f"{len(documents)} passages")


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline([Retrieve(retriever=Handbook()), Generate(generator=Last())])


def test_invoke_stream_batch_and_their_async_twins_agree(pipeline: Pipeline) -> None:
    async def anything() -> tuple[Answer, list[Answer], list[Delta]]:
        streamed = [delta async for delta in pipeline.astream("Who approves travel?")]
        return await pipeline.ainvoke("Who approves travel?"), await pipeline.abatch(["travel", "abroad"]), streamed

    answer = pipeline.invoke("Who approves travel?")
    assert answer.text == HANDBOOK[1]
    deltas = list(pipeline.stream("Who approves travel?"))
    assert "".join(map(str, deltas)).split() == HANDBOOK[1].split()
    assert deltas[-1].answer is not None
    assert deltas[-1].answer.text == answer.text
    later, batch, streamed = asyncio.run(anything())
    assert later.text == answer.text
    assert [str(delta) for delta in streamed] == [str(delta) for delta in deltas]
    assert [a.text for a in batch] == [a.text for a in pipeline.batch(["travel", "abroad"])]


def test_an_answer_carries_citations_passages_history_and_trace(pipeline: Pipeline) -> None:
    answer = pipeline.invoke("Who approves travel?")
    assert answer.citations[0].quote == HANDBOOK[1]
    assert [passage.id for passage in answer.passages] == ["0", "1"]
    assert [span.name for span in answer.trace] == ["retrieve:Handbook", "generate:Last"]
    assert [message.content for message in answer.history] == ["Who approves travel?", HANDBOOK[1]]
    shown = answer.to_dict()
    assert shown["trace"][0]["passages_out"] == ["0", "1"]
    assert set(shown) >= {"text", "citations", "passages", "route", "usage", "trace"}
    assert set(shown["citations"][0]) >= {"source", "page", "start", "end", "quote"}


def test_a_router_takes_one_branch_and_says_which(pipeline: Pipeline) -> None:
    answering = pipeline.steps
    routed = Pipeline([Route(router=Abroad(abroad=answering, home=Steps(steps=answering.steps[:1])))])
    abroad = routed.invoke("Who approves travel abroad?")
    assert (abroad.route, abroad.text) == ("abroad", HANDBOOK[1])
    assert abroad.trace[0].detail["probabilities"] == {"home": 0.5, "abroad": 0.5}
    home = routed.invoke("Who approves travel?")
    assert home.route == "home"
    assert home.abstained  # nothing generated on that branch
    assert asyncio.run(routed.ainvoke("Who approves travel abroad?")).route == "abroad"
    assert len(list(routed.stream("Who approves travel abroad?"))) > 2


def test_a_route_that_does_not_exist_is_named() -> None:
    with pytest.raises(UsageError, match="'nowhere'; its branches are: home"):
        Pipeline([Route(router=Lost())]).invoke("Where?")


def test_an_agent_may_change_what_is_searched_for() -> None:
    pipeline = Pipeline([Act(agent=Restate()), Retrieve(retriever=Handbook()), Generate(generator=Last())])
    answer = pipeline.invoke("And who else?", history=[("user", "Who approves travel abroad?")])
    assert answer.text == HANDBOOK[1]
    assert answer.trace[0].detail == {"query": "Who approves travel abroad? And who else?"}
    assert asyncio.run(pipeline.ainvoke("travel")).text == HANDBOOK[1]


def test_callbacks_see_every_step_and_every_retrieval(pipeline: Pipeline) -> None:
    events = Events()
    pipeline.invoke("Who approves travel?", {"callbacks": [events]})
    assert events.names == ["Pipeline", "retrieve:Handbook", "2 passages", "generate:Last"]
    assert events.errors == []


def test_callbacks_hear_of_failures(pipeline: Pipeline) -> None:
    events = Events()
    with pytest.raises(IndexError):
        pipeline.invoke("Weather?", {"callbacks": [events]})
    assert events.errors == ["IndexError", "IndexError"]  # the step's and the pipeline's


def test_async_callbacks_see_the_same(pipeline: Pipeline) -> None:
    events = Events()
    asyncio.run(pipeline.ainvoke("Who approves travel?", {"callbacks": [events]}))
    assert [name for name in events.names if "Handbook" in name or name == "Pipeline"] == [
        "Pipeline",
        "retrieve:Handbook",
    ]


def test_a_pipeline_is_a_part_of_a_langchain_chain(pipeline: Pipeline) -> None:
    ask: RunnableLambda[str, str] = RunnableLambda(lambda question: f"{question}?")
    chain = ask | pipeline | RunnableLambda(str)
    assert chain.invoke("Who approves travel") == HANDBOOK[1]


def test_its_repr_is_the_program(pipeline: Pipeline) -> None:
    assert repr(pipeline) == "Pipeline(Retrieve(retriever=Handbook()) | Generate(generator=Last()))"
    assert eval(repr(pipeline)) == pipeline
    assert Pipeline([Retrieve(retriever=Handbook()), Generate(generator=Last())]) == pipeline
    assert hash(pipeline) == hash(Pipeline(pipeline.steps))


def test_a_stream_left_early_is_closed(pipeline: Pipeline) -> None:
    events = Events()
    stream = pipeline.stream("Who approves travel?", {"callbacks": [events]})
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert events.errors == ["GeneratorExit", "GeneratorExit"]


def test_what_an_async_stream_pins_does_not_leak_to_its_reader(pipeline: Pipeline) -> None:
    async def early() -> Delta:
        stream: AsyncIterator[Delta] = pipeline.astream("Who approves travel?")
        first = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        return first

    assert asyncio.run(early()).text == "Travel "


def test_a_filter_that_would_be_ignored_is_refused() -> None:
    from langchain_core.retrievers import BaseRetriever

    class Plain(BaseRetriever):
        def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
            return []

    with pytest.raises(UsageError, match="cannot filter"):
        Pipeline([Retrieve(retriever=Plain())]).invoke("travel", filter={"source": "a"})


async def test_a_pipeline_is_a_tool_with_one_argument(pipeline: Pipeline) -> None:
    tool = pipeline.as_tool(name="handbook", description="Answers from the handbook.")
    assert tool.args == {"question": {"title": "Question", "type": "string"}}
    call = {"name": "handbook", "args": {"question": "Who approves travel?"}, "id": "1", "type": "tool_call"}
    assert tool.invoke(call).content == HANDBOOK[1]
    assert str(tool.invoke("Who approves travel?")) == HANDBOOK[1]
    assert (await tool.ainvoke(call)).content == HANDBOOK[1]
    heard = Events()
    tool.invoke("Who approves travel?", {"callbacks": [heard]})
    assert "Pipeline" in heard.names
    assert pipeline.as_tool().name == "documents"


async def test_a_pipeline_is_a_retriever_of_what_the_generator_would_be_shown(tmp_path: Path) -> None:
    steps = [{"retrieve": {"use": "bm25", "top_k": 3}}, {"compress": "deduplicate"}, {"generate": "extractive"}]
    made = Pipeline.from_yaml({"pipeline": steps}, index=tmp_path, environment={})
    made.add_documents([Document(text, metadata={"source": str(place)}) for place, text in enumerate(HANDBOOK)])
    retriever = made.as_retriever()
    asked = "Who approves travel abroad?"
    found = retriever.invoke(asked)
    assert [passage.page_content for passage in found] == [*reversed(HANDBOOK)]
    assert await retriever.ainvoke(asked) == found
    assert [passage.page_content for passage in retriever.invoke(asked, filter={"source": "0"})] == [HANDBOOK[0]]
    heard = Events()
    chain = retriever | RunnableLambda(len)
    assert chain.invoke(asked, {"callbacks": [heard]}) == 2
    assert "2 passages" in heard.names
    assert pickle.loads(pickle.dumps(retriever)) == retriever


def test_what_the_package_has_is_completed() -> None:
    import rag

    assert {*rag.__all__} <= {*dir(rag)}


def test_an_answer_on_a_prompt_is_what_one_reads(pipeline: Pipeline) -> None:
    answer = pipeline.invoke("Who approves travel?")
    assert repr(answer).startswith(f"Answer(text='{HANDBOOK[1]}', citations=(Citation(source='handbook.md', ")
    assert "Document(" not in repr((answer, answer.trace))
    assert all(span.name in repr(answer.trace) for span in answer.trace)


def test_it_is_reopened_behind_a_pickle_and_in_a_copy(pipeline: Pipeline, tmp_path: Path) -> None:
    steps = [{"retrieve": {"use": "bm25", "top_k": 3}}, {"generate": "extractive"}]
    made = Pipeline.from_yaml({"pipeline": steps}, index=tmp_path, environment={})
    made.add_documents([Document(text, metadata={"source": text}) for text in HANDBOOK])
    asked = "Who approves travel abroad?"
    said = made.invoke(asked).text
    for other in (pickle.loads(pickle.dumps(made)), deepcopy(made)):
        assert other == made
        assert other.store is not made.store
        assert other.invoke(asked).text == said

    by_hand = Pipeline(made.steps, store=made.store)
    again = pickle.loads(pickle.dumps(by_hand))
    assert again == by_hand
    assert again.steps[0].retriever.index is again.store
    assert again.invoke(asked).text == said
    assert pickle.loads(pickle.dumps(pipeline)) == pipeline


def test_an_unknown_argument_is_told_what_there_is_and_where_it_is_set(pipeline: Pipeline) -> None:
    with pytest.raises(UsageError, match="there are history and filter, not 'filters'; did you mean 'filter'"):
        pipeline.invoke("Who approves travel?", filters={"source": "handbook.md"})
    with pytest.raises(UsageError, match="what a pipeline does is said by its configuration"):
        pipeline.stream("Who approves travel?", top_k=5)
    told = Pipeline.from_yaml(
        {"pipeline": [{"retrieve": {"use": "fusion", "of": ["bm25"], "top_k": 9}}]}, environment={}
    )
    with pytest.raises(UsageError) as caught:
        told.invoke("Who approves travel?", top_k=5)
    assert 'set={"pipeline.0.retrieve.top_k": 5}' in str(caught.value)
    assert str(caught.value).endswith("it stands also at pipeline.0.retrieve.of.0.top_k")

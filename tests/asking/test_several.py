"""What a pipeline is given instead of questions, paths, documents or sources."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig

from rag.errors import UsageError
from rag.kinds import Generator
from rag.pipeline import Pipeline
from rag.schema import Answer, Delta, Turn
from rag.steps.generate import Generate


class Echo(Generator):
    """Says the question again."""

    def stream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Iterator[Delta | Turn]:
        yield Delta(input.question)
        yield input.with_(answer=Answer(input.question))


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline([Generate(generator=Echo())])


ONE = ("Who?", "", {"question": "Who?"}, HumanMessage("Who?"), b"Who?")


@pytest.mark.parametrize("one", ONE, ids=repr)
def test_one_question_is_not_several(pipeline: Pipeline, one: Any) -> None:
    with pytest.raises(UsageError, match=r"^batch takes several questions, and .+ is one: batch\(\[question\]\)$"):
        pipeline.batch(one)
    with pytest.raises(UsageError, match="^abatch takes several questions"):
        asyncio.run(pipeline.abatch(one))
    with pytest.raises(UsageError, match="^batch_as_completed takes several"):
        list(pipeline.batch_as_completed(one))
    with pytest.raises(UsageError, match="^abatch_as_completed takes several"):
        pipeline.abatch_as_completed(one)


@pytest.mark.parametrize("nothing", [None, 3])
def test_what_holds_no_question(pipeline: Pipeline, nothing: Any) -> None:
    with pytest.raises(UsageError, match=f"^batch takes a list of questions, not {nothing}$"):
        pipeline.batch(nothing)
    with pytest.raises(UsageError, match=f"^abatch takes a list of questions, not {nothing}$"):
        asyncio.run(pipeline.abatch(nothing))
    calls: list[Callable[[], Any]] = [
        lambda: pipeline.invoke(nothing),
        lambda: asyncio.run(pipeline.ainvoke(nothing)),
        lambda: pipeline.stream(nothing),
        lambda: pipeline.astream(nothing),
        lambda: pipeline.batch(["Who?", nothing]),
    ]
    for call in calls:
        with pytest.raises(UsageError, match=f"a question is a string, a mapping or messages, not {nothing}"):
            call()


def test_anything_that_holds_questions_is_several(pipeline: Pipeline) -> None:
    assert [answer.text for answer in pipeline.batch(question for question in ("Who?", "When?"))] == ["Who?", "When?"]
    assert [answer.text for answer in asyncio.run(pipeline.abatch(("Who?", "When?")))] == ["Who?", "When?"]
    assert [place for place, _ in sorted(pipeline.batch_as_completed(["Who?", "When?"]))] == [0, 1]
    assert pipeline.batch([]) == []
    mixed: Any = [3, "Who?"]
    wrong: Any = pipeline.batch(mixed, return_exceptions=True)
    assert isinstance(wrong[0], UsageError)
    assert wrong[1].text == "Who?"


def test_a_history_in_the_place_of_the_config(pipeline: Pipeline) -> None:
    history: Any = [("user", "Who approves travel?")]
    with pytest.raises(UsageError, match=r"history and filter go by name: history=\[...\]"):
        pipeline.invoke("And abroad?", history)
    assert pipeline.invoke("And abroad?", history=None).text == "And abroad?"


def test_bytes_of_a_terminal_that_are_no_unicode(pipeline: Pipeline) -> None:
    assert pipeline.invoke("Is the caf\udce9 open? \ud83d\ude00").text == "Is the caf\ufffd open? \N{GRINNING FACE}"


@pytest.fixture
def empty(tmp_path: Path) -> Pipeline:
    return Pipeline.from_yaml("fast", index=tmp_path / "index")


@pytest.mark.parametrize(
    "wrong", [None, 3, b"a.md", {"a.md": 1}, Document("Travel."), [None], [3], [Document("Travel.")]]
)
def test_what_is_no_path(empty: Pipeline, wrong: Any) -> None:
    with pytest.raises(UsageError, match="^what is indexed is a path, a pattern or a URL"):
        empty.index(wrong)


@pytest.mark.parametrize("wrong", [None, 3])
def test_what_is_no_document_and_no_source(empty: Pipeline, wrong: Any) -> None:
    with pytest.raises(UsageError, match=f"^what is added is a Document, or a list of them, not {wrong}$"):
        empty.add_documents(wrong)
    with pytest.raises(UsageError, match="a str is no document: wrap it"):
        empty.add_documents("Travel is approved by your manager.")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=f"^what is deleted is a source, or a list of them, not {wrong}$"):
        empty.delete(wrong)


def test_names_that_are_no_unicode_are_told_as_they_can_be(empty: Pipeline) -> None:
    assert empty.index("caf\udce9.md").failures[0].source == "caf\\udce9.md"
    assert empty.add_documents(Document("The cafe opens at nine.", metadata={"source": "caf\udce9.md"})).added == 1
    assert empty.delete("caf\udce9.md").deleted == 1

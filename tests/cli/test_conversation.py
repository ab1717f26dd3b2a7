"""A conversation with the smallest real pipeline."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.runnables import RunnableConfig

from rag.cli.conversation import Conversation
from rag.cli.kept import Memory
from rag.errors import ModelError
from rag.kinds import Generator, Retriever
from rag.pipeline import Pipeline
from rag.schema import Answer, Citation, Delta, Turn, Usage
from rag.steps.generate import Generate
from rag.steps.retrieve import Retrieve


class Handbook(Retriever):
    """One passage."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        return [Document("The director approves.", id="1", metadata={"source": "travel.pdf", "page": 2, "start": 0})]


class Teller(Generator):
    """Says how many questions there were; fails and is stopped on demand."""

    def stream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Iterator[Delta | Turn]:
        if input.question == "fail":
            raise ModelError("the endpoint is gone: start it again")
        if input.question == "stop":
            yield Delta("The dir")
            raise KeyboardInterrupt
        text = f"Question {len(input.history) // 2 + 1}: the director [1]."
        citation = Citation("travel.pdf", 0, 12, "The director\napproves.", page=2, number=1)
        yield Delta(text)
        yield input.with_(answer=Answer(text, (citation,)), usage=Usage(llm_calls=1))


@pytest.fixture
def conversation() -> Conversation:
    return Conversation(Pipeline([Retrieve(retriever=Handbook()), Generate(generator=Teller())]))


def test_what_was_said_before_counts(conversation: Conversation, capsys: pytest.CaptureFixture[str]) -> None:
    assert conversation.hear("Who approves?")
    assert conversation.hear("And abroad?")
    assert capsys.readouterr().out == (
        'Question 1: the director [1].\n[1] travel.pdf, page 2: "The director approves."\n\n'
        'Question 2: the director [1].\n[1] travel.pdf, page 2: "The director approves."\n\n'
    )


def test_forgotten_is_forgotten(conversation: Conversation, capsys: pytest.CaptureFixture[str]) -> None:
    conversation.hear("Who approves?")
    conversation.hear("/clear")
    conversation.hear("And abroad?")
    assert capsys.readouterr().out.count("Question 1") == 2


@pytest.mark.parametrize(
    ("line", "told"), [("fail", "error: the endpoint is gone: start it again"), ("stop", "stopped")]
)
def test_an_answer_that_fails_or_is_stopped_does_not_end_it(
    conversation: Conversation, capsys: pytest.CaptureFixture[str], line: str, told: str
) -> None:
    assert conversation.hear(line)
    assert told in capsys.readouterr().err
    conversation.hear("Who approves?")
    assert "Question 1" in capsys.readouterr().out


def test_slash_words(conversation: Conversation, capsys: pytest.CaptureFixture[str]) -> None:
    conversation.hear("/sources")
    assert "nothing was asked yet" in capsys.readouterr().err
    conversation.hear("Who approves?")
    capsys.readouterr()
    conversation.hear("/sources")
    assert capsys.readouterr().out == '[1] travel.pdf, page 2: "The director approves."\n'
    conversation.hear("/trace")
    assert "retrieve:Handbook" in capsys.readouterr().out
    conversation.hear("/help")
    assert "/save FILE" in capsys.readouterr().out
    conversation.hear("/surces")
    assert "did you mean '/sources'?" in capsys.readouterr().err
    assert not conversation.hear("/quit")


def test_saved_as_markdown_and_never_over_a_file(
    conversation: Conversation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation.hear("Who approves?")
    path = tmp_path / "talk.md"
    conversation.hear(f"/save {path}")
    assert path.read_text(encoding="utf-8") == (
        "## Who approves?\n\nQuestion 1: the director [1].\n\n- [1] travel.pdf, page 2: “The director approves.”\n"
    )
    conversation.hear(f"/save {path}")
    assert "File exists" in capsys.readouterr().err


def remembering(path: Path) -> Conversation:
    steps = [Retrieve(retriever=Handbook()), Generate(generator=Teller())]
    return Conversation(Pipeline(steps), memory=Memory(path))


def test_a_conversation_goes_on_the_next_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.sqlite"
    first = remembering(path)
    first.hear("Who approves?")
    first.hear("And abroad?")
    capsys.readouterr()
    second = remembering(path)
    second.go_on()
    assert "> And abroad?" in capsys.readouterr().out
    second.hear("/sources")
    assert "The director approves." in capsys.readouterr().out
    second.hear("And by train?")
    assert "Question 3" in capsys.readouterr().out
    third = remembering(path)
    third.hear("Something else?")
    third.hear("/list")
    told = capsys.readouterr().out
    assert "Question 1" in told
    assert [line.split()[0] for line in told.splitlines() if "?" in line] == ["1*", "2"]
    third.hear("/open 2")
    third.hear("And by boat?")
    assert "Question 4" in capsys.readouterr().out


def test_a_conversation_is_deleted_by_its_number_or_while_it_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.sqlite"
    conversation = remembering(path)
    conversation.hear("/delete")
    assert "nothing of this conversation is kept yet" in capsys.readouterr().err
    conversation.hear("What about the quagga?")
    assert b"quagga" in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    conversation.hear("/delete")
    assert "deleted: What about the quagga?" in capsys.readouterr().err
    assert b"quagga" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    conversation.hear("Who approves?")
    assert "Question 1" in capsys.readouterr().out
    conversation.hear("/clear")
    conversation.hear("Who else?")
    conversation.hear("/delete 2")
    conversation.hear("/open 7")
    assert "the list has no '7'" in capsys.readouterr().err
    conversation.hear("And then?")
    assert "Question 2" in capsys.readouterr().out


def test_a_conversation_without_a_file_keeps_nothing(
    conversation: Conversation, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for line in ("Who approves?", "/list", "/delete", "/open 1"):
        assert conversation.hear(line)
    told = capsys.readouterr().err
    assert "not kept here" in told
    assert "nothing is kept here" in told
    (tmp_path / "file").write_text("in the way")
    unwilling = remembering(tmp_path / "file" / "c.sqlite")
    unwilling.hear("Who approves?")
    said = capsys.readouterr()
    assert "Question 1" in said.out
    assert "this conversation is not kept" in said.err

"""The agent `translator` over models in this process: what an encoder-decoder is given depends on its template."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from rag.agents.translator import Translator
from rag.llms.local import Local
from rag.schema import Turn

Make = Callable[..., Path]


@pytest.mark.parametrize(
    ("kind", "template", "instructed"),
    [("t5", None, False), ("t5", "{{ messages[-1].content }}", True), ("llama", None, True)],
)
def test_sentences_alone_go_to_an_encoder_decoder_without_a_template(
    kind: str, template: str | None, instructed: bool, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def stream(_: Local, messages: list[Any], *__: Any, **___: Any) -> Iterator[ChatGenerationChunk]:
        given.append(str(messages[-1].text))
        yield ChatGenerationChunk(message=AIMessageChunk(content="Ja."))

    monkeypatch.setattr(Local, "_stream", stream)  # a model of random weights says nothing of use
    model = Local(model=str(make(kind, template=template)))
    turn = Translator(translator=model, detect="none", prefix="translate: ").act(Turn("It rains.\n\nIt pours."))
    assert turn.answer is not None
    assert turn.answer.text == ("Ja." if instructed else "Ja.\n\nJa.")
    assert (given == ["translate: It rains.", "translate: It pours."]) is not instructed
    assert turn.usage.llm_calls == len(given) == (1 if instructed else 2)

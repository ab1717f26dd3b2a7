from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.prompt_values import ChatPromptValue

from rag.asking.question import Question, to_turn
from rag.errors import UsageError


@pytest.mark.parametrize(
    "question",
    [
        "Who approves travel?",
        {"question": "Who approves travel?"},
        {"input": "Who approves travel?"},
        [HumanMessage("Who approves travel?")],
        HumanMessage("Who approves travel?"),
        [("user", "Who approves travel?")],
        {"messages": [{"role": "user", "content": "Who approves travel?"}]},
        ChatPromptValue(messages=[HumanMessage("Who approves travel?")]),
    ],
)
def test_every_form_becomes_the_same_turn(question: Question) -> None:
    turn = to_turn(question)
    assert turn.question == "Who approves travel?"
    assert turn.history == ()
    assert turn.search == turn.question


def test_earlier_messages_become_history() -> None:
    said = [HumanMessage("Who approves travel?"), AIMessage("Your manager."), HumanMessage("And abroad?")]
    turn = to_turn(said)
    assert turn.question == "And abroad?"
    assert [message.type for message in turn.history] == ["human", "ai"]


def test_history_and_filter_beside_the_question() -> None:
    turn = to_turn({"question": "And abroad?", "history": [("user", "Hi")], "filter": {"source": "a.pdf"}})
    assert len(turn.history) == 1
    assert turn.filter == {"source": "a.pdf"}
    chain = to_turn({"input": "And abroad?", "chat_history": [("user", "Hi"), ("assistant", "Hello.")]})
    assert [message.type for message in chain.history] == ["human", "ai"]


@pytest.mark.parametrize("question", ["", "   ", [], [AIMessage("Your manager.")], {"text": "x"}, {}])
def test_no_question_is_said_plainly(question: Question) -> None:
    with pytest.raises(UsageError):
        to_turn(question)


@pytest.mark.parametrize("question", [None, 5])
def test_what_is_no_question_at_all(question: Question) -> None:
    with pytest.raises(UsageError, match=f"a question is a string, a mapping or messages, not {question}"):
        to_turn(question)


@pytest.mark.parametrize("history", [[5], [None], 5, [{"role": "user"}], [("narrator", "Once.")]])
def test_what_is_no_message(history: Any) -> None:
    with pytest.raises(UsageError, match="a message is a text, {"):
        to_turn({"question": "And abroad?", "history": history})
    with pytest.raises(UsageError, match="a message is a text, {"):
        to_turn("And abroad?", history=history)


def test_a_text_is_one_message_and_not_its_letters() -> None:
    turn = to_turn({"question": "And abroad?", "history": "Who approves travel?"})
    assert [message.text for message in turn.history] == ["Who approves travel?"]

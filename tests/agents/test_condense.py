"""Follow-up questions."""

import asyncio
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage

from rag.agents.condense import Condense
from rag.asking.standalone import standalone
from rag.schema import Turn

TRAVEL = (HumanMessage("Who approves travel?"), AIMessage("Travel is approved by your manager. [1]"))


def test_the_first_question_costs_nothing() -> None:
    turn = Turn("And abroad?")
    assert Condense().act(turn) is turn
    assert Condense(llm=FakeListChatModel(responses=["no"])).act(turn) is turn


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("And abroad?", "approves travel abroad?"),
        ("What about trains?", "approves travel trains?"),
        ("How long does it take?", "approves travel How long does it take?"),
        ("How many days of parental leave do fathers get?", "How many days of parental leave do fathers get?"),
        ("Why?", "approves travel Why?"),
        ("Does that apply to day trips too?", "approves travel Does that apply to day trips too?"),
        ("Which form is the one that covers day trips?", "Which form is the one that covers day trips?"),
        ("Is there a limit for hotel rooms?", "Is there a limit for hotel rooms?"),
    ],
)
def test_without_a_model_what_is_left_out_is_taken_from_the_question_before(question: str, query: str) -> None:
    turn = Condense().act(Turn(question, TRAVEL))
    assert turn.search == query
    assert turn.question == question
    assert turn == asyncio.run(Condense().aact(Turn(question, TRAVEL)))


def test_a_chain_of_follow_ups_is_walked_back() -> None:
    history = (*TRAVEL, HumanMessage("And abroad?"), AIMessage("By the director. [1]"))
    assert standalone("Why?", history) == "approves travel abroad Why?"
    unrelated = (*history, HumanMessage("What may a hotel room in London cost?"), AIMessage("180 euros."))
    days = (HumanMessage("How many days of vacation do employees have?"), AIMessage("28 days."))
    assert standalone("And when do they expire?", days) == "days vacation employees when do they expire?"
    assert standalone("And in part time?", days) == "many days vacation employees in part time?"
    assert standalone("And on Sundays, by train?", unrelated) == "hotel room London cost on Sundays, by train?"


@pytest.mark.parametrize(
    ("before", "question", "query"),
    [
        ("How much does the LS-400 cost?", "and the LS-900?", "How much does the LS-900 cost?"),
        ("What is the capital of Sweden?", "And of Finland?", "What is the capital of Finland?"),
        (
            "What may a hotel room in London cost?",
            "What about San Marino?",
            "What may a hotel room in San Marino cost?",
        ),
        ("When did Ada Lund leave Bonn?", "And Bo Ek?", "Ada Lund leave Bonn Bo Ek?"),
        ("What is its capital, Bonn?", "And Lund?", "capital Bonn Lund?"),
        ("Who approves travel?", "And Bonn?", "approves travel Bonn?"),
        ("How much does the Team plan cost?", "and the Enterprise one?", "How much does the Enterprise plan cost?"),
        ("How does the GDPR apply?", "What about the NIS2 directive?", "How does the NIS2 directive apply?"),
        ("What was the revenue in France in 2022?", "And in 2023?", "What was the revenue in France in 2023?"),
        ("What was the revenue in France in 2022?", "And Spain?", "What was the revenue in Spain in 2022?"),
        ("Who went from Bonn to Lund?", "And to Oslo?", "Who went from Bonn to Oslo?"),
    ],
)
def test_another_name_takes_the_place_of_the_one_in_the_question_before(before: str, question: str, query: str) -> None:
    assert standalone(question, (HumanMessage(before), AIMessage("I do not know."))) == query


@pytest.mark.parametrize(
    ("before", "question", "query"),
    [
        (
            "How many days of annual leave are there?",
            "What about sick leave?",
            "How many days of sick leave are there?",
        ),
        ("How many days of leave are there?", "and sick leave?", "How many days of sick leave are there?"),
        ("What is the monthly fee?", "And the annual fee?", "What is the annual fee?"),
        ("When is the summer party?", "What about the Christmas party?", "When is the Christmas party?"),
        ("Where is the small meeting room?", "and the large meeting room?", "Where is the large meeting room?"),
        ("Do I need written approval?", "and oral approval?", "need written oral approval?"),
        ("Who approves travel?", "And business travel?", "approves business travel?"),
        ("Is sick leave or annual leave paid?", "and parental leave?", "sick annual paid parental leave?"),
        ("Is the office open?", "and the office of my boss?", "open the office of my boss?"),
    ],
)
def test_another_sort_takes_the_place_of_the_one_in_the_question_before(before: str, question: str, query: str) -> None:
    assert standalone(question, (HumanMessage(before), AIMessage("I do not know."))) == query


def test_a_chain_keeps_what_it_is_about() -> None:
    history: list[HumanMessage | AIMessage] = []
    for question, query in [
        ("How much does the Team plan cost?", "How much does the Team plan cost?"),
        ("and the Enterprise one?", "How much does the Enterprise plan cost?"),
        ("How many users does it include?", "How many users does the Enterprise plan include?"),
        ("thanks", "thanks"),
        ("What about Starter?", "How many users does the Starter plan include?"),
        ("Sorry, I mean Team", "How many users does the Team plan include?"),
    ]:
        assert standalone(question, history) == query
        history += [HumanMessage(question), AIMessage("It is as it is. [1]")]


@pytest.mark.parametrize(
    ("before", "question", "query"),
    [
        ("How does the GDPR apply to logs?", "Does it cover backups?", "Does the GDPR cover backups?"),
        ("When was the Hubble launched?", "And what is its length?", "what is the Hubble's length?"),
        ("Did Bonn or Lund win?", "When did it win?", "Bonn Lund When did it win?"),
        ("Is it true of SSML? Is it supported?", "What does it need?", "true SSML supported What does it need?"),
        ("Who approves travel?", "Which state of the union changed its name and borders?", ""),
        ("Who approves travel?", "What is a safe room?", ""),
        ("Who approves travel?", "Where is Bonn?", ""),
        ("Who approves travel?", "How do I delete my account?", ""),
        ("Who approves travel?", "How many seasons of the show are there?", ""),
        ("Who approves travel?", "Train tickets", "approves travel Train tickets"),
        ("Who approves travel?", "How many days?", "approves travel How many days?"),
        ("Who approves travel?", "What is the monthly fee?", "approves travel What is the monthly fee?"),
        ("Who approves travel?", "Are there other ways to get there by train?", "approves travel {}"),
    ],
)
def test_a_pronoun_gives_way_to_what_it_stands_for(before: str, question: str, query: str) -> None:
    said = (HumanMessage(before), AIMessage("I do not know."))
    assert standalone(question, said) == (query.format(question) or question)


@pytest.mark.parametrize("said", ["thanks", "Thank you very much!", "OK."])
def test_courtesies_take_nothing_over(said: str) -> None:
    assert standalone(said, TRAVEL) == said


def test_a_pronoun_brings_the_names_of_the_last_answer() -> None:
    history = (HumanMessage("Who founded the company?"), AIMessage("The company was founded by Ada Lindqvist in 1921."))
    assert standalone("When was she born?", history) == "When was Ada Lindqvist born?"
    two = (*history[:1], AIMessage("It was founded by Ada Lindqvist and Bo Ek."))
    assert standalone("When was she born?", two) == "founded company Ada Lindqvist Bo Ek When was she born?"


def test_other_languages_have_their_own_small_words() -> None:
    history = (HumanMessage("Wer genehmigt die Reise nach London?"), AIMessage("Die Leitung."))
    assert standalone("Und nach Madrid?", history) == "genehmigt Reise London Und nach Madrid?"


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("Who approves travel abroad?", "Who approves travel abroad?"),
        ('Standalone question: "Who approves travel abroad?"', "Who approves travel abroad?"),
        ("<think>Hm, which?</think>\nSure! Here it is:\n\nWho approves travel abroad?", "Who approves travel abroad?"),
        ("And abroad?", "And abroad?"),
        ("", "approves travel abroad?"),
        ("Travel abroad is approved by the director. " * 20, "approves travel abroad?"),
    ],
)
def test_with_a_model_the_model_rewrites(said: str, query: str) -> None:
    turn = Condense(llm=FakeListChatModel(responses=[said])).act(Turn("And abroad?", TRAVEL))
    assert turn.search == query
    assert turn.usage.llm_calls == 1
    assert turn.usage.prompt_tokens > 20
    later = asyncio.run(Condense(llm=FakeListChatModel(responses=[said])).aact(Turn("And abroad?", TRAVEL)))
    assert later == turn


def test_the_model_reads_the_conversation_and_its_words_stay_out_of_streams() -> None:
    class Calls(BaseCallbackHandler):
        def __init__(self) -> None:
            self.prompt = ""
            self.tags: list[str] = []

        def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
            self.prompt = messages[0][0].content
            self.tags = kwargs["tags"]

    calls = Calls()
    llm = FakeListChatModel(responses=["Who approves travel abroad?"])
    Condense(llm=llm, history=1).act(Turn("And abroad?", TRAVEL), {"callbacks": [calls]})
    assert "Assistant: Travel is approved by your manager." in calls.prompt
    assert "Who approves travel?" not in calls.prompt  # one message, the latest
    assert "nostream" in calls.tags

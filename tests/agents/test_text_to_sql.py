"""From a question to rows, with a model behind a socket and without one."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from pydantic import ValidationError

from rag.agents.text_to_sql import TextToSql
from rag.index import Index
from rag.llms.openai import OpenAI
from rag.pipeline import Pipeline
from rag.retrievers.bm25 import BM25
from rag.retrievers.schema import Schema
from rag.schema import Turn
from rag.spending.limits import Limits
from rag.steps.act import Act
from tests.databases import CONCERTS

QUESTION = "Which singers are from France?"
SQL = "SELECT Name FROM singer WHERE Country = 'France'"
TABLE = "| Name |\n| --- |\n| Rose White |\n| John Nizinik |\n| Tribal King |\n\n[1]"


def agent(llm: Any = None, *, max_tokens: int | None = 1500, **fields: Any) -> TextToSql:
    return TextToSql(retrieve=Schema(database=CONCERTS, max_tokens=max_tokens, tables=1), llm=llm, **fields)


def ran(made: TextToSql, question: str = QUESTION) -> Turn:
    turn: Turn = made.act(Turn(question))
    return turn


def saying(endpoint: Any, *said: str) -> None:
    endpoint.will(*(endpoint.completion(text) for text in said))


def asked(endpoint: Any) -> list[str]:
    return ["\n".join(message["content"] for message in request["messages"]) for request in endpoint.requests]


def text(turn: Turn) -> str:
    assert turn.answer is not None
    return turn.answer.text


ALL = (
    "singer: Name, Country",
    "Schema_links: [singer.Name, singer.Country, 'France']",
    "One table.\nLabel: EASY",
    "SQL: SELECT Name FROM singer WHERE Country = 'french'",
    f"SQL: {SQL}",
)


def test_its_steps_in_order(endpoint: Any, llm: OpenAI) -> None:
    saying(endpoint, *ALL)
    turn = ran(agent(llm))
    assert text(turn) == TABLE
    assert turn.usage.llm_calls == 5
    assert turn.usage.prompt_tokens == 5 * endpoint.usage["prompt_tokens"]
    assert turn.notes == {
        "by": "llm",
        "model_tables": ["singer"],
        "links": ["singer.Name", "singer.Country", "'France'"],
        "class": "EASY",
        "sql": SQL,
        "rows": 3,
    }
    focus, link, classify, write, correct = asked(endpoint)
    assert "Table stadium" in focus
    assert all("singer.Country = 'France'" in told for told in (focus, link, classify, write, correct))
    assert "Table singer" in link
    assert "Table stadium" not in link  # only what the model said it needs
    assert "Schema_links: [singer.Name, singer.Country, 'France']" in classify
    assert "over one table" in write
    assert "SQL: SELECT Name FROM singer WHERE Country = 'french'" in correct
    assert all(QUESTION in told for told in asked(endpoint))


def test_where_it_is_from(endpoint: Any, llm: OpenAI) -> None:
    saying(endpoint, *ALL)
    answer = ran(agent(llm)).answer
    assert answer is not None
    (citation,), (passage,) = answer.citations, answer.passages
    assert (citation.source, citation.title, citation.number) == (CONCERTS, "singer, rows 3, 4, 5", 1)
    assert passage.page_content[citation.start : citation.end] == citation.quote == SQL
    assert (passage.metadata["sql"], passage.metadata["rowids"]) == (SQL, [3, 4, 5])
    assert "| Tribal King |" in passage.page_content


def test_a_nested_question_is_written_by_its_parts(endpoint: Any, llm: OpenAI) -> None:
    sql = "SELECT Name FROM singer WHERE Age > (SELECT avg(Age) FROM singer)"
    saying(endpoint, 'Label: NESTED\nQuestions: ["What is the average age?"]', f"First this, then that.\nSQL: {sql}")
    turn = ran(agent(llm, focus=False, link=False, correct=False), "Which singers are older than the average?")
    assert (turn.notes["class"], turn.notes["parts"], turn.notes["sql"]) == (
        "NESTED",
        ["What is the average age?"],
        sql,
    )
    assert "- What is the average age?" in asked(endpoint)[1]


def test_steps_can_be_left_out(endpoint: Any, llm: OpenAI) -> None:
    saying(endpoint, f"SQL: {SQL}")
    turn = ran(agent(llm, focus=False, link=False, classify=False, correct=False))
    assert (turn.usage.llm_calls, text(turn)) == (1, TABLE)
    (told,) = asked(endpoint)
    assert "Table ticket_shop" in told
    assert "have to be answered first" in told


def test_a_narrowed_schema_is_not_asked_about_again(endpoint: Any, llm: OpenAI) -> None:
    saying(endpoint, f"SQL: {SQL}")
    turn = ran(agent(llm, max_tokens=10, link=False, classify=False, correct=False))
    assert turn.usage.llm_calls == 1
    assert turn.notes["tables"] == ["singer"]
    assert "Table stadium" not in asked(endpoint)[0]


def test_replies_that_cannot_be_read_cost_their_step(endpoint: Any, llm: OpenAI) -> None:
    saying(endpoint, "All of them.", "Hm.", "It is not hard.", f"```sql\n{SQL};\n```", "It is right.")
    turn = ran(agent(llm))
    assert text(turn) == TABLE
    assert (turn.notes["links"], turn.notes["class"]) == ([], "NESTED")


def test_the_database_has_its_say(endpoint: Any, llm: OpenAI) -> None:
    saying(endpoint, "SQL: SELECT Nmae FROM singer", "SQL: SELECT x FROM singer", f"SQL: {SQL}")
    made = agent(llm, focus=False, link=False, classify=False, correct=False)
    turn = ran(made)
    assert text(turn) == TABLE
    assert turn.notes["errors"] == ["no such column: Nmae", "no such column: x"]
    assert "Message of the database: no such column: Nmae" in asked(endpoint)[1]
    saying(endpoint, "SQL: SELECT Nmae FROM singer", f"SQL: {SQL}")
    turn = ran(made.model_copy(update={"rounds": 0}))
    assert turn.usage.llm_calls == 1
    assert "no such column: Nmae" in text(turn)
    assert turn.answer is not None
    assert turn.answer.abstained


@pytest.mark.parametrize("sql", ["SELECT 1; DELETE FROM singer", "WITH x AS (SELECT 1) DELETE FROM singer"])
def test_what_a_model_writes_only_reads(sql: str, endpoint: Any, llm: OpenAI) -> None:
    saying(endpoint, f"SQL: {sql}")
    made = agent(llm, focus=False, link=False, classify=False, correct=False, rounds=1)
    turn = ran(made)
    assert turn.answer is not None
    assert turn.answer.abstained is (";" not in sql)  # what follows a semicolon is not run
    assert text(ran(agent(), "How many singers are there?")) == "5 [1]"


def test_rules_stand_in_for_a_model_that_fails(endpoint: Any, llm: OpenAI) -> None:
    endpoint.will(endpoint.send(500, {"error": "no"}))
    turn = ran(agent(llm))
    assert text(turn) == TABLE
    assert (turn.notes["by"], turn.notes["sql"]) == ("rules", SQL)
    assert "500" in turn.notes["fallback"]


def test_without_a_model() -> None:
    turn = ran(agent())
    assert text(turn) == TABLE
    assert turn.usage.llm_calls == 0
    assert turn.notes == {"by": "rules", "sql": SQL, "rows": 3}
    assert turn.answer is not None
    assert turn.answer.confidence is not None
    assert turn.answer.confidence > 0.7


def test_what_is_not_understood_is_not_answered() -> None:
    turn = ran(agent(), "Which singers hate opera?")
    assert turn.answer is not None
    assert turn.answer.abstained
    assert 'not understood "hate", "opera"' in text(turn)
    assert "A chat model (`llm`)" in text(turn)
    assert turn.notes["not_understood"] == ["hate", "opera"]


def test_many_rows_are_shown_in_part() -> None:
    turn = ran(agent(shown=2, rows=4), "What are the names of all singers?")
    assert text(turn).endswith("| Timbaland |\n\nThe first 2 of more than 4 rows.\n\n[1]")
    assert turn.passages[0].page_content.endswith("| John Nizinik |")


def test_a_follow_up_is_asked_as_it_was_made_stand_alone() -> None:
    turn = agent().act(Turn("And how many are there?", query="How many singers are there?"))
    assert text(turn) == "5 [1]"


def test_its_text_streams_as_a_whole() -> None:
    delta, last = Act(agent=agent()).run(Turn(QUESTION))
    assert isinstance(last, Turn)
    assert (str(delta), text(last)) == (TABLE, TABLE)


def test_a_query_takes_no_longer_than_the_question_may() -> None:
    slow = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    model = FakeListChatModel(responses=[f"SQL: {slow}"])
    made = agent(model, focus=False, link=False, classify=False, correct=False, rounds=0, seconds=30)
    made.retrieve.invoke(QUESTION)  # read before, so that the time goes to the query
    answer = Pipeline([Act(agent=made)], limits=Limits(latency_ms=1500)).invoke(QUESTION)
    assert answer.abstained
    assert "did not end within" in answer.text


async def test_the_preset_answers_without_an_index() -> None:
    pipeline = Pipeline.from_yaml("dfin-sql", environment={"RAG_DATABASE": CONCERTS})
    answer = pipeline.invoke("How many singers are there?")
    assert answer.text == "5 [1]"
    assert [span.name for span in answer.trace] == ["act:Condense", "act:TextToSql"]
    assert (await pipeline.ainvoke("How many singers are there?")).text == answer.text
    assert pipeline.views() == ()


def test_what_it_cannot_work_with_is_refused() -> None:
    with pytest.raises(ValidationError, match="BM25 knows no database; take schema"):
        TextToSql(retrieve=BM25(index=Index(path="nowhere")))
    with pytest.raises(ValidationError, match="needs a chat model"):
        agent(by="llm")

"""Chat completions by the official client."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from langchain_core.messages import HumanMessage

from rag.pipeline import Pipeline
from rag.server.tasks import task_of
from tests.server.conftest import Served, chatting, served

ASKED: list[Any] = [{"role": "user", "content": "Who approves travel abroad?"}]


def test_an_answer_with_its_annotations(server: Served) -> None:
    done = server.client().chat.completions.create(model="quick", messages=ASKED)
    message = done.choices[0].message
    assert "the director" in (message.content or "")
    assert (message.role, done.choices[0].finish_reason, done.object) == ("assistant", "stop", "chat.completion")
    annotation = (message.annotations or [])[0]
    place = annotation.url_citation
    assert (message.content or "")[place.start_index : place.end_index] == "[1]"
    assert place.title == "Travel"
    quoted = httpx.get(place.url).json()
    text = quoted["text"][quoted["start"] - quoted["offset"] : quoted["end"] - quoted["offset"]]
    assert text == "Travel abroad is approved by the director, two weeks ahead."
    assert done.usage is not None
    assert done.usage.total_tokens == 0  # no language model was asked


def test_streamed_it_says_the_same(server: Served) -> None:
    client = server.client()
    whole = client.chat.completions.create(model="quick", messages=ASKED).choices[0].message
    chunks = list(
        client.chat.completions.create(
            model="quick", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole.content
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    told = [chunk.choices[0].delta.model_extra for chunk in chunks if chunk.choices]
    found = [extra["annotations"] for extra in told if extra and "annotations" in extra]
    assert found == [[one.model_dump() for one in whole.annotations or []]]
    assert len({chunk.id for chunk in chunks}) == 1


def test_the_bytes_of_a_stream(server: Served) -> None:
    with (
        server.http() as http,
        http.stream("POST", "/v1/chat/completions", json={"messages": ASKED, "stream": True}) as got,
    ):
        body = got.read().decode()
    assert got.headers["content-type"].startswith("text/event-stream")
    lines = body.split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    assert all("usage" not in json.loads(line.removeprefix("data: ")) for line in lines[:-2])


def test_the_extension_gives_what_rag_ask_prints(server: Served) -> None:
    wanted = {"rag": {"passages": True, "trace": True, "seen": True}}
    client = server.client()
    done = client.chat.completions.create(model="quick", messages=ASKED, extra_body=wanted)
    told = (done.model_extra or {})["rag"]
    assert {"text", "citations", "passages", "route", "usage", "trace"} <= set(told)
    assert set(told["trace"][0]["passages_out"]) <= set(told["seen"])
    chunks = list(client.chat.completions.create(model="quick", messages=ASKED, stream=True, extra_body=wanted))
    assert (chunks[-1].model_extra or {})["rag"]["passages"] == told["passages"]
    assert "rag" not in (client.chat.completions.create(model="quick", messages=ASKED).model_extra or {})


def test_content_parts_history_and_unknown_fields(server: Served) -> None:
    messages: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "content": "42", "tool_call_id": "x"},
        {"role": "assistant", "content": "Good day."},
        {"role": "user", "content": [{"type": "text", "text": "Where is"}, {"type": "text", "text": "the printer?"}]},
    ]
    more = {"frequency_penalty": 1.0, "chat_id": "x", "metadata": {"a": "b"}, "tools": []}
    with server.http() as http:
        got = http.post("/v1/chat/completions", json={"model": "quick", "messages": messages, **more})
    assert got.status_code == 200
    assert "second floor" in got.json()["choices"][0]["message"]["content"]


def test_history_reaches_the_model(talking: Served, endpoint: Any) -> None:
    counted = endpoint.event(None, "stop", usage=endpoint.usage)
    endpoint.will(endpoint.streamed([endpoint.event("The director does [1]."), counted, "[DONE]"]))
    messages: list[Any] = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Good day."}, *ASKED]
    done = talking.client().chat.completions.create(model="talk", messages=messages)
    assert done.choices[0].message.content == "The director does [1]."
    assert done.usage is not None
    assert done.usage.prompt_tokens == endpoint.usage["prompt_tokens"]
    sent = endpoint.requests[0]["messages"]
    assert [one["role"] for one in sent] == ["system", "user", "assistant", "user"]


def test_text_comes_while_the_model_writes(talking: Served, endpoint: Any) -> None:
    words = [endpoint.event(f"word{n} ") for n in range(5)]
    endpoint.will(endpoint.streamed([*words, endpoint.event(None, "stop"), "[DONE]"], pause_s=0.1))
    stream = talking.client().chat.completions.create(model="talk", messages=ASKED, stream=True)
    said = [text for chunk in stream if chunk.choices and (text := chunk.choices[0].delta.content)]
    assert len(said) >= 4
    assert "".join(said).split() == [f"word{n}" for n in range(5)]


def test_a_length_limit_is_told(talking: Served, endpoint: Any) -> None:
    endpoint.will(endpoint.streamed([endpoint.event("The dir"), endpoint.event(None, "length"), "[DONE]"]))
    assert talking.client().chat.completions.create(model="talk", messages=ASKED).choices[0].finish_reason == "length"


def test_a_failing_model_is_a_clear_error_without_its_address(talking: Served, endpoint: Any) -> None:
    endpoint.will(endpoint.send(500, {"error": {"message": "boom"}}))
    for stream in (False, True):
        with pytest.raises(openai.InternalServerError) as failed:
            talking.client().chat.completions.create(model="talk", messages=ASKED, stream=stream)
        assert failed.value.status_code == 503
        assert failed.value.code == "model_failed"
        assert "127.0.0.1" not in str(failed.value.body)


def test_half_a_stream_ends_with_an_error_event(talking: Served, endpoint: Any) -> None:
    endpoint.will(endpoint.streamed([endpoint.event("The director "), endpoint.event("does")], drop=True))
    with pytest.raises(openai.APIError, match="language model"):
        list(talking.client().chat.completions.create(model="talk", messages=ASKED, stream=True))


async def test_a_client_that_goes_away_stops_the_work(talking: Served, endpoint: Any) -> None:
    endpoint.will(endpoint.streamed([endpoint.event(f"word{n} ") for n in range(200)], pause_s=0.05))

    async def until(name: str, value: float) -> None:
        async with asyncio.timeout(5):
            while talking.state.metrics.registry.get_sample_value(name) != value:
                await asyncio.sleep(0.02)

    async with httpx.AsyncClient(base_url=talking.url) as http:
        body = {"messages": ASKED, "stream": True}
        async with http.stream("POST", "/v1/chat/completions", json=body) as got:
            async for line in got.aiter_lines():
                if "word3" in line:
                    break
        await until("rag_cancelled_total", 1)
        await until("rag_running", 0)
        asked = asyncio.create_task(http.post("/v1/chat/completions", json={"messages": ASKED}))
        await until("rag_running", 1)
        asked.cancel()
        await until("rag_cancelled_total", 2)
        await until("rag_running", 0)


def test_the_index_may_change_while_an_answer_streams(tmp_path: Path, endpoint: Any) -> None:
    words = [endpoint.event(text) for text in ("Travel ", "abroad ", "is ", "approved ", "by the director [1].")]
    endpoint.will(endpoint.streamed([*words, endpoint.event(None, "stop"), "[DONE]"], pause_s=0.2))
    note, index = tmp_path / "note.md", tmp_path / "index"
    note.write_text("Travel abroad is approved by the director.")
    writer = Pipeline.from_yaml(chatting(endpoint.url), index=index)
    writer.index([note])
    with served({"talk": chatting(endpoint.url)}, index) as running:
        wanted = {"rag": {"passages": True}}
        stream = running.client().chat.completions.create(model="talk", messages=ASKED, stream=True, extra_body=wanted)
        chunks = [next(stream), next(stream)]
        note.write_text("Nobody travels any more.")
        assert writer.index([note]).changed == 1
        chunks += list(stream)
        told = (chunks[-1].model_extra or {})["rag"]
        assert told["citations"][0]["quote"] == "Travel abroad is approved by the director."
        later = running.client().chat.completions.create(model="talk", messages=ASKED, extra_body=wanted)
        assert "Nobody travels" in str((later.model_extra or {})["rag"]["passages"])


TITLE = """### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
<chat_history>
USER: Who approves travel abroad, and how long ahead must it be asked for?
ASSISTANT: The director [1].
</chat_history>"""


def test_a_title_without_a_model_is_the_beginning_of_the_question(server: Served) -> None:
    done = server.client().chat.completions.create(model="quick", messages=[{"role": "user", "content": TITLE}])
    assert json.loads(done.choices[0].message.content or "") == {
        "title": "Who approves travel abroad, and how long ahead"
    }
    tags = re.sub('"title": "[^"]*"', '"tags": ["tag1"]', TITLE)
    done = server.client().chat.completions.create(model="quick", messages=[{"role": "user", "content": tags}])
    assert json.loads(done.choices[0].message.content or "") == {"tags": []}


def test_a_title_goes_straight_to_the_model(talking: Served, endpoint: Any) -> None:
    endpoint.will(endpoint.streamed([endpoint.event('{"title": "Travel"}'), endpoint.event(None, "stop"), "[DONE]"]))
    done = talking.client().chat.completions.create(model="talk", messages=[{"role": "user", "content": TITLE}])
    assert done.choices[0].message.content == '{"title": "Travel"}'
    assert endpoint.requests[0]["messages"] == [{"role": "user", "content": TITLE}]


@pytest.mark.parametrize(
    "text",
    [
        "### Task:\nRespond to the user query.\n<user_query>Who approves travel abroad?</user_query>",
        "Write a title page for the travel rules",
    ],
)
def test_a_question_that_looks_alike_is_a_question(text: str) -> None:
    assert task_of([HumanMessage(text)]) is None

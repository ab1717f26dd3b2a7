"""Responses, embeddings and models by the official client."""

import base64
import json
from typing import Any

import numpy as np
import openai
import pytest

from tests.server.conftest import Served

QUESTION = "Who approves travel abroad?"


def test_a_response(server: Served) -> None:
    done = server.client().responses.create(model="quick", input=QUESTION, instructions="Be brief.")
    assert "the director" in done.output_text
    assert (done.status, done.object, done.model) == ("completed", "response", "quick")
    message: Any = done.output[0]
    annotation = message.content[0].annotations[0]
    assert annotation.type == "url_citation"
    assert done.output_text[annotation.start_index : annotation.end_index] == "[1]"


def test_a_streamed_response(server: Served) -> None:
    client = server.client()
    history: Any = [
        {"role": "user", "content": "Hello"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Good day."}]},
        {"type": "reasoning", "summary": []},
        {"role": "user", "content": [{"type": "input_text", "text": QUESTION}]},
    ]
    events = list(client.responses.create(model="quick", input=history, stream=True))
    kinds = [one.type for one in events]
    assert kinds[:4] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    ]  # fmt: skip
    assert kinds[-1] == "response.completed"
    assert "response.output_text.annotation.added" in kinds
    assert [one.sequence_number for one in events] == list(range(len(events)))
    text = "".join(one.delta for one in events if one.type == "response.output_text.delta")
    last: Any = events[-1]
    assert last.response.output_text == text
    with client.responses.stream(model="quick", input=QUESTION) as stream:
        for _ in stream:
            pass
        assert "the director" in stream.get_final_response().output_text


def test_what_a_response_cannot_do_is_refused(server: Served) -> None:
    with pytest.raises(openai.BadRequestError, match="no conversation objects"):
        server.client().responses.create(model="quick", input=QUESTION, conversation="conv_1")
    with pytest.raises(openai.BadRequestError, match="cannot be referred to"):
        server.client().post("/responses", body={"input": [{"type": "item_reference", "id": "msg_1"}]}, cast_to=object)
    with pytest.raises(openai.BadRequestError, match="question is empty"):
        server.client().responses.create(model="quick", input="")


def test_a_cut_response_is_incomplete(talking: Served, endpoint: Any) -> None:
    endpoint.will(endpoint.streamed([endpoint.event("The dir"), endpoint.event(None, "length"), "[DONE]"]))
    done = talking.client().responses.create(model="talk", input=QUESTION)
    assert done.status == "incomplete"
    assert done.incomplete_details is not None
    assert done.incomplete_details.reason == "max_output_tokens"


def test_embeddings_are_the_encoders(server: Served) -> None:
    client = server.client()
    one = client.embeddings.create(model="quick", input=QUESTION)  # the client asks for base64 by itself
    two = client.embeddings.create(model="quick", input=[QUESTION, "The printer"], encoding_format="float")
    (model,) = server.state.models
    ours = np.array(model.encoder.embed_documents([QUESTION]), np.float32)[0]
    np.testing.assert_allclose(one.data[0].embedding, ours, rtol=1e-6)
    np.testing.assert_allclose(two.data[0].embedding, ours, rtol=1e-6)
    assert [row.index for row in two.data] == [0, 1]
    assert one.usage.prompt_tokens == 6
    with server.http() as http:
        raw = http.post("/v1/embeddings", json={"input": QUESTION, "encoding_format": "base64"}).json()
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(raw["data"][0]["embedding"]), "<f4"), ours)


def test_embeddings_refuse_what_they_cannot_do(server: Served) -> None:
    client = server.client()
    size = len(client.embeddings.create(model="quick", input="x").data[0].embedding)
    assert client.embeddings.create(model="quick", input="x", dimensions=size).data
    wrongs: list[dict[str, Any]] = [
        {"dimensions": 7},
        {"input": ""},
        {"input": []},
        {"input": [99_999_999]},
        {"input": ["a", ""]},
    ]
    for wrong in wrongs:
        with pytest.raises(openai.BadRequestError):
            client.post("/embeddings", body={"model": "quick", "input": "x", **wrong}, cast_to=object)


def test_models(server: Served) -> None:
    client = server.client()
    assert [model.id for model in client.models.list()] == ["quick"]
    assert client.models.retrieve("quick").owned_by == "composable-rag"


def test_figures_and_health(server: Served) -> None:
    server.client().chat.completions.create(model="quick", messages=[{"role": "user", "content": QUESTION}])
    with server.http() as http:
        assert http.get("/health").json()["status"] == "ok"
        assert http.get("/ready").json()["status"] == "ready"
        text = http.get("/metrics").text
        described = http.get("/openapi.json").json()
    assert 'rag_requests_total{method="POST",path="/v1/chat/completions",status="200"}' in text
    assert "rag_first_token_seconds_bucket" in text
    assert {"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/files"} <= set(described["paths"])
    assert "429" in json.dumps(described["paths"]["/v1/chat/completions"])

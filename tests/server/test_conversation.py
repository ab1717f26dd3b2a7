"""One conversation from end to end by the official Python client: what client.mjs does in JavaScript."""

import asyncio
from typing import Any

import openai
import pytest

from tests.server.conftest import Served

ASKED: list[Any] = [{"role": "user", "content": "When does the canteen open?"}]
NOTE = b"The canteen opens at seven."


def test_models_files_chat_embeddings_and_errors(empty: Served) -> None:
    client = empty.client()
    assert [model.id for model in client.models.list()] == ["quick"]
    assert client.models.retrieve("quick").id == "quick"
    file = client.files.create(file=("canteen.txt", NOTE), purpose="user_data")
    assert empty.indexed(file.id, client) == "processed"
    assert [one.filename for one in client.files.list()] == ["canteen.txt"]
    assert client.files.content(file.id).read() == NOTE

    whole = client.chat.completions.create(model="quick", messages=ASKED).choices[0].message
    assert "seven" in (whole.content or "")
    more: Any = [*ASKED, {"role": "assistant", "content": whole.content}, {"role": "user", "content": "The canteen?"}]
    pieces = client.chat.completions.create(model="quick", messages=more, stream=True)
    assert "seven" in "".join(piece.choices[0].delta.content or "" for piece in pieces)
    assert "seven" in client.responses.create(model="quick", input="When does the canteen open?").output_text

    one, two = client.embeddings.create(model="quick", input=["canteen", "gate"]).data
    assert len(one.embedding) == len(two.embedding) > 0
    assert one.embedding != two.embedding

    assert client.files.delete(file.id).deleted
    for call in (lambda: client.files.retrieve(file.id), lambda: client.models.retrieve("none")):
        with pytest.raises(openai.NotFoundError):
            call()
    with pytest.raises(openai.BadRequestError, match="no reader"):
        client.files.create(file=("a.exe", NOTE), purpose="user_data")
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="quick", input=[])


async def test_what_the_client_cancels_stops(talking: Served, endpoint: Any) -> None:
    def figure(name: str) -> float:
        return float(talking.state.metrics.registry.get_sample_value(name))

    async def until(name: str, value: float) -> None:
        async with asyncio.timeout(10):
            while figure(name) != value:
                await asyncio.sleep(0.02)

    endpoint.will(endpoint.streamed([endpoint.event(f"word{n} ") for n in range(200)], pause_s=0.05))
    async with openai.AsyncOpenAI(base_url=f"{talking.url}/v1", api_key="none", max_retries=0) as client:
        stream = await client.chat.completions.create(model="talk", messages=ASKED, stream=True)
        async for piece in stream:
            if piece.choices and "word3" in (piece.choices[0].delta.content or ""):
                break
        await stream.close()
        await until("rag_cancelled_total", 1)
        await until("rag_running", 0)
        whole = asyncio.create_task(client.chat.completions.create(model="talk", messages=ASKED))
        await until("rag_running", 1)
        whole.cancel()
        await until("rag_cancelled_total", 2)
        await until("rag_running", 0)

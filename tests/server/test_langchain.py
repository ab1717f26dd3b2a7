"""The server by LangChain's own client. Its package comes with the extra `server-tests`."""

import pytest
from pydantic import SecretStr

from tests.server.conftest import Served

langchain_openai = pytest.importorskip("langchain_openai")

KEY = SecretStr("none")


def test_it_answers_and_streams(server: Served) -> None:
    model = langchain_openai.ChatOpenAI(model="quick", base_url=f"{server.url}/v1", api_key=KEY, max_retries=0)
    said = model.invoke("Who approves travel abroad?")
    assert "the director" in said.content
    assert "".join(chunk.content for chunk in model.stream("Who approves travel abroad?")) == said.content


def test_it_embeds(server: Served) -> None:
    encoder = langchain_openai.OpenAIEmbeddings(
        model="quick", base_url=f"{server.url}/v1", api_key=KEY, check_embedding_ctx_length=False
    )
    (model,) = server.state.models
    ours = model.encoder.embed_query("Who approves travel?")
    assert encoder.embed_query("Who approves travel?") == pytest.approx(ours, rel=1e-5)

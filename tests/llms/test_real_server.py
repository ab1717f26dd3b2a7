"""The protocol against a server of another project: `transformers serve` with a small random Llama.

Part of `make soak`: it takes 10 to 40 s to start, and its packages come with the extra `server-tests`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessageChunk

from rag.agents.text_to_sql import TextToSql
from rag.errors import ModelError
from rag.generators.chat import Chat
from rag.llms.local import Local
from rag.llms.openai import OpenAI
from rag.retrievers.schema import Schema
from rag.schema import Delta, Turn
from tests.databases import CONCERTS

pytestmark = pytest.mark.soak

MAKE = """
import sys, torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

torch.manual_seed(0)
pieces = ["<s>", "</s>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
tokenizer = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(pieces)}, merges=[]))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>")
fast.chat_template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\\n{% endfor %}assistant: "
fast.save_pretrained(sys.argv[1])
shape = dict(hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=4)
config = LlamaConfig(vocab_size=len(pieces), max_position_embeddings=8192, bos_token_id=0, eos_token_id=1, **shape)
LlamaForCausalLM(config).save_pretrained(sys.argv[1])
"""


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of 0.1 M random parameters that knows single bytes."""
    pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("llama")
    subprocess.run([sys.executable, "-c", MAKE, str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running server."""
    for package in ("transformers", "fastapi", "uvicorn", "accelerate"):
        pytest.importorskip(package)
    home = tmp_path_factory.mktemp("home")
    (home / "hub").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", "--port", str(port), "--device", "cpu"]
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    with (home / "log").open("wb") as log, subprocess.Popen(command, env=environment, stdout=log, stderr=log) as server:
        try:
            until = time.monotonic() + 120
            while True:
                try:
                    with urlopen(f"http://localhost:{port}/health", timeout=5):
                        break
                except (URLError, ConnectionError) as error:
                    assert server.poll() is None, (home / "log").read_text()
                    assert time.monotonic() < until, f"it did not start: {error}"
                    time.sleep(0.2)
            yield f"http://localhost:{port}/v1"
        finally:
            server.terminate()


@pytest.fixture
def model(url: str, llama: Path) -> OpenAI:
    return OpenAI(model=str(llama), base_url=url, max_tokens=24, temperature=0.0, retries=0)


def test_it_answers_and_counts(model: OpenAI) -> None:
    said = model.invoke("Who approves travel?")
    assert said.content
    assert said.usage_metadata is not None
    assert said.usage_metadata["output_tokens"] == 24
    assert said.response_metadata["finish_reason"] == "length"


def test_streamed_it_says_the_same(model: OpenAI) -> None:
    async def streamed() -> list[AIMessageChunk]:
        return [chunk async for chunk in model.astream("Who approves travel?")]

    whole = model.invoke("Who approves travel?")
    for chunks in (list(model.stream("Who approves travel?")), asyncio.run(streamed())):
        assert len(chunks) > 3
        assert "".join(str(chunk.content) for chunk in chunks) == whole.content
        assert [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata] == [whole.usage_metadata]


def test_a_wrong_name_is_said(model: OpenAI) -> None:
    with pytest.raises(ModelError, match=r"/v1 failed \(500\).*is 'nobody/nothing' a model it has\?"):
        model.model_copy(update={"model": "nobody/nothing"}).invoke("Who approves travel?")


def test_a_chat_over_passages(model: OpenAI) -> None:
    passage = Document("Travel is approved by your manager.", metadata={"source": "handbook.md", "start": 0})
    pieces = list(Chat(llm=model).stream(Turn("Who approves travel?", passages=(passage,))))
    turn = pieces[-1]
    assert isinstance(turn, Turn)
    assert turn.answer is not None
    assert "".join(piece.text for piece in pieces if isinstance(piece, Delta)) == turn.answer.text
    assert turn.usage.llm_calls == 1
    assert turn.usage.completion_tokens == 24
    assert turn.usage.context_tokens == 7


def test_a_database_is_asked_by_rules_where_the_model_writes_no_query(model: OpenAI) -> None:
    turn = TextToSql(retrieve=Schema(database=CONCERTS), llm=model).act(Turn("How many singers are there?"))
    assert turn.answer is not None
    assert turn.answer.text == "5 [1]"
    assert turn.usage.llm_calls == 4  # tables, links, class, query: a look over a query that is none is not asked for
    assert turn.usage.completion_tokens == 4 * 24
    assert (turn.notes["by"], turn.notes["class"]) == ("rules", "NESTED")


def test_the_same_model_in_this_process_says_the_same(model: OpenAI, llama: Path) -> None:
    for question in ("Who approves travel?", "What does a hotel night cost?"):
        served, here = model.invoke(question), Local(model=str(llama), max_tokens=24).invoke(question)
        assert here.content == served.content
        assert here.usage_metadata is not None
        assert served.usage_metadata is not None
        assert here.usage_metadata["output_tokens"] == served.usage_metadata["output_tokens"]
        assert here.usage_metadata["input_tokens"] == served.usage_metadata["input_tokens"]

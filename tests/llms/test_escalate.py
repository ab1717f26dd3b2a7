from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessageChunk
from pydantic import ValidationError

from rag.errors import ModelError
from rag.generators.usage import usage_of
from rag.llms.escalate import Escalate, least_entropy
from rag.llms.local import Local
from rag.llms.openai import OpenAI, Prices

QUESTION = "Who approves travel?"
SURE, UNSURE = [-0.001, -8.0], [math.log(0.25)] * 4
"""Log-probabilities of the likeliest tokens: 0.01 bits and 2 bits."""


def spoken(endpoint: Any, words: Sequence[str], likeliest: Sequence[float]) -> list[str]:
    """A stream of words with log-probabilities, as OpenAI's protocol has it."""
    top = [{"token": "x", "logprob": value, "bytes": None} for value in likeliest]
    row = {"token": "x", "logprob": likeliest[0], "bytes": None, "top_logprobs": top}
    events = []
    for word in words:
        one = json.loads(endpoint.event(word))
        one["choices"][0]["logprobs"] = {"content": [row], "refusal": None}
        events.append(json.dumps(one))
    usage = {"prompt_tokens": 7, "completion_tokens": len(words), "total_tokens": 7 + len(words)}
    return [*events, endpoint.event(reason="stop", usage=usage), "[DONE]"]


def asked(endpoint: Any, **more: Any) -> Escalate:
    small = OpenAI(model="small", base_url=endpoint.url, retries=0, **more)
    return Escalate(small=small, large=FakeListChatModel(responses=["The director."]), window=3)


def whole(chunks: Sequence[AIMessageChunk]) -> AIMessageChunk:
    first, *rest = chunks
    for chunk in rest:
        first = first + chunk
    return first


def test_a_sure_answer_is_the_small_models(endpoint: Any) -> None:
    words = ["Your", " manager", " does", ",", " always."]
    endpoint.will(endpoint.streamed(spoken(endpoint, words, SURE)))
    model = asked(endpoint)
    chunks = list(model.stream(QUESTION, stop=["!"]))
    said = whole(chunks)
    assert said.content == "Your manager does, always."
    assert len([chunk for chunk in chunks if chunk.content]) == len(words)  # it streams, once it is sure
    assert said.usage_metadata == {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}
    assert said.response_metadata["decoding"]["escalated"] is False
    assert usage_of(said, []).llm_calls == 1
    (request,) = endpoint.requests
    assert (request["logprobs"], request["top_logprobs"], request["stop"]) == (True, 20, ["!"])


@pytest.mark.parametrize("words", [["Hm", ",", " perhaps", " nobody", "."], ["Hm"]], ids=["long", "short"])
async def test_an_uncertain_one_is_the_large_models(words: list[str], endpoint: Any) -> None:
    endpoint.will(endpoint.streamed(spoken(endpoint, words, UNSURE)))
    model = asked(endpoint, prices=Prices(prompt=1, completion=1))
    for said in (model.invoke(QUESTION), await model.ainvoke(QUESTION), whole(list(model.stream(QUESTION)))):
        assert said.content == "The director."
        assert said.response_metadata["decoding"] == {"escalated": True, "first_entropy_bits": 2.0}
        usage = usage_of(said, [])
        assert usage.llm_calls == 2
        assert usage.prompt_tokens >= 4
        assert usage.completion_tokens == min(3, len(words))


def test_the_whole_rule_with_models_in_this_process(llama: Path, larger: Path) -> None:
    prices = Prices(prompt=1, completion=1)
    small, large = (Local(model=str(folder), max_tokens=24, prices=prices) for folder in (llama, larger))
    for threshold, expected in ((math.inf, small), (-math.inf, large)):
        said = Escalate(small=small, large=large, threshold=threshold).invoke(QUESTION)
        alone = expected.invoke(QUESTION)
        assert said.content == alone.content
        both = alone.response_metadata["cost"] + (0 if expected is small else 1e-6)
        assert said.response_metadata["cost"] >= both


def test_a_server_without_log_probabilities_is_told(endpoint: Any) -> None:
    endpoint.will(endpoint.streamed([endpoint.event("Yes"), endpoint.event(reason="stop"), "[DONE]"]))
    with pytest.raises(ModelError, match="the small model told none: does its server know `logprobs`"):
        asked(endpoint).invoke(QUESTION)
    with pytest.raises(ValidationError, match="must be a number of bits"):
        Escalate(small=FakeListChatModel(responses=[]), large=FakeListChatModel(responses=[]), threshold=math.nan)


def test_the_least_entropy_counts_the_rest_as_one_token() -> None:
    assert least_entropy([math.log(0.25)] * 4) == pytest.approx(2.0)
    assert least_entropy([math.log(0.5)]) == pytest.approx(1.0)
    assert least_entropy([0.0]) == 0.0
    whole = [0.5, 0.3, 0.1, 0.06, 0.04]
    full = -sum(chance * math.log2(chance) for chance in whole)
    told = [least_entropy([math.log(chance) for chance in whole[:count]]) for count in range(1, 6)]
    assert told == sorted(told)
    assert told[-1] == pytest.approx(full)

"""Chat models behind an OpenAI-compatible endpoint: the protocol, and everything that goes wrong with endpoints."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from pydantic import SecretStr, ValidationError

from rag.errors import ModelError
from rag.llms.openai import OpenAI, Prices

SAYS = "Travel is approved by your manager."


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


def model(endpoint: Any, **settings: Any) -> OpenAI:
    return OpenAI(**{"model": "tiny", "base_url": endpoint.url, "retries": 0, "timeout_s": 5.0, **settings})


def words(endpoint: Any, **last: Any) -> list[str]:
    """A stream that says SAYS."""
    said = [endpoint.event(word + " ") for word in SAYS.split()]
    return [*said, endpoint.event(None, "stop"), *last.get("after", ()), "[DONE]"]


def message_of(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    return whole


def test_it_answers_with_usage_and_reason(endpoint: Any) -> None:
    endpoint.will(endpoint.completion(SAYS))
    said = model(endpoint, temperature=0.0, max_tokens=50, extra_body={"top_k": 3}).invoke(
        [SystemMessage("Be brief."), HumanMessage("Who approves travel?")], stop=["\n"]
    )
    assert said.content == SAYS
    assert said.usage_metadata == {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17}
    assert said.response_metadata["finish_reason"] == "stop"
    assert endpoint.requests[0] == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who approves travel?"}],
        "temperature": 0.0,
        "max_tokens": 50,
        "top_k": 3,
        "stop": ["\n"],
    }


def test_it_streams_and_tells_usage_once(endpoint: Any) -> None:
    repeated = [endpoint.event(word + " ", usage=endpoint.usage) for word in SAYS.split()]
    tail = '{"id":"c1","object":"chat.completion.chunk","created":0,"model":"tiny","choices":[],"usage":%s}'
    after = tail % str(endpoint.usage).replace("'", '"')
    for events in (words(endpoint, after=[after]), [*repeated, endpoint.event(None, "stop", usage=endpoint.usage)]):
        endpoint.will(endpoint.streamed(events))
        chunks = list(model(endpoint).stream("Who approves travel?"))
        assert len([chunk for chunk in chunks if chunk.content]) == len(SAYS.split())
        whole = message_of(chunks)
        assert str(whole.content).strip() == SAYS
        assert whole.usage_metadata == {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17}
        assert whole.response_metadata["finish_reason"] == "stop"
        assert endpoint.requests[0]["stream_options"] == {"include_usage": True}


def test_it_reads_what_transformers_serve_sends(endpoint: Any) -> None:
    head = '{"id":"9ef8","choices":[{"delta":%s,"index":0%s}],"created":1795472143,"model":"tiny@main",'
    tail = '"object":"chat.completion.chunk","system_fingerprint":""%s}'
    usage = ',"usage":{"completion_tokens":4,"prompt_tokens":20,"total_tokens":24}'
    endpoint.will(
        endpoint.streamed(  # recorded from version 5.23
            [
                head % ('{"role":"assistant"}', "") + tail % "",
                head % ('{"content":"Your "}', "") + tail % "",
                head % ('{"content":"manager"}', "") + tail % "",
                head % ("{}", ',"finish_reason":"length"') + tail % usage,
            ]
        )
    )
    whole = message_of(list(model(endpoint).stream("Who?")))
    assert whole.content == "Your manager"
    assert whole.usage_metadata == {"input_tokens": 20, "output_tokens": 4, "total_tokens": 24}
    assert whole.response_metadata == {"finish_reason": "length", "model_name": "tiny@main"}


def test_async_says_the_same_in_loop_after_loop(endpoint: Any) -> None:
    llm = model(endpoint)

    async def streamed() -> str:
        return "".join([str(chunk.content) async for chunk in llm.astream("Who?")]).strip()

    async def both() -> list[str]:
        endpoint.will(endpoint.completion(SAYS))
        return [str((await llm.ainvoke("Who?")).content) for _ in range(2)]

    for _ in range(2):
        assert asyncio.run(both()) == [SAYS, SAYS]
        endpoint.will(endpoint.streamed(words(endpoint)))
        assert asyncio.run(streamed()) == SAYS


def test_a_server_that_refuses_to_count_is_asked_once(endpoint: Any) -> None:
    refusal = endpoint.send(400, {"error": {"message": "Unrecognized request argument: stream_options"}})
    llm = model(endpoint)
    endpoint.will(refusal, endpoint.streamed(words(endpoint)))
    whole = message_of(list(llm.stream("Who?")))
    assert (str(whole.content).strip(), whole.usage_metadata) == (SAYS, None)
    assert "stream_options" not in endpoint.requests[1]
    endpoint.will(endpoint.streamed(words(endpoint)))
    list(llm.stream("Who?"))
    assert ["stream_options" in request for request in endpoint.requests] == [False]


def test_newer_models_get_their_own_word_for_max_tokens(endpoint: Any) -> None:
    refusal = endpoint.send(
        400, {"error": {"message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}
    )
    endpoint.will(refusal, endpoint.completion(SAYS))
    assert model(endpoint, max_tokens=7).invoke("Who?").content == SAYS
    assert endpoint.requests[1]["max_completion_tokens"] == 7
    assert "max_tokens" not in endpoint.requests[1]


def test_what_passes_is_tried_again(endpoint: Any) -> None:
    endpoint.will(
        endpoint.send(500, {"error": {"message": "out of luck"}}),
        endpoint.send(429, {"error": {"message": "slow down"}}, Retry_After="1"),
        endpoint.completion(SAYS),
    )
    assert model(endpoint, retries=2).invoke("Who?").content == SAYS
    assert len(endpoint.requests) == 3
    assert endpoint.times[2] - endpoint.times[1] >= 1.0  # as long as it asked for


def test_what_does_not_pass_is_said(endpoint: Any) -> None:
    endpoint.will(endpoint.send(500, {"error": {"message": "out of memory"}}))
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:\d+/v1 failed \(500\) after 1 retry: .*out of memory"):
        model(endpoint, retries=1).invoke("Who?")
    endpoint.will(endpoint.send(429, {"error": {"message": "quota exceeded"}}))
    with pytest.raises(ModelError, match=r"\(429\) after 0 retries: .*quota exceeded.*raise retries"):
        model(endpoint).invoke("Who?")


def test_a_wrong_model_name_lists_the_right_ones(endpoint: Any) -> None:
    endpoint.will(endpoint.send(404, {"error": {"message": "The model does not exist"}}))
    with pytest.raises(
        ModelError, match=r"no model 'llama3.3' \(404\); it has: tiny, llama3.2. did you mean 'llama3.2'"
    ):
        model(endpoint, model="llama3.3").invoke("Who?")
    with pytest.raises(ModelError, match=r"did you mean 'llama3.2'"):
        asyncio.run(model(endpoint, model="llama3.3").ainvoke("Who?"))
    endpoint.models = None
    with pytest.raises(ModelError, match=r"answered 404 to model 'llama3.3'.*usually ending in /v1"):
        model(endpoint, model="llama3.3").invoke("Who?")


def test_a_refused_key_is_not_shown(endpoint: Any) -> None:
    endpoint.will(endpoint.send(401, {"error": {"message": "Incorrect API key provided"}}))
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:\d+/v1 refused the key \(401\).*Set OPENAI_API_KEY") as raised:
        model(endpoint, api_key=SecretStr("sk-very-secret")).invoke("Who?")
    assert "very-secret" not in str(raised.value)
    assert endpoint.headers[0]["authorization"] == "Bearer sk-very-secret"


def test_a_dropped_stream_says_how_far_it_came(endpoint: Any) -> None:
    endpoint.will(endpoint.streamed(words(endpoint)[:4], drop=True))
    heard = []
    with pytest.raises(ModelError, match=r"broke off its answer after 22 characters, up to 'Travel is approved by '"):
        heard += list(model(endpoint).stream("Who?"))
    cut_short = words(endpoint)[:4]  # closed in order, but without a finish reason
    endpoint.will(endpoint.streamed(cut_short))
    with pytest.raises(ModelError, match=r"broke off .* without a finish reason"):
        list(model(endpoint).stream("Who?"))

    async def asynchronously() -> None:
        async for _ in model(endpoint).astream("Who?"):
            pass

    with pytest.raises(ModelError, match=r"broke off its answer after 22 characters"):
        asyncio.run(asynchronously())


def test_an_error_in_the_middle_of_a_stream_is_the_servers_own(endpoint: Any) -> None:
    endpoint.will(endpoint.streamed([endpoint.event("Travel "), '{"error": {"message": "GPU lost"}}']))
    with pytest.raises(ModelError, match=r"broke off its answer after 7 characters.*GPU lost"):
        list(model(endpoint).stream("Who?"))


@pytest.mark.parametrize(
    "body", ['{"hello": "world"}', '{"choices": []}', "{not json", "<html>It works!</html>", '"text"', "null"]
)
def test_garbage_is_not_taken_for_an_answer(endpoint: Any, body: str) -> None:
    endpoint.will(endpoint.send(200, body))
    with pytest.raises(ModelError, match=r"does not speak the chat-completions protocol.*usually ending in /v1"):
        model(endpoint).invoke("Who?")
    endpoint.will(endpoint.send(200, f"data: {body}\n\n", content_type="text/event-stream"))
    with pytest.raises(ModelError, match=r"protocol|broke off"):
        list(model(endpoint).stream("Who?"))


def test_a_server_that_hangs_is_left(endpoint: Any) -> None:
    endpoint.will(endpoint.hang(3))
    with pytest.raises(ModelError, match=r"did not answer within 0.2 s after 0 retries: .*or raise timeout_s"):
        model(endpoint, timeout_s=0.2).invoke("Who?")
    endpoint.will(endpoint.streamed(words(endpoint), pause_s=1.0))
    with pytest.raises(ModelError, match=r"broke off its answer after 7 characters"):
        list(model(endpoint, timeout_s=0.2).stream("Who?"))


def test_nobody_there() -> None:
    with pytest.raises(ModelError, match=r"127.0.0.1:9/v1 cannot be reached .*Is the server running\?.*from base_url"):
        OpenAI(model="tiny", base_url="http://127.0.0.1:9/v1", retries=0).invoke("Who?")


def test_the_address_and_the_key_come_from_the_environment(endpoint: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint.will(endpoint.completion(SAYS))
    monkeypatch.setenv("OPENAI_API_BASE", endpoint.url)
    assert OpenAI(model="tiny", base_url="").invoke("Who?").content == SAYS
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with pytest.raises(ModelError, match="comes from OPENAI_BASE_URL"):
        OpenAI(model="tiny", retries=0).invoke("Who?")
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-environment")
    OpenAI(model="tiny", api_key=SecretStr("")).invoke("Who?")
    assert [headers["authorization"] for headers in endpoint.headers] == ["Bearer none", "Bearer sk-from-environment"]


def test_what_cannot_work_is_said_before_the_call() -> None:
    with pytest.raises(ModelError, match=r"api.openai.com needs a key: set OPENAI_API_KEY"):
        OpenAI().invoke("Who?")
    with pytest.raises(ModelError, match=r"'localhost:8000' .from base_url. is no address"):
        OpenAI(base_url="localhost:8000").invoke("Who?")


def test_prices_make_costs(endpoint: Any) -> None:
    endpoint.will(endpoint.completion(SAYS))
    llm = model(endpoint, prices=Prices(prompt=0.5, completion=2.0))
    assert llm.invoke("Who?").response_metadata["cost"] == pytest.approx((12 * 0.5 + 5 * 2.0) / 1e6)
    endpoint.will(endpoint.streamed([*words(endpoint)[:-2], endpoint.event(None, "stop", usage=endpoint.usage)]))
    whole = message_of(list(llm.stream("Who?")))
    assert whole.response_metadata["cost"] == pytest.approx((12 * 0.5 + 5 * 2.0) / 1e6)


def test_tools_may_be_called(endpoint: Any) -> None:
    def weather(city: str) -> str:
        """The weather in a city."""
        return city

    call = {"id": "t1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Lima"}'}}
    endpoint.will(endpoint.completion("", tool_calls=[call]))
    said = model(endpoint).bind_tools([weather], tool_choice="any").invoke("Rain in Lima?")
    assert isinstance(said, AIMessage)
    assert [(call["name"], call["args"]) for call in said.tool_calls] == [("weather", {"city": "Lima"})]
    assert endpoint.requests[0]["tool_choice"] == "required"
    assert endpoint.requests[0]["tools"][0]["function"]["name"] == "weather"


def test_no_text_of_it_shows_the_key() -> None:
    llm = OpenAI(model="tiny", api_key=SecretStr("sk-very-secret"))
    assert "very-secret" not in f"{llm!r} {llm} {llm._identifying_params}"
    assert repr(OpenAI(model="tiny", base_url="http://x/v1")) == "OpenAI(model='tiny', base_url='http://x/v1')"
    assert OpenAI(model="tiny") == OpenAI(model="tiny")
    with pytest.raises(ValidationError, match="Extra inputs"):
        OpenAI(modle="tiny")


def test_importing_it_imports_no_client() -> None:
    code = "import sys, rag.llms.openai; sys.exit('openai' in sys.modules or 'httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

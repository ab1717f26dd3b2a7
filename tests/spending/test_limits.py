"""What a question may cost: calls, tokens, dollars, time. Real parts; the chat model behind a real socket."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from langchain_core.documents import Document

from rag import config
from rag.errors import ConfigError
from rag.passages.parts import context_tokens
from rag.pipeline import Pipeline
from rag.schema import Answer
from rag.spending.allowance import Allowance
from rag.spending.costs import Costs
from rag.spending.limits import Limits

HANDBOOK = Path(__file__).parent.parent.parent / "examples" / "handbook"
QUESTION = "Who approves travel abroad?"
SEARCH = {"use": "bm25", "top_k": 8}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("limits")
    steps = [{"retrieve": "bm25"}, {"retrieve": "dense"}]
    Pipeline.from_yaml({"pipeline": steps}, index=made).index([HANDBOOK / "travel-policy.pdf", HANDBOOK / "on-call.md"])
    return made


def pipeline(folder: Path, limits: Mapping[str, Any], *steps: Any, **more: Any) -> Pipeline:
    data = {"limits": dict(limits), "pipeline": list(steps), **more}
    return Pipeline.from_yaml(data, index=folder, environment={})


def model(endpoint: Any, **more: Any) -> dict[str, Any]:
    return {"use": "openai", "model": "tiny", "base_url": endpoint.url, "retries": 0, "timeout_s": 20, **more}


def says(endpoint: Any, *texts: str) -> None:
    """A reply that streams, where a stream is asked for last."""
    *first, last = texts
    words = [endpoint.event(last), endpoint.event(None, "stop"), "[DONE]"]
    endpoint.will(*(endpoint.completion(text) for text in first), endpoint.streamed(words))


def skipped(answer: Answer) -> dict[str, str]:
    return {span.name: span.detail["skipped"] for span in answer.trace if "skipped" in span.detail}


def test_without_limits_nothing_changes(folder: Path) -> None:
    steps = [{"retrieve": SEARCH}, {"compress": "rerank"}, {"generate": "extractive"}]
    free = Pipeline.from_yaml({"pipeline": steps}, index=folder)
    wide = pipeline(folder, {"latency_ms": 60_000, "context_tokens": 100_000, "llm_calls": 9}, *steps)
    assert free.limits is None
    assert free.invoke(QUESTION).text == wide.invoke(QUESTION).text
    assert skipped(wide.invoke(QUESTION)) == {}
    assert free != wide
    assert "limits=Limits(latency_ms=60000.0" in repr(wide)


def test_tokens_of_context(folder: Path) -> None:
    pipe = pipeline(folder, {"context_tokens": 60}, {"retrieve": SEARCH}, {"generate": "extractive"})
    for answer in (pipe.invoke(QUESTION), asyncio.run(pipe.ainvoke(QUESTION))):
        assert 0 < answer.usage.context_tokens <= 60
        assert skipped(answer)["generate:Extractive"].startswith("context_tokens: ")
        assert context_tokens(answer.trace[0].passages_out) > 60


def test_tokens_of_context_that_a_loop_selects(folder: Path) -> None:
    loop = {"use": "self_feedback", "compress": {"use": "gradient", "min_k": 4}, "generate": "extractive"}
    steps = [{"retrieve": SEARCH}, {"agent": loop}]
    wide = Pipeline.from_yaml({"pipeline": steps}, index=folder).invoke(QUESTION)
    assert context_tokens(wide.trace[-1].passages_out) > 60
    answer = pipeline(folder, {"context_tokens": 60}, *steps).invoke(QUESTION)
    assert 0 < context_tokens(answer.trace[-1].passages_out) <= 60
    assert answer.usage.context_tokens <= 60 * len(answer.trace[-1].detail["rounds"])
    assert answer.citations
    assert skipped(answer)[answer.trace[-1].name].startswith("context_tokens: ")


def test_the_answer_keeps_its_call(folder: Path, endpoint: Any) -> None:
    says(endpoint, "The director [1].")
    steps = [{"agent": {"use": "hyde", "retrieve": SEARCH}}, {"generate": "chat"}]
    answer = pipeline(folder, {"llm_calls": 1}, *steps, llm=model(endpoint)).invoke(QUESTION)
    assert (answer.text, answer.usage.llm_calls, len(endpoint.requests)) == ("The director [1].", 1, 1)
    assert "llm_calls" in answer.trace[0].detail["fallback"]
    says(endpoint, "Travel abroad is approved.", "The director [1].")
    answer = pipeline(folder, {"llm_calls": 2}, *steps, llm=model(endpoint)).invoke(QUESTION)
    assert (answer.usage.llm_calls, len(endpoint.requests)) == (2, 2)


def test_without_a_call_sentences_are_quoted(folder: Path, endpoint: Any) -> None:
    endpoint.will(endpoint.send(500, {}))
    pipe = pipeline(folder, {"llm_calls": 0}, {"retrieve": SEARCH}, {"generate": "chat"}, llm=model(endpoint))
    for answer in (pipe.invoke(QUESTION), asyncio.run(pipe.ainvoke(QUESTION))):
        assert answer.citations
        assert (answer.usage.llm_calls, endpoint.requests) == (0, [])
        assert skipped(answer) == {"reply": "llm_calls: 0 of 0 were made"}


def test_dollars(folder: Path, endpoint: Any) -> None:
    says(endpoint, "Travel abroad is approved.", "The director [1].")
    llm = model(endpoint, prices={"prompt": 1e5, "completion": 1e5})  # what a call costs is told: 17 tokens
    steps = [{"agent": {"use": "hyde", "retrieve": SEARCH}}, {"generate": "chat"}]
    answer = pipeline(folder, {"usd": 15.0}, *steps, llm=llm).invoke(QUESTION)
    assert len(endpoint.requests) == 1  # the second would be dearer than what is left
    assert answer.usage.cost == pytest.approx(1.7)
    assert skipped(answer)["reply"].startswith("usd: 1.7")


def test_dollars_need_prices(endpoint: Any) -> None:
    with pytest.raises(ConfigError, match="llm has no prices"):
        config.load({"limits": {"usd": 1}, "llm": model(endpoint), "pipeline": [{"generate": "chat"}]}, environment={})


@pytest.mark.parametrize("wrong", [{"latency_ms": 0}, {"llm_calls": -1}, {"latency": 5}, {"context_tokens": 1.5}])
def test_wrong_limits_are_found_before_anything_runs(wrong: dict[str, Any]) -> None:
    data = {"limits": wrong, "pipeline": [{"retrieve": "bm25"}]}
    assert [problem.path for problem in config.check(data, environment={})] == [f"limits.{next(iter(wrong))}"]
    assert not Draft202012Validator(config.schema()).is_valid(data)
    assert Draft202012Validator(config.schema()).is_valid({**data, "limits": {"latency_ms": 5, "usd": 0.1}})


@pytest.mark.parametrize("begun", [False, True])
def test_a_model_that_hangs_is_left_alone(begun: bool, folder: Path, endpoint: Any) -> None:
    words = [endpoint.event("The director. "), endpoint.event("More."), endpoint.event("More."), "[DONE]"]
    endpoint.will(endpoint.streamed(words, pause_s=5.0) if begun else endpoint.hang(5.0))
    pipe = pipeline(folder, {"latency_ms": 700}, {"retrieve": SEARCH}, {"generate": "chat"}, llm=model(endpoint))
    ways: tuple[Callable[[], Answer], ...] = (
        lambda: pipe.invoke(QUESTION),
        lambda: asyncio.run(pipe.ainvoke(QUESTION)),
    )
    for way in ways:
        started = time.perf_counter()
        answer = way()
        assert time.perf_counter() - started < 4.5  # the model hangs for five seconds
        assert answer.abstained is not begun
        assert (answer.text == "The director.") is begun
        assert "latency_ms" in skipped(answer)["reply"]


def test_a_helping_model_that_hangs_costs_the_help(folder: Path, endpoint: Any) -> None:
    endpoint.will(endpoint.hang(5.0))
    steps = [{"agent": {"use": "multi_query", "retrieve": SEARCH}}, {"generate": "extractive"}]
    started = time.perf_counter()
    answer = pipeline(folder, {"latency_ms": 500}, *steps, llm=model(endpoint)).invoke(QUESTION)
    assert time.perf_counter() - started < 4.5  # the model hangs for five seconds
    assert answer.citations
    assert "latency_ms" in answer.trace[0].detail["fallback"]


def test_what_gives_way_is_left_out_and_nothing_else(folder: Path) -> None:
    steps = [
        {"agent": {"use": "feedback", "retrieve": SEARCH}},
        {"compress": "rerank"},
        {"compress": {"use": "semantic", "keep": 0.6}},
        {"generate": "extractive"},
        {"agent": "verify"},
    ]
    pipe = pipeline(folder, {"latency_ms": 1}, *steps)
    first = pipe.invoke(QUESTION)
    assert not any("takes" in reason for reason in skipped(first).values())  # nobody knows yet
    for number in range(4):
        pipe.invoke(f"{QUESTION} {number}")
    for answer in (pipe.invoke(QUESTION), asyncio.run(pipe.ainvoke(QUESTION))):
        left_out = {name: why for name, why in skipped(answer).items() if "takes" in why}
        may_go = {"act:Feedback", "compress:Rerank", "compress:Semantic", "act:Verify"}  # unless they take a moment
        assert {"compress:Rerank", "compress:Semantic"} <= set(left_out) <= may_go
        assert answer.passages  # a plain search took the place of the agent's
        assert answer.citations
        assert answer.trace[-1].detail["over"]["latency_ms"] > 1


def test_a_second_hop_needs_time(folder: Path) -> None:
    documents = [
        Document("The film The Silent Harbour was directed by Ada Lindqvist.", metadata={"source": "film"}),
        Document("Ada Lindqvist was born in Tromso.", metadata={"source": "director"}),
    ]
    steps = [{"agent": {"use": "iterative", "retrieve": {"use": "bm25", "top_k": 1}}}, {"generate": "extractive"}]
    question = "Where was the director of The Silent Harbour born?"
    for limits, hops in (({"latency_ms": 60_000}, 2), ({"latency_ms": 0.01}, 1)):
        pipe = pipeline(folder / f"hops{hops}", limits, *steps)
        pipe.add_documents(documents)
        detail = pipe.invoke(question).trace[0].detail
        assert detail["steps"] == hops
        assert ("skipped" in detail) is (hops == 1)


class Timed:
    """A step as costs see it."""

    def __init__(self, gives_way: int | None) -> None:
        self.gives_way = gives_way


def test_the_cheap_gives_way_for_what_is_worth_more() -> None:
    hop, rank, generate = Timed(1), Timed(5), Timed(None)
    costs = Costs()
    for step, seconds in ((hop, 0.2), (rank, 0.3), (generate, 0.1)):
        for _ in range(3):
            costs.note(step, frozenset(), seconds)
    roomy, tight = (Allowance(Limits(latency_ms=limit), costs) for limit in (800, 600))
    for allowance in (roomy, tight):
        allowance.ahead = (rank, generate)
    assert roomy.too_slow(hop) == ""
    assert tight.too_slow(hop) == "latency_ms: takes 200 ms, 140 are left"  # re-ranking is worth more
    tight.ahead = (generate,)
    assert tight.too_slow(rank) == ""
    assert tight.too_slow(generate) == ""  # never left out

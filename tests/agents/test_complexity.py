"""Routing by the shipped skill."""

from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from pydantic import ValidationError

from rag.agents.complexity import Complexity
from rag.errors import ModelError
from rag.generators.chat import Chat
from rag.llms.openai import OpenAI
from rag.schema import Turn
from rag.steps import Steps
from rag.steps.generate import Generate
from rag.steps.route import Route

ROUTER = Complexity(single=Steps(), multi=Steps())


@pytest.mark.parametrize(
    ("question", "route"),
    [
        ("When was the University of Vienna founded?", "single"),
        ("who wrote the hobbit", "single"),
        ("What is the capital of the country where the inventor of the telephone was born?", "multi"),
        ("Who was born earlier, the director of Metropolis or the composer of Carmen?", "multi"),
    ],
)
def test_the_branch_fits_the_question(question: str, route: str) -> None:
    decision = ROUTER.choose(Turn(question))
    assert decision.route == route
    assert sum(decision.probabilities.values()) == pytest.approx(1, abs=1e-3)
    assert decision.route in ROUTER.branches()


def test_the_thresholds_decide() -> None:
    turn = Turn("When was the University of Vienna founded?")
    assert Complexity(single=Steps(), multi=Steps(), multi_from=0.0).choose(turn).route == "multi"
    three = {"single": Steps(), "multi": Steps(), "none": Steps(), "llm": FakeListChatModel(responses=["so"])}
    assert Complexity(**three, none_from=0.0).choose(turn).route == "none"
    assert Complexity(**three, none_from=1.0).choose(turn).route == "single"


def test_without_a_branch_for_it_nothing_goes_unretrieved() -> None:
    assert "none" not in ROUTER.branches()
    assert (
        Complexity(single=Steps(), multi=Steps(), none_from=0.0).choose(Turn("who wrote the hobbit")).route == "single"
    )


def test_a_follow_up_is_judged_by_what_is_searched_for() -> None:
    asked = "What is the capital of the country where the inventor of the telephone was born?"
    assert ROUTER.choose(Turn("And he?", query=asked)) == ROUTER.choose(Turn(asked))


def test_weights_of_ones_own_that_are_not_there_are_named(tmp_path: Path) -> None:
    router = Complexity(single=Steps(), multi=Steps(), weights=tmp_path)
    with pytest.raises(ModelError, match=r"complexity\.safetensors is missing: train it with `rag train complexity"):
        router.choose(Turn("Who?"))


def test_cost_moves_the_thresholds_from_the_dearest_branch_to_the_cheapest() -> None:
    dearer = {"multi": 2, "single": 1, "none": 0}
    three = {"single": Steps(), "multi": Steps(), "none": Steps(), "llm": FakeListChatModel(responses=["so"])}
    for question in ("who wrote the hobbit", "Who was born earlier, the director of Metropolis or Bizet?", "2 + 2?"):
        routes = [Complexity(**three, lean=lean / 10).choose(Turn(question)).route for lean in range(11)]
        costs = [dearer[route] for route in routes]
        assert (routes[0], routes[-1]) == ("multi", "none")
        assert costs == sorted(costs, reverse=True)
        assert routes[5] == Complexity(**three).choose(Turn(question)).route
        assert Complexity(single=Steps(), multi=Steps(), lean=1.0).choose(Turn(question)).route == "single"


def test_without_a_chat_model_nothing_goes_unretrieved() -> None:
    turn = Turn("who wrote the hobbit")
    decision = Complexity(single=Steps(), multi=Steps(), none=Steps(), none_from=0.0).choose(turn)
    assert decision.route == "single"
    assert "no chat model" in decision.reason
    chat = Steps(steps=(Generate(generator=Chat(llm=FakeListChatModel(responses=["so"]))),))
    assert Complexity(single=Steps(), multi=Steps(), none=chat, none_from=0.0).choose(turn).route == "none"


@pytest.mark.parametrize(
    ("said", "route"),
    [("multi", "multi"), ("**Single**.", "single"), ("<think>none?</think>I choose: multi", "multi")],
)
def test_a_chat_model_can_choose(endpoint: Any, llm: OpenAI, said: str, route: str) -> None:
    endpoint.will(endpoint.completion(said))
    step = Route(router=Complexity(single=Steps(), multi=Steps(), by="llm", llm=llm))
    turn = step.invoke(Turn("Who was born earlier?"))
    assert (turn.route, turn.usage.llm_calls) == (route, 1)
    prompt = endpoint.requests[0]["messages"][0]["content"]
    assert "Who was born earlier?" in prompt and "multi: " in prompt and "none: " not in prompt


@pytest.mark.parametrize("failing", [True, False])
def test_where_the_choice_fails_a_branch_can_be_named(endpoint: Any, llm: OpenAI, *, failing: bool) -> None:
    endpoint.will(endpoint.send(500, {"error": {"message": "full"}}) if failing else endpoint.completion("Paris"))
    router = Complexity(single=Steps(), multi=Steps(), by="llm", llm=llm, on_error="multi")
    decision = router.choose(Turn("Who?"))
    assert decision.route == "multi"
    assert ("full" if failing else "Paris") in decision.reason
    with pytest.raises(ModelError, match="full" if failing else "named none of single, multi"):
        router.model_copy(update={"on_error": None}).choose(Turn("Who?"))


def test_the_skill_can_fail_too(tmp_path: Path) -> None:
    decision = Complexity(single=Steps(), multi=Steps(), weights=tmp_path, on_error="single").choose(Turn("Who?"))
    assert decision.route == "single"
    assert "is missing" in decision.reason


def test_what_is_named_must_be_there() -> None:
    with pytest.raises(ValidationError, match="needs a chat model"):
        Complexity(single=Steps(), multi=Steps(), by="llm")
    with pytest.raises(ValidationError, match="there is no branch 'none'"):
        Complexity(single=Steps(), multi=Steps(), on_error="none")

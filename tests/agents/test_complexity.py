"""Routing by the shipped skill."""

from pathlib import Path

import pytest

from rag.agents.complexity import Complexity
from rag.errors import ModelError
from rag.schema import Turn
from rag.steps import Steps

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
    assert Complexity(single=Steps(), multi=Steps(), none=Steps(), none_from=0.0).choose(turn).route == "none"
    assert Complexity(single=Steps(), multi=Steps(), none=Steps(), none_from=1.0).choose(turn).route == "single"


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

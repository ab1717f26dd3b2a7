"""Routing by rules."""

import pytest
from langchain_core.messages import HumanMessage
from pydantic import ValidationError

from rag.agents.rules import Rule, Rules
from rag.schema import Turn
from rag.steps import Steps

BRANCHES = {"plain": Steps(), "several": Steps(), "lookup": Steps(), "chat": Steps()}


@pytest.fixture
def router() -> Rules:
    rules = (
        Rule(words=("compare", "difference between"), to="several"),
        Rule(pattern=r"\b[A-Z]{2}-\d+\b", to="lookup"),
        Rule(max_words=2, follow_up=True, to="chat"),
        Rule(min_words=25, to="several"),
    )
    return Rules(rules=rules, otherwise="plain", to=BRANCHES)


@pytest.mark.parametrize(
    ("turn", "route", "reason"),
    [
        (Turn("What is the difference between the two plans?"), "several", "it says 'difference between'"),
        (Turn("Is it comparable?"), "plain", "no rule holds"),
        (Turn("Who wrote ab-123?"), "lookup", r"'ab-123' matches '\\b[A-Z]{2}-\\d+\\b'"),
        (Turn("And you?", (HumanMessage("How are you?"),)), "chat", "2 words, a follow-up"),
        (Turn("And you?"), "plain", "no rule holds"),
        (Turn("and " * 30), "several", "30 words"),
        (Turn("And it?", query="Compare them"), "several", "it says 'compare'"),
    ],
)
def test_the_first_rule_that_holds_decides(router: Rules, turn: Turn, route: str, reason: str) -> None:
    decision = router.choose(turn)
    assert (decision.route, decision.reason) == (route, reason)
    assert router.invoke(turn) == decision
    assert route in router.branches()


def test_a_rule_to_nowhere_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"rules.0.to: there is no branch 'severl'; .* did you mean 'several'"):
        Rules(rules=(Rule(to="severl", max_words=3),), otherwise="plain", to=BRANCHES)
    with pytest.raises(ValidationError, match="otherwise: there is no branch 'none'"):
        Rules(otherwise="none", to=BRANCHES)
    with pytest.raises(ValidationError, match="is no regular expression"):
        Rule(pattern="(", to="plain")

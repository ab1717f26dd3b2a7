from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.encoders.static import Static
from rag.evaluation.synthesis.checks import flaw
from rag.evaluation.synthesis.cost import Budget, Estimate, estimate
from rag.evaluation.synthesis.draft import Draft, Question, Rejected
from rag.evaluation.synthesis.judge import Judge
from rag.evaluation.synthesis.plan import Plan
from rag.evaluation.synthesis.prompts import load_prompts
from rag.evaluation.synthesis.windows import Window, spread, windows_of
from rag.llms.openai import OpenAI, Prices
from rag.schema import Usage

LEAVE = "Parental leave lasts 14 weeks. It is asked for in the portal."


@pytest.mark.parametrize(
    ("question", "answer", "quotes", "reason"),
    [
        ("How long is parental leave?", "14 weeks", [LEAVE], None),
        ("How long is parental leave?", "fourteen weeks", [LEAVE], None),
        ("How long is parental leave?", "15 weeks", [LEAVE], "answer not in its evidence"),
        ("Does parental leave last 14 weeks?", "Yes.", [LEAVE], None),
        ("How long is parental leave of 14 weeks?", "14 weeks", [LEAVE], "answers itself"),
        ("How long is parental leave?", "", [LEAVE], "answers itself"),
        ("How long is it?", "14 weeks", [LEAVE], "names nothing"),
        ("What is Larkspur?", "a maker of lasers", ["Larkspur is a maker of lasers."], None),
        ("What does the passage say about parental leave?", "14 weeks", [LEAVE], "points at the text"),
        ("How long is leave according to the text?", "14 weeks", [LEAVE], "points at the text"),
        ("What does this document regulate for parents?", "leave", [LEAVE], "points at the text"),
        ("Who delayed the passage of the parental leave bill?", "the portal", [LEAVE], None),
        ("What is said about \"Leave\" in \"Handbook\"?", None, [LEAVE], None),
        ("Wie lange dauert die Elternzeit der Mitarbeiter?", "14 Wochen", ["Die Elternzeit dauert 14 Wochen."], None),
    ],
)  # fmt: skip
def test_flaws_of_words(question: str, answer: str | None, quotes: Sequence[str], reason: str | None) -> None:
    found = flaw(question, answer, quotes)
    assert (found.reason if found else None) == reason
    if found:
        assert found.question == question and found.detail


def draft(question: str, text: str, quote: str, answer: str | None = None) -> Draft:
    start = text.index(quote)
    return Draft(question, answer, "a", ((start, start + len(quote)),), "llm")


def test_a_question_far_from_its_evidence_or_near_another_is_left_out() -> None:
    text = f"{LEAVE} Meals abroad are paid up to 165 EUR a day."
    judge = Judge(Static(), {"a": text}, relevance=0.3, similarity=0.9)
    good = judge.judge(draft("How long does parental leave last?", text, LEAVE, "14 weeks"))
    assert isinstance(good, Question)
    assert good.references[0][2] == LEAVE
    assert good.scores["relevance"] >= 0.3
    far = judge.judge(draft("Which colour has the server room door?", text, LEAVE))
    assert isinstance(far, Rejected) and far.reason == "not relevant"
    twin = judge.judge(draft("How long does a parental leave last?", text, LEAVE, "14 weeks"))
    assert isinstance(twin, Rejected) and twin.reason == "duplicate" and good.text in twin.detail
    assert judge.accepted == [good]
    later = Judge(Static(), {"a": text}, relevance=0.3, similarity=0.9)
    later.remember([good])
    again = later.judge(draft("How long does parental leave last?", text, LEAVE, "14 weeks"))
    assert isinstance(again, Rejected) and again.reason == "duplicate"


def test_evidence_that_stands_in_two_documents_cannot_be_measured() -> None:
    judge = Judge(Static(), {"a": LEAVE, "b": f"Repeated: {LEAVE}"}, relevance=0.0)
    found = judge.judge(draft("How long does parental leave last?", LEAVE, LEAVE, "14 weeks"))
    assert isinstance(found, Rejected) and found.reason == "evidence stands elsewhere too"
    short = judge.judge(draft("How long does parental leave last?", LEAVE, "14 weeks", "14 weeks"))
    assert isinstance(short, Question)  # a few words stand everywhere


def test_a_question_is_the_same_after_a_round_trip() -> None:
    question = Question("Who?", None, "a", ((0, 3, "The"), (5, 8, "end")), "heading", {"relevance": 0.5})
    assert Question.from_dict(question.to_dict()) == question
    assert "answers" not in question.to_dict()
    with pytest.raises(KeyError):
        Question.from_dict({"text": "Who?"})


def test_windows_are_pieces_of_their_documents() -> None:
    text = "".join(f"Rule {number} says that every trip is approved by somebody else.\n\n" for number in range(60))
    found = windows_of([Document(text, metadata={"source": "a", "title": "Rules"})], Static(), 64)
    assert len(found) > 5
    assert all(window.text == text[window.start : window.end] and window.tokens <= 64 for window in found)
    assert len({window.id for window in found}) == len(found)


def windows(sizes: dict[str, int]) -> list[Window]:
    return [Window(name, place, place + 1, "x", 30) for name, size in sizes.items() for place in range(size)]


def test_the_first_windows_are_spread_over_documents_and_places() -> None:
    found = spread(windows({"long": 400, "short": 4, "other": 4}), 0)
    assert sorted(found, key=lambda window: (window.source, window.start)) == sorted(
        windows({"long": 400, "short": 4, "other": 4}), key=lambda window: (window.source, window.start)
    )
    first = [window.source for window in found[:24]]
    assert 14 <= first.count("long") <= 22  # ten times the share of another, not a hundred times
    assert first.count("short") >= 1 and first.count("other") >= 1
    places = sorted(window.start for window in found[:24] if window.source == "long")
    gaps: NDArray[np.int64] = np.diff([0, *places, 400])
    assert gaps.max() <= 400 / 6
    assert spread(windows({"long": 40}), 1) == spread(windows({"long": 40}), 1)
    assert spread(windows({"long": 40}), 1) != spread(windows({"long": 40}), 2)


def test_an_estimate_counts_prompts_and_prices() -> None:
    many = windows_of([Document(LEAVE * 40, metadata={"source": "a"})], Static(), 100)
    plain = OpenAI(model="tiny")
    one, ten = (estimate(plain, load_prompts(), many, calls) for calls in (1, 10))
    assert one.cost is None and one.calls == 1
    assert 400 < one.prompt_tokens < 900
    assert ten.prompt_tokens == pytest.approx(10 * one.prompt_tokens, rel=0.2)
    priced = OpenAI(model="tiny", prices=Prices(prompt=2.0, completion=8.0), max_tokens=100)
    dear = estimate(priced, load_prompts(), many, 10)
    assert dear.completion_tokens == 1000
    assert dear.cost == pytest.approx((dear.prompt_tokens * 2.0 + 1000 * 8.0) / 1e6)
    assert dear.times(3).cost == pytest.approx(3 * (dear.cost or 0))
    assert estimate(plain, load_prompts(), many, 0) == Estimate(0, 0, 0, None)


@pytest.mark.parametrize(
    ("most", "over"),
    [
        (None, False),
        (Estimate(10, 400_000, 50_000), False),
        (Estimate(10, 400_000, 200_000), True),
        (Estimate(10, 4_000_000, 200_000, 0.9), False),
        (Estimate(10, 1_000, 1_000, 1.1), True),
    ],
)
def test_what_needs_consent(most: Any, over: bool) -> None:
    assert Plan(1, 1, 1, 0, "llm", "tiny", most, most).over_limit == over


def test_a_budget_ends_at_its_calls_its_tokens_and_its_dollars() -> None:
    budget = Budget(Estimate(2, 1000, 100))
    assert budget.take() and budget.take() and not budget.take()
    assert budget.exhausted
    budget = Budget(Estimate(10, 1000, 100))
    assert budget.take()
    budget.add(Usage(1, 900, 300))
    assert not budget.take()
    budget = Budget(Estimate(10, 1000, 100, 0.01))
    budget.add(Usage(1, 10, 90, cost=0.02))  # few tokens, but dear ones
    assert not budget.take()

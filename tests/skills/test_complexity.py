"""The shipped router on questions written for this test."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rag import skills
from rag.skills.complexity import Complexity

SINGLE = [
    "When was the printing press invented?",
    "How many moons does Mars have?",
    "what is the boiling point of ethanol",
    "Who approves travel abroad?",
    "Where are receipts handed in?",
    "What does the battery of the drill cost?",
    "who sang the title song of the film",
    "Which floor is the printer on?",
]
MULTI = [
    "Who is the mother of the director of the film that opened the festival in 1998?",
    "Which river is longer, the one through Vienna or the one through Cologne?",
    "In which country was the founder of the company that makes the Thermomix born?",
    "Are the lighthouse of Genoa and the tower of Pisa in the same region?",
    "What is the population of each of the five largest towns in Tyrol?",
    "Could a Roman legionary have eaten a tomato?",
    "When did the university where the author of the novel taught open its first library?",
    "Did the architect of the opera house die before the bridge was built?",
]


def skill() -> Complexity:
    found: Complexity = skills.load("complexity")
    return found


def test_one_document_or_several() -> None:
    multi = skill().predict_proba(SINGLE + MULTI, by="structure")[:, 2] > 0.5
    assert (~multi[:8]).sum() >= 7
    assert multi[8:].sum() >= 7


def test_rows_are_probabilities() -> None:
    for by in ("both", "structure", "outcome"):
        chances = skill().predict_proba(SINGLE + MULTI, by=by)
        assert chances.dtype == np.float32
        assert chances.shape == (16, 3)
        assert (chances >= 0).all()
        assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert (skill().predict_proba(SINGLE, by="structure")[:, 0] == 0).all()


def test_nothing_and_odd_text() -> None:
    assert skill().predict_proba([]).shape == (0, 3)
    assert np.isfinite(skill().predict_proba(["", "?", "??? !!!", "為什麼？", "a" * 5000])).all()


def test_case_and_the_question_mark_do_not_count() -> None:
    plain = [question.lower().rstrip("?") for question in MULTI]
    assert np.array_equal(skill().predict_proba(MULTI), skill().predict_proba(plain))


def test_a_score_does_not_depend_on_the_batch() -> None:
    together = skill().predict_proba(SINGLE + MULTI)
    alone = np.concatenate([skill().predict_proba([question]) for question in SINGLE + MULTI])
    assert np.allclose(together, alone, atol=1e-6)


def test_threads_share_it() -> None:
    expected = skill().predict_proba(MULTI)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: skill().predict_proba(MULTI), range(24)):
            assert np.array_equal(found, expected)

"""The shipped judge of answers, and its trees."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from rag import skills
from rag.skills.equivalence import Equivalence
from rag.skills.likeness import FEATURES, likeness
from rag.skills.trees import scores

WHO = "who drew the plans of the bridge"


def skill() -> Equivalence:
    found: Equivalence = skills.load("equivalence")
    return found


@pytest.mark.parametrize(
    ("candidate", "same"),
    [
        ("Anna Weiss", True),
        ("The plans were drawn by Anna Weiss.", True),
        ("Anna Maria Weiss drew them.", True),
        ("Heinrich Schoeller", False),
        ("The plans were drawn by Heinrich Schoeller.", False),
        ("I am sorry, I cannot tell who drew them.", False),
    ],
)
def test_what_is_said_in_other_words_is_the_same(candidate: str, same: bool) -> None:
    assert (skill().score([(WHO, "Anna Weiss", candidate)])[0] >= 0.5) == same


def test_more_references_never_lower_a_score() -> None:
    said = ["Weiss drew them", "A. Weiss", "Heinrich Schoeller", "1734"]
    few = skill().score([(WHO, "Anna Weiss", text) for text in said])
    many = skill().score([(WHO, "Anna Weiss / Weiss / 1734", text) for text in said])
    assert (many >= few).all()
    assert many[3] == 1.0


def test_the_reference_itself_is_worth_1_and_nothing_is_worth_0() -> None:
    assert skill().score([(WHO, "Anna Weiss", "anna  weiss."), (WHO, "Anna Weiss", " ")]).tolist() == [1.0, 0.0]
    assert skill().score([]).shape == (0,)


def test_a_score_depends_on_nothing_else_in_the_call_nor_on_the_thread() -> None:
    triples = [
        (WHO, "Anna Weiss", f"It was {name} {'in a long winter ' * n}") for n, name in enumerate(("Anna", "Weiss"))
    ]
    together = skill().score(triples)
    with ThreadPoolExecutor(2) as pool:
        alone = np.concatenate(list(pool.map(lambda triple: skill().score([triple]), triples)))
    assert np.allclose(together, alone, atol=1e-5)


def test_every_feature_has_a_name() -> None:
    table = likeness([(WHO, "Anna Weiss", "not Anna, but 12 others"), (WHO, "", "")])
    assert table.shape == (2, len(FEATURES))
    assert np.isfinite(table).all()
    told = dict(zip(FEATURES, table[0].tolist(), strict=True))
    assert (told["denies"], told["other numbers"], told["asks for a name"]) == (1.0, 1.0, 1.0)


def test_trees_add_up_the_leaves_that_a_row_falls_into() -> None:
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "feature": np.array([[0, 0, 1, 0, 0], [1, 0, 0, 0, 0]], np.int16),
        "threshold": np.array([[0.5, 0, 2.0, 0, 0], [1.0, 0, 0, 0, 0]], np.float32),
        "left": np.array([[1, 1, 3, 3, 4], [1, 1, 2, 3, 4]], np.int16),
        "right": np.array([[2, 1, 4, 3, 4], [2, 1, 2, 3, 4]], np.int16),
        "value": np.array([[0, 1, 0, 10, 100], [0, 0.25, 0.5, 0, 0]], np.float32),
        "base": np.array([1000], np.float32),
    }
    table = np.array([[0.5, 9], [0.6, 2], [0.6, 2.1], [0, 1]], np.float32)
    assert scores(arrays, table).tolist() == [1001.5, 1010.5, 1100.5, 1001.25]

"""The likeliest spans of a row."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.skills.cross_rows import Role, Row
from rag.skills.laid import Laid
from rag.skills.reader import FROM_EACH, LONGEST_ANSWER, likeliest

BEGIN = 4


def laid(owners: NDArray[np.int32]) -> Laid:
    tokens = BEGIN + len(owners) + 1
    row = Row([0] * tokens, [int(Role.PASSAGE)] * tokens, BEGIN, len(owners))
    return Laid(row, 0, owners, np.zeros((len(owners), 2), np.int32), np.zeros(len(owners), np.int32))


def one_after_the_other(owners: NDArray[np.int32], logits: NDArray[np.float32]) -> list[tuple[int, int, float]]:
    body = logits[BEGIN:]
    none = logits[0, 0] + logits[0, 1]
    spans = [
        (first, last, float(body[first, 0] + body[last, 1] - none))
        for first in range(len(owners))
        for last in range(first, min(first + LONGEST_ANSWER, len(owners)))
        if owners[first] == owners[last] >= 0
    ]
    return sorted(spans, key=lambda span: -span[2])[:FROM_EACH]


@pytest.mark.parametrize("size", [0, 1, 2, 29, 30, 31, 80])
@pytest.mark.parametrize("passages", [[0], [2], [-1], [-1, 0], [0, -1, 1], [1, 0, 1]])
def test_no_span_is_overlooked(size: int, passages: list[int]) -> None:
    chance = np.random.default_rng(size)
    owners = np.array(passages, np.int32)[np.arange(size) * len(passages) // max(1, size)]
    logits = chance.integers(-3, 4, (BEGIN + size + 1, 3)).astype(np.float32)  # many are equal: the first counts
    assert list(likeliest(laid(owners), logits)) == one_after_the_other(owners, logits)


def test_the_end_stands_at_most_as_far_as_an_answer_is_long() -> None:
    logits = np.zeros((BEGIN + 50, 3), np.float32)
    logits[BEGIN, 0] = logits[BEGIN + LONGEST_ANSWER, 1] = 9
    spans = list(likeliest(laid(np.zeros(49, np.int32)), logits))
    assert [last - first < LONGEST_ANSWER for first, last, _ in spans] == [True] * FROM_EACH
    assert spans[0][2] == 9

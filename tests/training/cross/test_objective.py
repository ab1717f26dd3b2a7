"""The loss: it falls where the model says what is right, and says nothing where the data say nothing."""

import numpy as np
import torch

from rag.skills.cross import Judgement
from rag.skills.cross_rows import Role
from rag.training.cross.batches import Batch, batches, collate
from rag.training.cross.objective import losses
from rag.training.cross.sample import Sample

ROLES = [Role.JUDGE_PASSAGE, Role.QUESTION, Role.PASSAGE, Role.PASSAGE, Role.PASSAGE]


def sample(judged: dict[int, float], starts: list[int], keep: list[int]) -> Sample:
    return Sample([101, 7, 8, 9, 102], [int(role) for role in ROLES], judged, starts, starts, keep)


def target(batch: Batch) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(getattr(batch, name)) for name in Batch.__slots__}


RIGHT = sample({Judgement.RANK: 1.0, Judgement.ANSWERABLE: 1.0}, [2], [-1, -1, 1, 0, -1])
WRONG = sample({Judgement.RANK: 0.0, Judgement.ANSWERABLE: 0.0}, [0], [-1, -1, 0, 0, -1])


def test_every_part_falls_when_what_is_said_is_right() -> None:
    batch = collate([[RIGHT, WRONG]])
    nothing = torch.zeros(2, batch.ids.shape[1], 3), torch.zeros(2, 4)
    tokens, rows = torch.zeros_like(nothing[0]), torch.zeros_like(nothing[1])
    tokens[0, 2, :2], tokens[1, 0, :2] = 8.0, 8.0
    tokens[:, :, 2] = -8.0
    tokens[0, 2, 2] = 8.0
    rows[0], rows[1] = 8.0, -8.0
    _, before = losses(nothing, target(batch))
    _, after = losses((tokens, rows), target(batch))
    assert set(before) == {"span", "keep", "rank", "answerable", "order"}
    assert all(after[name] < 0.01 < before[name] for name in before)


def test_what_the_data_do_not_tell_is_not_learnt_from() -> None:
    batch = collate([[sample({}, [], [])], [sample({Judgement.SUPPORT: 1.0}, [], [])]])
    said = torch.randn(2, batch.ids.shape[1], 3, requires_grad=True), torch.randn(2, 4, requires_grad=True)
    total, parts = losses(said, target(batch))
    total.backward()
    assert set(parts) == {"support"}
    assert said[0].grad is None
    assert said[1].grad is not None
    assert torch.count_nonzero(said[1].grad) == 1


def test_passages_are_compared_with_those_of_their_own_question_only() -> None:
    one, two = collate([[RIGHT, WRONG]]), collate([[RIGHT], [WRONG]])
    said = torch.zeros(2, one.ids.shape[1], 3), torch.tensor([[-3.0] * 4, [3.0] * 4])
    assert "order" in losses(said, target(one))[1]
    assert "order" not in losses(said, target(two))[1]


def test_batches_hold_whole_groups_and_every_sample_once() -> None:
    chance = np.random.default_rng(1)
    groups = [
        [Sample([101] * int(length), [5] * int(length)) for length in chance.integers(3, 60, chance.integers(1, 4))]
        for _ in range(300)
    ]
    made = list(batches(groups, 512, 0))
    assert sum(len(batch.ids) for batch in made) == sum(map(len, groups))
    assert sum(batch.tokens for batch in made) == sum(len(one.ids) for group in groups for one in group)
    assert all(batch.ids.size <= 512 + 8 * len(batch.ids) for batch in made)

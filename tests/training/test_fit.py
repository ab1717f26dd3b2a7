"""The loop, on a small real problem: resumed runs end as whole ones, the best epoch is kept, time ends it."""

from pathlib import Path
from typing import Any

import pytest
import torch

from rag.training.fit import fit
from rag.training.settings import Run, Told

CHANCE = torch.Generator().manual_seed(5)
INPUTS = torch.randn(256, 6, generator=CHANCE)
LABELS = (INPUTS[:, 0] + 0.5 * INPUTS[:, 1] > 0).float()


class Killed(Exception):
    pass


def trained(run: Run, patience: int = 99, score: Any = None) -> torch.nn.Module:
    torch.manual_seed(run.seed)
    model = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Dropout(0.2), torch.nn.Tanh(), torch.nn.Linear(8, 1))

    def batches(epoch: int) -> list[torch.Tensor]:
        order = torch.randperm(192, generator=torch.Generator().manual_seed(1000 * run.seed + epoch))
        return list(order.split(32))

    def loss(rows: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.binary_cross_entropy_with_logits(model(INPUTS[rows])[:, 0], LABELS[rows])

    def accuracy() -> float:
        return float(((model(INPUTS[192:])[:, 0] > 0) == LABELS[192:].bool()).float().mean())

    fit(model, run, batches=batches, loss=loss, score=score or accuracy, rate=0.02, patience=patience)
    return model


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True))


def test_it_learns_and_the_same_seed_gives_the_same_parameters() -> None:
    model = trained(Run(seed=1, epochs=15))
    with torch.inference_mode():
        assert float(((model(INPUTS[192:])[:, 0] > 0) == LABELS[192:].bool()).float().mean()) > 0.9
    assert same(model, trained(Run(seed=1, epochs=15)))
    assert not same(model, trained(Run(seed=2, epochs=15)))


@pytest.mark.parametrize("at", [("epoch 1 of 8", 3), ("epoch 4 of 8", 1), ("epoch 8 of 8", 6)])
def test_killed_and_resumed_it_ends_where_a_whole_run_ends(tmp_path: Path, at: tuple[str, int]) -> None:
    def kill(now: Told) -> None:
        if (now.stage, now.done) == at:
            raise Killed

    with pytest.raises(Killed):
        trained(Run(seed=3, epochs=8, folder=tmp_path, tell=kill))
    resumed = trained(Run(seed=3, epochs=8, folder=tmp_path, resume=True))
    assert same(resumed, trained(Run(seed=3, epochs=8)))


def test_a_checkpoint_of_another_training_is_not_resumed(tmp_path: Path) -> None:
    trained(Run(seed=3, epochs=2, folder=tmp_path))
    assert same(trained(Run(seed=4, epochs=2, folder=tmp_path, resume=True)), trained(Run(seed=4, epochs=2)))


def test_the_best_epoch_is_kept_and_patience_ends_it() -> None:
    scores, seen = iter([0.5, 0.9, 0.8, 0.7, 0.6, 0.99]), []

    def score() -> float:
        seen.append(next(scores))
        return seen[-1]

    early = trained(Run(seed=1, epochs=10), patience=2, score=score)
    assert seen == [0.5, 0.9, 0.8, 0.7]
    again = iter([0.5, 0.9])
    # The rate depends on the number of epochs asked for, so the comparison stops the same run by its score alone.
    whole = trained(Run(seed=1, epochs=10), patience=1, score=lambda: next(again, 0.0))
    assert same(early, whole)


def test_time_ends_it_and_more_time_goes_on(tmp_path: Path) -> None:
    told: list[Told] = []
    trained(Run(seed=1, epochs=50, folder=tmp_path, deadline=0.0, tell=told.append))
    assert [now.done for now in told] == [1]
    trained(Run(seed=1, epochs=3, folder=tmp_path / "other", resume=True, tell=told.append))
    assert told[-1].stage == "epoch 3 of 3"

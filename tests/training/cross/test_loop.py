"""The loop: it learns, and a killed run that is resumed ends as one that was not."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.training.cross.files import read
from rag.training.cross.loop import Plan, State, train
from rag.training.cross.model import start
from tests.training.cross.conftest import CLAIMS, PARAGRAPHS, Writer

PLAN = Plan(epochs=6, minutes=60, rate=1e-4, tokens=200, seed=1, threads=1, every=0)


class Killed(Exception):
    pass


def test_a_resumed_run_ends_as_a_whole_one_and_the_loss_falls(written: Writer, tmp_path: Path) -> None:
    examples = read([written("squad.jsonl", PARAGRAPHS), written("claims.jsonl", CLAIMS)])
    spans: list[float] = []
    whole = train(
        examples, examples, PLAN, tmp_path / "whole", tell=lambda state, _: spans.append(state.losses["span"])
    )
    assert spans[-1] < spans[0]

    def kill(state: State, _: float) -> None:
        if state.step == 7:
            raise Killed

    with pytest.raises(Killed):
        train(examples, examples, PLAN, tmp_path / "killed", tell=kill)
    steps: list[int] = []
    resumed = train(
        examples, examples, PLAN, tmp_path / "killed", resume=True, tell=lambda state, _: steps.append(state.step)
    )
    assert steps[0] == 7  # the step that was under way is done again
    assert all(np.array_equal(whole[name], resumed[name]) for name in whole)


def test_a_checkpoint_of_another_plan_is_refused(written: Writer, tmp_path: Path) -> None:
    examples = read([written("claims.jsonl", CLAIMS)])
    train(examples, [], replace(PLAN, epochs=1), tmp_path / "out")
    with pytest.raises(ModelError, match=r"other settings \(rate\)"):
        train(examples, [], replace(PLAN, epochs=1, rate=1e-5), tmp_path / "out", resume=True)


def test_time_ends_it(written: Writer, tmp_path: Path) -> None:
    examples = read([written("claims.jsonl", CLAIMS)])
    steps: list[int] = []
    train(
        examples,
        [],
        replace(PLAN, epochs=50, minutes=0),
        tmp_path / "out",
        tell=lambda state, _: steps.append(state.step),
    )
    assert steps == [1]


def test_frozen_layers_stay_and_the_others_learn(written: Writer, tmp_path: Path) -> None:
    examples, begun = read([written("claims.jsonl", CLAIMS)]), start(1)
    found = train(examples, [], replace(PLAN, epochs=2, frozen=2), tmp_path / "out", begun=begun)
    changed = {name for name, array in found.items() if not np.array_equal(array, begun[name])}
    still = ("positions", "roles", "norm.", "layers.0.", "layers.1.")
    assert not any(name.startswith(still) for name in changed)
    assert {name for name in begun if name.startswith("layers.") and not name.startswith(still)} <= changed


def test_a_checkpoint_from_before_a_setting_was_there_goes_on(written: Writer, tmp_path: Path) -> None:
    examples, out = read([written("claims.jsonl", CLAIMS)]), tmp_path / "out"
    train(examples, [], replace(PLAN, epochs=1), out)
    note = json.loads((out / "checkpoint.json").read_text(encoding="utf-8"))
    del note["plan"]["frozen"]
    (out / "checkpoint.json").write_text(json.dumps(note), encoding="utf-8")
    train(examples, [], replace(PLAN, epochs=1), out, resume=True)
    with pytest.raises(ModelError, match=r"other settings \(frozen\)"):
        train(examples, [], replace(PLAN, epochs=1, frozen=1), out, resume=True)

"""The recipe: what ships says what torch says, and the figures are those of the data."""

from pathlib import Path

import numpy as np
import pytest

from rag.errors import UsageError
from rag.training.cross.calibrate import logistic
from rag.training.cross.figures import auc
from rag.training.cross.files import read
from rag.training.cross.model import start
from rag.training.cross.recipe import Cross, head
from rag.training.train import recipe
from tests.training.cross.conftest import CLAIMS, PARAGRAPHS, Writer


def test_every_skill_of_the_file_is_trained_by_one_recipe() -> None:
    assert all(isinstance(recipe(name), Cross) for name in ("cross", "reader", "relevance", "keep", "support"))


def test_the_stored_head_says_what_torch_says_and_has_probabilities(written: Writer) -> None:
    examples = read([written("squad.jsonl", PARAGRAPHS), written("claims.jsonl", CLAIMS)])
    made = head(start(0), examples)
    assert made.parity < 1e-3
    assert set(made.facts["calibration"]) == {"rank", "keep", "support", "span", "answerable"}
    assert made.arrays["layers.0.qkv.weight"].dtype == np.int8


def test_nothing_to_learn_from_is_said(written: Writer, tmp_path: Path) -> None:
    folder = tmp_path / "faithfulness"
    folder.mkdir()
    file = written("wice_claim_test.jsonl", CLAIMS).rename(folder / "wice_claim_test.jsonl")
    with pytest.raises(UsageError, match="nothing is left to learn from"):
        Cross().read([file])


def test_a_logistic_regression_finds_the_weights_that_made_the_labels() -> None:
    chance = np.random.default_rng(0)
    features = chance.normal(size=(20_000, 2)).astype(np.float32)
    labels = chance.random(20_000) < 1 / (1 + np.exp(-(0.5 + 2 * features[:, 0] - features[:, 1])))
    assert logistic(features, labels) == pytest.approx([0.5, 2, -1], abs=0.1)


def test_auc_is_the_chance_of_the_right_order() -> None:
    chance = np.random.default_rng(1)
    scores, labels = chance.integers(0, 9, 60).astype(float), chance.random(60) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[labels] for b in scores[~labels]]
    assert auc(scores, labels) == pytest.approx(np.mean(pairs))
    assert np.isnan(auc(scores, np.ones(60, dtype=bool)))

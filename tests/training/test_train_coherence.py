"""`rag train coherence` on texts of one's own, killed and resumed."""

import json
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from rag import skills
from rag.skills.store import read
from rag.training.settings import Settings, Told
from rag.training.train import train

SUBJECTS = {
    "dough": ["flour", "yeast", "oven", "crust", "baker", "kneading", "crumb", "loaf"],
    "trams": ["rails", "driver", "depot", "ticket", "passenger", "line", "stop", "timetable"],
    "bees": ["hive", "queen", "honey", "swarm", "nectar", "keeper", "wax", "comb"],
    "sailing": ["mast", "rope", "harbour", "wind", "anchor", "deck", "crew", "keel"],
}


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chance = Random(7)
    rows = []
    for number in range(40):
        paras = []
        for words in chance.sample(list(SUBJECTS.values()), 2):
            order = chance.sample(words, 6)
            paras.append([f"The {one} and the {two} belong together." for one, two in pairwise(order)])
        rows.append({"id": str(number), "paras": paras})
    file = tmp_path_factory.mktemp("any") / "own" / "texts.jsonl"
    file.parent.mkdir()
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_it_learns_and_a_killed_run_ends_as_a_whole_one(data: Path, tmp_path: Path) -> None:
    whole = train("coherence", [data], Settings(tmp_path / "whole", epochs=4))
    assert whole.figures["own/texts: boundary AUC"].mean > 0.9
    assert whole.parity < 1e-2
    scores = skills.load("coherence", tmp_path / "whole").score(
        [("The hive needs a keeper.", "The honey is in the comb."), ("The hive needs a keeper.", "The ticket is sold.")]
    )
    assert scores[0] > scores[1]

    def kill(now: Told) -> None:
        if now.stage == "epoch 3 of 4":
            raise Killed

    parts: dict[str, Any] = {"out": tmp_path / "parts", "epochs": 4}
    with pytest.raises(Killed):
        train("coherence", [data], Settings(**parts), kill)
    train("coherence", [data], Settings(**parts, resume=True))
    ours, theirs = (read(tmp_path / name / "coherence.safetensors")[0] for name in ("parts", "whole"))
    assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)

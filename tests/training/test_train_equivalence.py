"""`rag train equivalence` on judged answers written for this test."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag import skills
from rag.cli import app
from rag.errors import UsageError
from rag.training.equivalence import EquivalenceRecipe

NAMES = [
    "Anna Weiss",
    "Heinrich Schoeller",
    "Maria Kolb",
    "Paul Nix",
    "Ida Esser",
    "Otto Rey",
    "Lena Frings",
    "Karl Berg",
]
THINGS = [
    "bridge",
    "mill",
    "church",
    "school",
    "tower",
    "ferry",
    "garden",
    "station",
    "library",
    "harbour",
    "well",
    "wall",
]


def test_it_learns_from_ones_own_judgements(tmp_path: Path) -> None:
    rows = []
    for thing in THINGS:
        for place, name in enumerate(NAMES):
            other = NAMES[(place + 3) % len(NAMES)]
            question = f"who built the {thing} number {place}"
            rows += [(question, name, f"It was {name}.", True), (question, name, f"It was {other}.", False)]
    file = tmp_path / "judged.jsonl"
    keys = ("question", "reference", "candidate", "label")
    file.write_text("".join(json.dumps(dict(zip(keys, row, strict=True))) + "\n" for row in rows), encoding="utf-8")
    done = CliRunner().invoke(
        app, ["train", "equivalence", "--data", str(file), "--out", str(tmp_path / "o"), "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["parity"] < 1e-4
    assert next(figure["mean"] for name, figure in told["figures"].items() if name.startswith("accuracy")) > 0.95
    skill = skills.load("equivalence", tmp_path / "o")
    found = skill.score([("who built the pier", "Ida Esser", text) for text in ("Ida Esser did", "Paul Nix did")])
    assert found[0] > 0.5 > found[1]


def test_judgements_of_one_kind_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "judged.jsonl"
    row = {"question": "who", "reference": "Anna", "candidate": "Anna", "label": True}
    file.write_text("".join(json.dumps({**row, "question": f"who {n}"}) + "\n" for n in range(20)), encoding="utf-8")
    done = CliRunner().invoke(app, ["train", "equivalence", "--data", str(file), "--out", str(tmp_path)])
    assert done.exit_code != 0
    assert "no answers judged both ways" in done.output


def test_references_may_be_several_and_improper_questions_teach_nothing(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"question": f"who {n}", "reference": "Anna Weiss/Weiss", "candidate": name, "label": name != "nobody"}
        for n in range(30)
        for name in ("A. Weiss", "nobody")
    ]
    rows += [{"question": "who rang", "references": ["Otto"], "candidate": "?", "label": False, "improper": True}]
    file = tmp_path / "judged.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    judged = [one for some in EquivalenceRecipe().read([file]).judged.values() for one in some]
    own = [one for one in judged if one.texts[2] in ("A. Weiss", "nobody")]
    assert {one.texts[1] for one in own} == {"Anna Weiss / Weiss"}
    assert not any(one.texts[0] == "who rang" for one in judged)
    file.write_text('{"colour": "red"}\n')
    with pytest.raises(UsageError, match="keys colour; needed: "):
        EquivalenceRecipe().read([file])

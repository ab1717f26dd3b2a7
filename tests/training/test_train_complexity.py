"""`rag train complexity` on a small set of one's own: it learns, resumes, and says what is wrong with the data."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import skills
from rag.cli import app

RUN = CliRunner()
PLACES = ["hall", "cellar", "library", "kitchen", "garage", "attic", "garden", "office", "workshop", "laundry"]
THINGS = ["printer", "ladder", "projector", "kettle", "drill", "vacuum", "heater", "scanner"]
GREETINGS = ["Hello", "Thank you", "Good morning", "What can you do", "Bye", "Thanks a lot", "Hi there", "Good evening"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = []
    for place in PLACES:
        for thing in THINGS:
            rows.append((f"Where is the {thing} of the {place}?", "single"))
            rows.append((f"Is the {thing} in the {place} older than the {THINGS[0]} in the {PLACES[-1]}?", "multi"))
    rows += [(f"{greeting} {name}", "none") for greeting in GREETINGS for name in ("Ann", "Bob", "Carl", "Dora")]
    file = tmp_path_factory.mktemp("own") / "asked.jsonl"
    file.write_text("".join(json.dumps({"question": q, "route": route}) + "\n" for q, route in rows), encoding="utf-8")
    return file


def test_it_learns_ones_own_routes_writes_a_card_and_resumes(data: Path, tmp_path: Path) -> None:
    command = ["train", "complexity", "--data", str(data), "--out", str(tmp_path), "--seeds", "2", "--json"]
    done = RUN.invoke(app, command)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["figures"]["single against multi, accuracy"]["mean"] > 0.95
    assert told["figures"]["three ways by outcome, accuracy"]["mean"] > 0.9
    assert len(told["figures"]["recall of multi"]["seeds"]) == 2
    assert told["parity"] < 1e-4
    skill = skills.load("complexity", tmp_path)
    chances = skill.predict_proba(["Where is the saw of the barn?", "Good night Eve"])
    assert chances[0].argmax() == 1
    assert chances[1].argmax() == 0
    card = " ".join((tmp_path / "complexity.md").read_text(encoding="utf-8").split())
    assert "your own data" in card
    assert str(tmp_path) not in card
    again = RUN.invoke(app, [*command, "--resume"])
    assert json.loads(again.stdout)["figures"] == told["figures"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["complexity", "--out", "o"], "--data FILE... is missing; a record holds `question` and `route`"),
        (["complexity", "--data", "d.jsonl"], "--out DIR is missing"),
        (["complexitty", "--data", "d.jsonl", "--out", "o"], "did you mean 'complexity'?"),
        (["complexity", "--data", "none.jsonl", "--out", "o"], "none.jsonl: no such file"),
        (["complexity", "--data", "d.jsonl", "--out", "o"], "found no questions of two kinds"),
        (
            ["complexity", "--data", "e.jsonl", "--out", "o"],
            "route 'many' of 'Who?': should be one of none, single, multi",
        ),
        (["complexity", "--data", "d.jsonl", "--out", "o", "--minutes", "-1"], "--minutes -1: should be above 0"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d.jsonl").write_text('{"question": "Who?", "route": "single"}\n', encoding="utf-8")
    Path("e.jsonl").write_text('{"question": "Who?", "route": "many"}\n', encoding="utf-8")
    done = RUN.invoke(app, ["train", *arguments])
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())

"""`rag route label`: every route is tried, labels are what `rag train complexity` reads."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import skills
from rag.cli import app

RUN = CliRunner()
CONFIG = """
version: 1
encoder: static
index: {path: .rag/index}
pipeline:
  - route:
      use: complexity
      single: [{retrieve: {use: bm25, top_k: 1}}]
      multi: [{agent: {use: feedback, retrieve: {use: bm25, top_k: 5}}}]
  - generate: {use: extractive, max_sentences: 3}
"""
NOTES = {
    "bridge": "The bridge of Kreuzau was built in 1734.",
    "mill": "The mill of Lendersdorf burned down in 1802.",
    "organ": "The organ of the church came from Bonn.",
}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "rag.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "notes").mkdir()
    for name, text in NOTES.items():
        (tmp_path / "notes" / f"{name}.txt").write_text(text, encoding="utf-8")
    assert RUN.invoke(app, ["index", "notes"]).exit_code == 0
    rows = [
        {"question": "When was the bridge of Kreuzau built?", "answer": "1734"},
        {"question": "When did the mill of Lendersdorf burn down?", "answer": "1802"},
        {"question": "Who was the mayor of Aachen?", "answer": "Anton Weiss"},
    ]
    file = tmp_path / "asked.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_a_question_gets_the_cheapest_route_that_answers_it(asked: Path) -> None:
    done = RUN.invoke(app, ["route", "label", str(asked), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["labels"] == {"single": 2, "multi": 0}
    assert told["unanswered"] == 1
    assert told["oracle"]["right"] == pytest.approx(2 / 3)
    rows = [json.loads(line) for line in Path("labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["route"] for row in rows] == ["single", "single"]
    assert all(set(row["right"]) == set(row["milliseconds"]) == {"single", "multi"} for row in rows)
    again = RUN.invoke(app, ["route", "label", str(asked)])
    assert again.exit_code == 0
    assert "right if always taken" in again.stdout
    assert "2 of 3 questions labelled in labels.jsonl; 1 no route answered" in again.stderr


def test_a_model_says_why_and_the_router_learns_from_that_file(asked: Path) -> None:
    rows = [
        {"question": f"{head} {thing} in {place}?", "route": route}
        for thing in ("mill", "bridge", "tower", "school", "garden", "library", "harbour", "ferry")
        for place in ("Kreuzau", "Aachen", "Bonn", "Jena", "Ulm")
        for head, route in (("Where is the", "single"), ("Is the well as old as the", "multi"))
    ]
    Path("labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    model = {"use": "langchain_core.language_models.FakeListChatModel", "responses": ["One place.", "Two ages."]}
    command = ["route", "reason", "labels.jsonl", "--set", f"llm={json.dumps(model)}"]
    command += ["--allow-import", "langchain_core"]
    assert RUN.invoke(app, [*command, "--limit", "3"]).exit_code == 0
    done = RUN.invoke(app, command)
    assert done.exit_code == 0, done.output
    assert f"{len(rows)} of {len(rows)} labels have a reason in reasons.jsonl" in done.stderr
    assert f"asked {len(rows) - 3} times" in done.stderr
    assert RUN.invoke(app, [*command, "--out", "labels.jsonl"]).exit_code == 2
    told = json.loads(RUN.invoke(app, [*command, "--json"]).stdout)
    assert (told["there"], told["asked"]) == (len(rows), 0)
    trained = RUN.invoke(app, ["train", "complexity", "--data", "reasons.jsonl", "--out", "router", "--json"])
    assert trained.exit_code == 0, trained.output
    assert json.loads(trained.stdout)["figures"]["three ways by outcome, accuracy"]["mean"] > 0.9


def test_a_router_learns_from_labels_and_tells_its_regret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rows = []
    for thing in ("mill", "bridge", "tower", "school", "garden", "library", "harbour", "ferry"):
        for place in ("Kreuzau", "Aachen", "Bonn", "Jena", "Ulm"):
            cheap = {"right": {"single": True, "multi": True}, "milliseconds": {"single": 10, "multi": 40}}
            dear = {"right": {"single": False, "multi": True}, "milliseconds": {"single": 10, "multi": 40}}
            rows.append({"question": f"Where is the {thing} of {place}?", "route": "single", **cheap})
            older = f"Is the {thing} of {place} older than the town hall of Trier or that of Mainz?"
            rows.append({"question": older, "route": "multi", **dear})
    file = tmp_path / "labels.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = RUN.invoke(app, ["train", "complexity", "--data", str(file), "--out", str(tmp_path / "o"), "--json"])
    assert done.exit_code == 0, done.output
    figures = {name: figure["mean"] for name, figure in json.loads(done.stdout)["figures"].items()}
    assert figures["regret against an oracle"] <= 0.1
    assert 0.2 <= figures["cost saved against the dearest route"] <= 0.6
    assert skills.load("complexity", tmp_path / "o").predict_proba(["Where is the well of Trier?"])[0].argmax() == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lable", "asked.jsonl"], "the actions are label and reason"),
        (["label", "asked.jsonl", "--judge", "me"], "--judge is answers or support, not 'me'"),
        (["label", "none.jsonl"], "none.jsonl: no such file"),
        (["reason", "asked.jsonl"], "has no `llm:` to reason"),
        (["reason", "asked.jsonl", "--judge", "support"], "--judge is of `rag route label`"),
        (["label", "asked.jsonl", "--set", "pipeline=[{retrieve: {use: bm25}}]"], "no route to force"),
    ],
)
def test_what_is_wrong_is_said(asked: Path, arguments: list[str], message: str) -> None:
    done = RUN.invoke(app, ["route", *arguments])
    assert done.exit_code != 0
    assert message in done.output


def test_known_answers_are_asked_for_where_they_are_to_judge(asked: Path) -> None:
    asked.write_text(json.dumps({"question": "When was the bridge built?"}) + "\n", encoding="utf-8")
    done = RUN.invoke(app, ["route", "label", str(asked), "--judge", "answers"])
    assert "has no answers: give some, or --judge support" in done.output

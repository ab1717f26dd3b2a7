"""`rag train sources` on a small set of one's own, and the agent that plans with it."""

import json
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from typer.testing import CliRunner

from rag import skills
from rag.cli import app
from rag.errors import ModelError
from rag.knowledge.plan import by_planner
from rag.knowledge.source import Source
from rag.schema import Turn

RUN = CliRunner()
PEOPLE = ["Anna", "Ben", "Carla", "Dan", "Eva", "Finn", "Gus", "Hana", "Ida", "Jon"]
THINGS = ["laptop", "phone", "printer", "screen", "tablet", "router", "camera", "keyboard"]
GREETINGS = ["Hello", "Thank you", "Good morning", "Bye", "Hi there", "Good evening"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows: list[tuple[str, list[str]]] = []
    for person in PEOPLE:
        rows += [(f"Where does {person} sit?", ["people"]), (f"What is the role of {person}?", ["people"])]
        rows += [(f"{greeting}, {person}", []) for greeting in GREETINGS]
        rows += [(f"How long does the battery of {person}'s {thing} last?", ["people", "products"]) for thing in THINGS]
    file = tmp_path_factory.mktemp("own") / "asked.jsonl"
    file.write_text("".join(json.dumps({"question": q, "sources": s}) + "\n" for q, s in rows), encoding="utf-8")
    return file


def test_it_learns_ones_own_sources(data: Path, tmp_path: Path) -> None:
    done = RUN.invoke(app, ["train", "sources", "--data", str(data), "--out", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["figures"]["whole plan right"]["mean"] > 0.9
    assert told["parity"] < 1e-4
    planner = skills.load("sources", tmp_path)
    assert planner.labels == ("people", "products")
    people, products = Source(name="people"), Source(name="products", after="people")
    history = (HumanMessage("Hello"), AIMessage("Hello!"))
    plan = by_planner(
        planner, Turn("How long does the battery of Kim's drone last?", history), [people, products], None
    )
    assert plan.sources == ("people", "products")
    assert by_planner(planner, Turn("Good evening, Kim"), [people, products], None).sources == ()
    assert by_planner(planner, Turn("Good evening, Kim"), [people, products], 0.0).sources == ("people", "products")
    with pytest.raises(ModelError, match="has learnt the sources people, products, and there are people, tickets"):
        by_planner(planner, Turn("Hello"), [people, Source(name="tickets")], None)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"question": "Who?"}, "a record should hold `question` and `sources`"),
        ({"question": "Who?", "sources": ["a"]}, "found no questions that need different sources"),
    ],
)
def test_what_is_wrong_with_the_data_is_said(record: dict[str, object], message: str, tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    done = RUN.invoke(app, ["train", "sources", "--data", str(file), "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app

RUN = CliRunner()
CORPUS = {
    "travel": "Trips abroad are approved by the head of department. Rail is preferred to air.",
    "expenses": "Meals abroad are paid up to 165 EUR a day. Receipts are kept for seven years.",
    "leave": "Parental leave lasts 14 weeks. Leave is asked for in the portal two months before.",
}
QUERIES = {"q1": ("Who approves trips abroad?", "travel"), "q2": ("How long is parental leave?", "leave")}
CONFIG = """
version: 1
encoder: static
index: {path: unused}
pipeline:
  - retrieve: {use: bm25, top_k: 3}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    task = tmp_path / "task"
    (task / "qrels").mkdir(parents=True)
    rows = [json.dumps({"_id": name, "title": "", "text": text}) for name, text in CORPUS.items()]
    (task / "corpus.jsonl").write_text("\n".join(rows) + "\n")
    rows = [json.dumps({"_id": name, "text": text}) for name, (text, _) in QUERIES.items()]
    (task / "queries.jsonl").write_text("\n".join(rows) + "\n")
    rows = [f"{name}\t{document}\t1" for name, (_, document) in QUERIES.items()]
    (task / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]) + "\n")
    (tmp_path / "bm25.yaml").write_text(CONFIG)
    return tmp_path


def test_figures_and_json(here: Path) -> None:
    done = RUN.invoke(app, ["eval", "task", "--config", "bm25.yaml", "--json", "out/run.json"])
    assert done.exit_code == 0, done.output
    assert "ndcg@10" in done.stdout and "95 % interval" in done.stdout
    written = json.loads((here / "out" / "run.json").read_text())
    assert written["metrics"]["ndcg@10"] == 1.0
    assert written["ci"]["ndcg@10"] == [1.0, 1.0]
    assert written["queries"] == 2


def test_json_on_standard_output_is_all_there_is(here: Path) -> None:
    done = RUN.invoke(app, ["eval", "task", "--config", "bm25.yaml", "--json", "-", "--measures", "success@1"])
    assert json.loads(done.stdout)["metrics"]["success@1"] == 1.0


def test_the_gate(here: Path) -> None:
    RUN.invoke(app, ["eval", "task", "--config", "bm25.yaml", "--out", "base"])
    gate = ["--baseline", "base", "--fail-if", "recall@10 -1pt"]
    same = RUN.invoke(app, ["eval", "task", "--config", "bm25.yaml", *gate])
    assert same.exit_code == 0
    assert "pass recall@10 did not change: 1.0000" in same.stdout
    worse = (here / "task" / "queries.jsonl").read_text().replace("parental leave", "the meeting about receipts")
    (here / "task" / "queries.jsonl").write_text(worse)
    fallen = RUN.invoke(app, ["eval", "task", "--config", "bm25.yaml", *gate])
    assert fallen.exit_code == 1
    assert "FAIL recall@10 fell by 50.0 points, from 1.0000 to 0.5000" in fallen.stdout


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--fail-if", "ndcg@10"], "a condition reads"),
        (["--fail-if", "ndcg@10 -1pt"], "--baseline RUN.json"),
        (["--baseline", "nowhere.json"], "does not exist"),
        (["--measures", "ndgc@3"], "no retrieval measure is called 'ndgc@3'"),
        (["--split", "dev"], "it has: test.tsv"),
    ],
)
def test_wrong_use_is_exit_code_2(here: Path, flags: list[str], says: str) -> None:
    done = RUN.invoke(app, ["eval", "task", "--config", "bm25.yaml", *flags])
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())


def test_questions_of_an_index_that_is_there(here: Path) -> None:
    (here / "docs").mkdir()
    for name, text in CORPUS.items():
        (here / "docs" / f"{name}.txt").write_text(text)
    RUN.invoke(app, ["index", "docs", "--config", "bm25.yaml", "--index", "mine"])
    rows = [{"question": "Who approves trips abroad?", "reference": "approved by the head of department"}]
    (here / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = RUN.invoke(app, ["eval", "mine.jsonl", "--config", "bm25.yaml", "--index", "mine", "--json", "-"])
    assert json.loads(done.stdout)["metrics"]["reference_recall"] == 1.0
    by_path = RUN.invoke(app, ["eval", "mine.jsonl", "--config", "bm25.yaml", "--corpus", "docs", "--json", "-"])
    assert json.loads(by_path.stdout)["metrics"]["reference_recall"] == 1.0
    none = RUN.invoke(app, ["eval", "mine.jsonl", "--config", "bm25.yaml"])
    assert none.exit_code == 2
    assert "--corpus PATH" in none.output
    here.joinpath("rag.yaml").write_text(CONFIG.replace("unused", "mine"))
    own = RUN.invoke(app, ["eval", "mine.jsonl"])
    assert own.exit_code == 0, own.output
    assert "mine brings no documents; asking the index mine" in own.stderr
    assert "reference_recall" in own.stdout


def test_a_preset_is_called_by_its_name(here: Path) -> None:
    done = RUN.invoke(app, ["eval", "task", "--config", "fast"])
    assert done.stdout.startswith("task, fast: 2 queries\n")

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.config import load

RUN = CliRunner()
CONFIG = """
version: 1
encoder: static
index: {path: unused}
pipeline:
  - retrieve: {use: bm25, top_k: 1}
tune:
  objectives: {recall@10: maximize, context_tokens: minimize}
  trials: 4
  space:
    pipeline.0.retrieve.top_k: [1, 2, 3]
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "task" / "qrels").mkdir(parents=True)
    corpus, queries, qrels = [], [], ["query-id\tcorpus-id\tscore"]
    for number in range(20):
        # The better of two documents on a subject is the longer one, which BM25 ranks second.
        corpus += [
            {"_id": f"short{number}", "title": "", "text": f"Subject{number} rules."},
            {
                "_id": f"long{number}",
                "title": "",
                "text": f"What subject{number} is about takes a few more words to say.",
            },
        ]
        queries.append({"_id": f"q{number}", "text": f"subject{number}"})
        qrels.append(f"q{number}\tlong{number}\t1")
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (tmp_path / "task" / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "task" / "qrels" / "test.tsv").write_text("\n".join(qrels) + "\n")
    (tmp_path / "mine.yaml").write_text(CONFIG)
    return tmp_path


def test_the_winner_is_written_is_better_on_the_other_half_and_the_same_command_repeats_nothing(here: Path) -> None:
    done = RUN.invoke(app, ["tune", "task", "--config", "mine.yaml", "--out", "found", "--json"])
    assert done.exit_code == 0, done.output
    [winner] = list((here / "found").glob("tuned.yaml"))
    tuned = load(winner)
    assert tuned.node.plain()["pipeline"][0]["retrieve"]["top_k"] in (2, 3)
    measured = RUN.invoke(app, ["eval", "task", "--config", str(winner), "--json", "-"])
    assert json.loads(measured.stdout)["metrics"]["recall@10"] == 1.0
    again = RUN.invoke(app, ["tune", "task", "--config", "mine.yaml", "--out", "found", "--json"])
    first, second = json.loads(done.stdout), json.loads(again.stdout)
    assert first["winner"] == second["winner"]
    assert first["trials"] == second["trials"]


def test_a_space_that_does_not_fit_the_configuration_is_named(here: Path) -> None:
    (here / "mine.yaml").write_text(CONFIG.replace("retrieve.top_k: [1", "retrieve.topk: [1"))
    done = RUN.invoke(app, ["tune", "task", "--config", "mine.yaml"])
    assert done.exit_code == 2
    assert "topk" in done.output and "top_k" in done.output


def test_a_preset_is_not_a_file_to_write_in(here: Path) -> None:
    done = RUN.invoke(app, ["tune", "task", "--config", "fast"])
    assert done.exit_code == 2
    assert "to a file that extends fast, or --space" in done.output

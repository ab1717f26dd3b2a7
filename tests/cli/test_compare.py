import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app

RUN = CliRunner()
CORPUS = {
    "travel": "Trips abroad are approved by the head of department.",
    "rail": "Trips by rail are preferred to trips by air.",
    "leave": "Parental leave lasts 14 weeks.",
}
QUERIES = {"q1": ("Who approves trips abroad?", "travel"), "q2": ("How long is parental leave?", "leave")}


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    Path("task/qrels").mkdir(parents=True)
    Path("task/corpus.jsonl").write_text(
        "".join(json.dumps({"_id": name, "text": text}) + "\n" for name, text in CORPUS.items())
    )
    Path("task/queries.jsonl").write_text(
        "".join(json.dumps({"_id": name, "text": text}) + "\n" for name, (text, _) in QUERIES.items())
    )
    Path("task/qrels/test.tsv").write_text("".join(f"{name}\t{doc}\t1\n" for name, (_, doc) in QUERIES.items()))
    for top_k in (1, 2):
        steps = f"pipeline:\n  - retrieve: {{use: bm25, top_k: {top_k}}}\n"
        Path("mine.yaml").write_text(f"version: 1\nencoder: static\nindex: {{path: x}}\n{steps}")
        command = ["eval", "task", "--config", "mine.yaml", "--out", f"k{top_k}", "--json", f"k{top_k}.json"]
        done = RUN.invoke(app, command)
        assert done.exit_code == 0, done.output
    return ["k1", "k2"]


def test_side_by_side(runs: list[str]) -> None:
    done = RUN.invoke(app, ["compare", *runs])
    assert done.exit_code == 0, done.output
    assert "a  mine (top_k=1)" in done.stdout
    assert "pipeline.0.retrieve.top_k  1  2" in done.stdout
    assert "context_precision" in done.stdout


def test_json_and_chosen_figures(runs: list[str]) -> None:
    done = RUN.invoke(app, ["compare", *runs, "--figures", "ndcg@10,context_recall", "--json"])
    told = json.loads(done.stdout)
    assert list(told["figures"]) == ["ndcg@10", "context_recall"]
    assert told["settings"] == {"pipeline.0.retrieve.top_k": [1, 2]}
    assert told["figures"]["ndcg@10"][1]["change"]["p"] == 1.0


def test_reports(runs: list[str]) -> None:
    done = RUN.invoke(app, ["compare", *runs, "--html", "out/report.html", "--markdown", "-"])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("### task: mine (top\\_k=1)") or done.stdout.startswith("### task: mine (top_k=1)")
    assert "<title>task" in Path("out/report.html").read_text()


def test_reports_of_an_evaluation(runs: list[str]) -> None:
    command = ["eval", "task", "--config", "mine.yaml", "--baseline", "k1", "--fail-if", "ndcg@10 -1pt"]
    done = RUN.invoke(app, [*command, "--html", "r.html", "--junit", "r.xml", "--markdown", "-"])
    assert done.exit_code == 0, done.output
    assert "**The gate passes**" in done.stdout
    assert "mean" not in done.stdout  # Markdown is all there is
    assert 'failures="0"' in Path("r.xml").read_text()
    assert 'class="verdict pass"' in Path("r.html").read_text()


def test_a_run_that_is_none(runs: list[str]) -> None:
    done = RUN.invoke(app, ["compare", "task"])
    assert done.exit_code == 2
    assert "has no metrics.json" in " ".join(done.output.split())


def test_runs_by_their_json(runs: list[str]) -> None:
    done = RUN.invoke(app, ["compare", "k1.json", "k2", "--json"])
    assert [run["name"] for run in json.loads(done.stdout)["runs"]] == ["mine (top_k=1)", "mine (top_k=2)"]

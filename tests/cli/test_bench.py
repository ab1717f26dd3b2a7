import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app

RUN = CliRunner()
CONFIG = """
version: 1
encoder: static
index: {path: unused, segment: {use: recursive, max_tokens: 40}}
pipeline:
  - retrieve: {use: bm25, top_k: 10}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "task" / "qrels").mkdir(parents=True)
    names = ["ferry", "tram", "bicycle", "airship", "canoe"]
    corpus = [{"_id": name, "title": name.title(), "text": f"A {name} carries people. " * 30} for name in names]
    queries = [{"_id": f"q{name}", "text": f"what does a {name} carry"} for name in names]
    for file, rows in (("corpus", corpus), ("queries", queries)):
        (tmp_path / "task" / f"{file}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = ["query-id\tcorpus-id\tscore", *(f"q{name}\t{name}\t1" for name in names)]
    (tmp_path / "task" / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n")
    (tmp_path / "mine.yaml").write_text(CONFIG)
    return tmp_path


def test_a_configuration_is_measured_in_a_fresh_process(here: Path) -> None:
    done = RUN.invoke(app, ["bench", "task", "--config", "mine.yaml", "--repeats", "1", "--json", "found.json"])
    assert done.exit_code == 0, done.output
    assert "passages/s" in done.stdout
    [row] = json.loads((here / "found.json").read_text())["rows"]
    assert (row["adapter"], row["mode"]) == ("mine", "pipeline")
    assert row["figures"]["ndcg@10"]["mean"] == 1.0
    assert {"cold_seconds", "passages/s", "serve_peak_mb"} <= set(row["figures"])
    assert {"bench.json", "bench.md", "bench.svg"} <= {
        path.name for path in (here / ".rag" / "bench" / "task").iterdir()
    }


def test_json_alone_goes_to_stdout(here: Path) -> None:
    done = RUN.invoke(app, ["bench", "task", "-c", "mine.yaml", "--repeats", "1", "--queries", "2", "--json", "-"])
    assert json.loads(done.stdout)["queries"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--peers", "nowhere"], "no such folder"),
        (["--setup"], "--peers DIR"),
        (["--only", "langchain"], "--peers DIR"),
        (["-c", "mine.yaml", "--timeout", "0"], "above 0"),
        (["-c", "mine.yaml", "--modes", "dense"], "there are: pipeline"),
        (["-c", "mine.yaml", "-c", "mine.yaml"], "two of those"),
        (["-c", "mine.yaml", "--reference", "other"], "did you mean"),
        (["-c", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_can(here: Path, arguments: list[str], said: str) -> None:
    done = RUN.invoke(app, ["bench", "task", *arguments])
    assert done.exit_code == 2, done.output
    if said != "did you mean":
        assert said in done.output
    else:
        assert "there is no 'other'" in done.output


def test_what_takes_longer_than_it_may_fails_with_its_reason(here: Path) -> None:
    done = RUN.invoke(app, ["bench", "task", "-c", "mine.yaml", "--repeats", "1", "--timeout", "0.001"])
    assert done.exit_code == 1
    assert "no answer within 0.001 s" in done.output

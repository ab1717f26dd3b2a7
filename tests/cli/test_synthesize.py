import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app

RUN = CliRunner()
QUIET = {"RAG_CONFIG": None, "RAG_INDEX": None, "OPENAI_API_KEY": None, "OPENAI_BASE_URL": None}
CONFIG = """
version: 1
encoder: static
index: {path: unused}
pipeline:
  - retrieve: {use: bm25, top_k: 3}
  - generate: {use: extractive}
"""
TEXTS = {
    "travel.md": "# Travel\n\nTrips abroad are approved by the head of department, two weeks before they begin. "
    "Meals abroad are paid up to 165 EUR a day.\n",
    "leave.txt": "Parental leave lasts 14 weeks and is asked for in the portal. The People team answers within three "
    "working days of the request.\n",
    "scan.png": "no text",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "handbook").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "handbook" / name).write_text(text)
    (tmp_path / "mine.yaml").write_text(CONFIG)
    return tmp_path


def synthesize(*flags: str) -> tuple[int, str, str]:
    done = RUN.invoke(app, ["synthesize", "handbook", "--config", "mine.yaml", "--relevance", "0.1", *flags], env=QUIET)
    return done.exit_code, done.stdout, " ".join(done.stderr.split())


def test_without_a_model_questions_are_made_by_rules_and_rag_eval_reads_them(here: Path) -> None:
    code, shown, noted = synthesize("--questions", "3")
    assert code == 0, noted
    assert "3 questions (" in shown and "3 pieces of evidence in 2 documents" in shown
    assert "2 documents in 2 windows; 3 questions wanted" in noted
    assert "made by rules" in noted and "rag eval questions" in noted
    for flags in ([], ["--corpus", "handbook"]):
        done = RUN.invoke(app, ["eval", "questions", "--config", "mine.yaml", "--json", "-", *flags], env=QUIET)
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["metrics"]["recall@10"] == 1.0
    spans = RUN.invoke(
        app, ["eval", "questions", "--config", "mine.yaml", "--spans", "--top-k", "10", "--json", "-"], env=QUIET
    )
    assert json.loads(spans.stdout)["rows"][0]["mean"]["recall"] == 1.0


def test_json_is_all_there_is_on_standard_output(here: Path) -> None:
    code, shown, _ = synthesize("--questions", "2", "--json", "--out", "mine")
    told = json.loads(shown)
    assert code == 0
    assert (told["questions"], told["folder"], told["method"]) == (2, "mine", "extractive")
    assert json.loads((here / "mine" / "synthesis.json").read_text())["questions"] == 2


def test_fewer_than_wanted_are_told(here: Path) -> None:
    code, _, noted = synthesize("--questions", "500")
    assert code == 0
    assert "500 were wanted; nothing is left to ask about" in noted


def test_a_dry_run_writes_nothing(here: Path) -> None:
    code, shown, _ = synthesize("--dry-run")
    assert code == 0 and "2 documents in 2 windows" in shown
    assert not (here / "questions").exists()


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--method", "rules"], "--method is auto, llm or extractive, not 'rules'"),
        (["--method", "llm"], "has no `llm:`"),
        (["--questions", "0"], "--questions"),
        (["--out", "mine.yaml"], "is a file"),
    ],
)
def test_wrong_use_is_exit_code_2(here: Path, flags: list[str], says: str) -> None:
    code, _, noted = synthesize(*flags)
    assert code == 2
    assert says in noted


def test_nothing_to_ask_about_is_a_failure_that_says_why(here: Path) -> None:
    code, _, noted = synthesize("--relevance", "1", "--similarity", "0")
    assert code == 1
    assert "no question could be made" in noted and "not relevant" in noted


def test_another_seed_in_the_same_folder_is_refused(here: Path) -> None:
    synthesize("--questions", "2")
    code, _, noted = synthesize("--questions", "2", "--seed", "5")
    assert code == 2
    assert "made with another seed" in noted and "--fresh" in noted
    assert synthesize("--questions", "2", "--seed", "5", "--fresh")[0] == 0


def test_the_questions_may_lie_among_the_documents(here: Path) -> None:
    flags = ["--questions", "2", "--out", "handbook/questions"]
    assert synthesize(*flags)[0] == 0
    code, _, noted = synthesize(*flags)  # the same documents as before
    assert code == 0
    assert "2 documents in 2 windows" in noted

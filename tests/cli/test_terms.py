import json
from pathlib import Path

from tests.cli.conftest import Invoke

TEXT = "The carotid artery is narrow. A carotid artery supplies the brain. The brain needs blood from the artery.\n"


def test_terms_of_a_folder_as_a_table_and_as_json(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT)
    (tmp_path / "two.md").write_text(f"# Arteries\n\n{TEXT}")
    flags = [str(tmp_path), "--set", "encoder=static", "--config", "default"]
    shown = invoke("terms", *flags)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.split()[:4] == ["score", "times", "documents", "term"]
    assert "carotid artery" in shown.stdout
    told = json.loads(invoke("terms", *flags, "--json", "--limit", "2").stdout)
    assert len(told) == 2 and set(told[0]) == {"text", "score", "base", "importance", "frequency", "documents"}
    assert told[0]["documents"] == 2


def test_without_anything_encoded_the_score_is_the_base(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT)
    told = json.loads(invoke("terms", str(tmp_path), "--no-rerank", "--json", "--config", "default").stdout)
    assert all(term["score"] == term["base"] for term in told)


def test_a_base_that_there_is_not(invoke: Invoke, tmp_path: Path) -> None:
    done = invoke("terms", str(tmp_path), "--base", "tf-idf", "--config", "default")
    assert done.exit_code == 2
    assert "--base is one of combined, tfidf" in done.stderr.replace("\n", " ")


def test_nothing_recurs(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("A short note.")
    done = invoke("terms", str(tmp_path), "--config", "default")
    assert done.exit_code == 0 and not done.stdout and "--min-frequency 1" in done.stderr

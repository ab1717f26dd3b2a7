"""`rag index` with real files."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Invoke = Callable[..., Any]


@pytest.fixture
def own(invoke: Invoke, indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The handbook in a folder of its own, indexed, that a test may change."""
    shutil.copytree(indexed, tmp_path / "own", ignore=shutil.ignore_patterns(".rag"))
    monkeypatch.chdir(tmp_path / "own")
    assert invoke("index", "handbook").exit_code == 0
    return tmp_path / "own"


def told(invoke: Invoke, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = invoke("index", *arguments, "--json")
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_only_what_changed_is_done_again(invoke: Invoke, own: Path) -> None:
    (own / "handbook" / "printer.txt").write_text("The printer is on the third floor.\n")
    (own / "handbook" / "cafe.txt").write_text("Coffee is free.\n")
    (own / "handbook" / "expenses.txt").unlink()
    found = told(invoke, "handbook")
    assert [found[name] for name in ("added", "changed", "unchanged", "deleted", "failed")] == [1, 1, 1, 1, 0]


def test_a_dry_run_tells_and_changes_nothing(invoke: Invoke, own: Path) -> None:
    (own / "handbook" / "cafe.txt").write_text("Coffee is free.\n")
    text = invoke("index", "handbook", "--dry-run").stdout
    assert text.startswith("would be 1 added, 0 changed, 3 unchanged, 0 deleted, 0 failed\n1 passage, ")
    assert "added   handbook/cafe.txt" in text
    assert told(invoke, "handbook", "--dry-run")["added"] == ["handbook/cafe.txt"]


def test_a_file_that_cannot_be_read_is_named_and_skipped(invoke: Invoke, own: Path) -> None:
    (own / "handbook" / "broken.pdf").write_bytes(b"%PDF-1.7 no more")
    done = invoke("index", "handbook")
    assert done.exit_code == 0
    assert "1 failed" in done.stdout
    assert "\nhandbook/broken.pdf: " in done.stdout
    (failure,) = told(invoke, "handbook")["failures"]
    assert failure["source"] == "handbook/broken.pdf"


def test_files_without_text_are_counted_and_named(invoke: Invoke, own: Path) -> None:
    before = invoke("index", "handbook").stdout
    assert "empty" not in before
    for number in range(7):
        (own / "handbook" / f"draft{number}.md").write_text(" \n" * number)
    done = invoke("index", "handbook").stdout
    assert done.startswith("0 added, 0 changed, 3 unchanged, 0 deleted, 0 failed, 7 empty\n")
    assert "\nhandbook/draft0.md: there is no text in it\n" in done
    assert "\nand 2 more without text; --json names them all\n" in done
    assert told(invoke, "handbook")["empty"] == [f"handbook/draft{number}.md" for number in range(7)]
    assert "7 empty" in invoke("index", "handbook", "--dry-run").stdout


def test_nothing_but_failures_is_a_failure(invoke: Invoke, own: Path) -> None:
    assert told(invoke, "nowhere", code=1)["failed"] == 1


def test_a_document_is_deleted_by_its_source(invoke: Invoke, own: Path) -> None:
    assert told(invoke, "--delete", "handbook/printer.txt")["deleted"] == 1
    assert "printer" not in invoke("ask", "Where is the printer?", "--json").stdout
    (near,) = told(invoke, "--delete", "travel.md", code=1)["failures"]
    assert near["reason"] == "the index has no such document; did you mean 'handbook/travel.md'?"
    (like,) = told(invoke, "--delete", "handbook/traval.md", code=1)["failures"]
    assert like["reason"].endswith("did you mean 'handbook/travel.md'?")


def test_a_folder_without_documents_is_told(invoke: Invoke, own: Path) -> None:
    (own / "empty").mkdir()
    done = invoke("index", "empty")
    assert (done.exit_code, done.stderr) == (0, "no documents were found in empty\n")
    assert invoke("index", "handbook").stderr == ""


def test_a_changed_configuration_needs_no_path(invoke: Invoke, own: Path) -> None:
    assert invoke("index", "--set", "index.segment.max_tokens=200").exit_code == 0
    assert invoke("ask", "Where is the printer?", "--set", "index.segment.max_tokens=200").exit_code == 0


def test_usage(invoke: Invoke, own: Path) -> None:
    assert invoke("index", "--index", "new").exit_code == 2
    assert invoke("index", "handbook", "--delete", "x").exit_code == 2


def test_interrupted_it_says_how_to_go_on(own: Path) -> None:
    for number in range(400):
        (own / "handbook" / f"note{number}.txt").write_text(f"Note {number} says that paper is kept below. " * 20)
    command = [
        sys.executable,
        "-c",
        "from rag.cli import main; main()",
        "index",
        "handbook",
        "--set",
        "index.batch_passages=16",
    ]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    database = own / ".rag" / "index" / "index.sqlite-wal"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (database.exists() and database.stat().st_size):
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert err == "interrupted; what is done is kept, run the same command to go on\n"

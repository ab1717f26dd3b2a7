"""`rag synthesize` with a model, as a shell runs it."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rag.cli import app

CONFIG = """
version: 1
encoder: static
index: {{path: unused}}
llm: {{use: openai, model: writer, base_url: "{url}", retries: 0, prices: {{prompt: {price}, completion: 2.0}}}}
pipeline:
  - retrieve: {{use: bm25, top_k: 3}}
"""
FLAGS = ["handbook", "--config", "mine.yaml", "--window", "64", "--relevance", "0.2", "--similarity", "0.95"]


@pytest.fixture
def here(handbook: Path, writer: Any) -> Path:
    (handbook.parent / "mine.yaml").write_text(CONFIG.format(url=writer.url, price=1.0))
    return handbook.parent


def command(*flags: str) -> list[str]:
    return [sys.executable, "-m", "rag", "synthesize", *FLAGS, *flags]


def environment() -> dict[str, str]:
    quiet = ("RAG_CONFIG", "RAG_INDEX", "RAG_DEBUG", "OPENAI_API_KEY", "OPENAI_BASE_URL")
    return {**{name: value for name, value in os.environ.items() if name not in quiet}, "COLUMNS": "200"}


def run(here: Path, *flags: str) -> Result:
    """In this process, where nobody can be asked."""
    quiet = {"RAG_CONFIG": None, "RAG_INDEX": None, "OPENAI_API_KEY": None, "OPENAI_BASE_URL": None}
    return CliRunner().invoke(app, ["synthesize", *FLAGS, *flags], env=quiet)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def until(condition: Any, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def test_cost_is_told_before_anything_is_asked(here: Path, writer: Any) -> None:
    done = run(here, "--questions", "3", "--dry-run")
    assert done.exit_code == 0, done.stderr
    assert "3 documents in 4 windows; 3 questions wanted" in done.stdout
    assert "likely 3 calls of writer" in done.stdout
    assert "at most 9 calls of writer" in done.stdout
    assert "$0.00" in done.stdout
    assert not writer.requests
    assert not (here / "questions").exists()
    told = json.loads(run(here, "--questions", "3", "--dry-run", "--json").stdout)
    assert told["likely"]["calls"] == 3
    assert told["most"]["cost"] == pytest.approx(3 * told["likely"]["cost"])
    assert told["likely"]["cost"] == pytest.approx(
        (told["likely"]["prompt_tokens"] * 1.0 + told["likely"]["completion_tokens"] * 2.0) / 1e6
    )


def test_what_is_cheap_needs_nobody_and_what_is_dear_needs_consent(here: Path, writer: Any) -> None:
    cheap = run(here, "--questions", "2", "--json")
    assert cheap.exit_code == 0, cheap.stderr
    assert json.loads(cheap.stdout)["questions"] == 2
    assert "likely 2 calls" in cheap.stderr
    (here / "mine.yaml").write_text(CONFIG.format(url=writer.url, price=1000.0))
    asked = len(writer.requests)
    dear = run(here, "--questions", "3", "--out", "more")
    assert dear.exit_code == 2
    assert "may cost more than $1" in dear.stderr and "--yes" in dear.stderr
    assert len(writer.requests) == asked
    assert run(here, "--questions", "3", "--out", "more", "--yes").exit_code == 0


@pytest.mark.parametrize(("answer", "code", "asked"), [("n\n", 1, 0), ("y\n", 0, 2)])
def test_on_a_terminal_somebody_is_asked(here: Path, writer: Any, answer: str, code: int, asked: int) -> None:
    pid, terminal = pty.fork()
    if pid == 0:  # the child, with a terminal of its own
        os.chdir(here)
        os.execve(sys.executable, command("--questions", "2"), environment())
    heard, replied = "", False
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the child is gone
            break
        if not piece:
            break
        heard += piece.decode(errors="replace")
        if "Go on?" in heard and not replied:
            assert not writer.requests
            os.write(terminal, answer.encode())
            replied = True
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == code, heard
    assert len(writer.requests) == asked


def test_killed_in_the_middle_it_goes_on_and_asks_nothing_again(here: Path, writer: Any) -> None:
    writer.pause_s = 0.3
    process = subprocess.Popen(
        command("--questions", "5"), cwd=here, env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    journal = here / "questions" / "asked.jsonl"
    until(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= 2)
    process.kill()
    process.wait()
    kept = [row["_id"] for row in rows(here / "questions" / "queries.jsonl")]
    windows = journal.read_bytes().count(b"\n")
    lost = len(writer.requests) - windows
    assert lost <= 1  # the call that was under way
    assert windows >= 2
    assert windows - 1 <= len(kept) <= windows  # the journal comes first; the next run writes what it says
    writer.pause_s = 0.0
    again = run(here, "--questions", "5", "--json")
    assert again.exit_code == 0, again.stderr
    assert f"{windows} are there already" in again.stderr
    assert len(writer.requests) == 5 + lost
    made = rows(here / "questions" / "queries.jsonl")
    assert [row["_id"] for row in made][: len(kept)] == kept
    assert len({row["_id"] for row in made}) == 5
    assert json.loads(again.stdout)["usage"]["llm_calls"] == 5


def test_ctrl_c_keeps_the_call_that_is_under_way(here: Path, writer: Any) -> None:
    writer.pause_s = 0.5
    process = subprocess.Popen(
        command("--questions", "5"), cwd=here, env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    until(lambda: len(writer.requests) == 2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"interrupted; what was made is kept" in said
    assert len(rows(here / "questions" / "queries.jsonl")) == len(writer.requests) == 2
    assert json.loads((here / "questions" / "synthesis.json").read_text())["interrupted"]


def test_a_failing_model_is_told_with_what_to_do(here: Path, writer: Any) -> None:
    writer.replies = [401] * 10
    done = run(here, "--questions", "3")
    assert done.exit_code == 1
    assert "Traceback" not in done.stderr
    assert "error:" in done.stderr and "key" in done.stderr

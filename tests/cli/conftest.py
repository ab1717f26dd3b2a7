"""Two ways to run a command: in this process, and as a shell would."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rag.cli import app

Invoke = Callable[..., Result]
Shell = Callable[..., "subprocess.CompletedProcess[str]"]

QUIET = {"RAG_CONFIG": None, "RAG_INDEX": None, "RAG_DEBUG": None, "OPENAI_API_KEY": None, "OPENAI_BASE_URL": None}


@pytest.fixture
def invoke() -> Invoke:
    """`rag ARGUMENTS` in this process."""

    def run(*arguments: str, input: str | None = None, **environment: str) -> Result:
        return CliRunner().invoke(
            app, [*map(str, arguments)], prog_name="rag", input=input, env={**QUIET, **environment}
        )

    return run


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """`rag ARGUMENTS` as a process, in an empty folder."""

    def run(*arguments: str, input: str | None = None, cwd: Path = tmp_path, **environment: str) -> object:
        known = {name: value for name, value in os.environ.items() if name not in QUIET}
        return subprocess.run(
            [sys.executable, "-m", "rag", *map(str, arguments)],
            input=input or "",
            capture_output=True,
            text=True,
            cwd=cwd,
            env={**known, "HF_HUB_OFFLINE": "1", **environment},
            check=False,
        )

    return run  # type: ignore[return-value]


TRAVEL = """\
# Travel

Travel is approved by your manager.

## Abroad

Travel abroad is approved by the director, two weeks ahead.
"""
PRINTER = "The printer is on the second floor. Paper is kept below it.\n"
EXPENSES = "Receipts are handed in within a month. Hotels are paid up to 140 euros a night.\n"

RAG_YAML = """\
version: 1
index:
  path: .rag/index
  segment: {use: sentence, max_tokens: 16}
pipeline:
  - retrieve: {use: fusion, of: [{use: bm25}, {use: rank-bm25}], top_k: 3}
  - compress: {use: budget, max_tokens: 24}
  - generate: {use: extractive}
"""


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small handbook, a configuration that needs no model, and their index."""
    folder = tmp_path_factory.mktemp("handbook")
    (folder / "rag.yaml").write_text(RAG_YAML)
    (folder / "handbook").mkdir()
    for name, text in (("travel.md", TRAVEL), ("printer.txt", PRINTER), ("expenses.txt", EXPENSES)):
        (folder / "handbook" / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in QUIET:
            patch.delenv(name, raising=False)
        done = CliRunner().invoke(app, ["index", "handbook"])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def handbook(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder is the handbook's; its index is shared by all tests and must not be changed."""
    monkeypatch.chdir(indexed)
    return indexed

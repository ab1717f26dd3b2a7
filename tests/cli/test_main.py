"""What every command shares: help, exit codes, what goes where."""

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from rag.cli.group import COMMANDS
from rag.cli.report import reported
from rag.errors import ConfigError, IndexMissing, Problem, RagError, UsageError

Invoke = Callable[..., Any]
Shell = Callable[..., "subprocess.CompletedProcess[str]"]


def test_help_names_every_command_without_importing_one() -> None:
    code = "import sys; from rag.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    text, _, modules = told.rpartition("--help. Guide")
    assert all(f"  {name} " in text for name in COMMANDS)
    assert not {place.partition(":")[0] for place, _ in COMMANDS.values()} & set(modules.split())
    assert "langchain_core" not in modules.split()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(invoke: Invoke, name: str) -> None:
    place, _, function = COMMANDS[name][0].partition(":")
    assert getattr(import_module(place), function).__doc__
    told = invoke(name, "--help")
    assert (told.exit_code, told.stderr) == (0, "")
    assert f"Usage: rag {name}" in told.stdout
    assert "--debug" in told.stdout


def test_explaining_loads_no_core() -> None:
    code = (
        "import sys; from rag.cli import app; [app([name, '--help'], standalone_mode=False) for name in sys.argv[1:]]"
    )
    told = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sys.modules)", *COMMANDS], capture_output=True, text=True, check=True
    )
    assert not {"langchain_core", "numpy", "rich"} & set(told.stdout.split())


def test_version(shell: Shell) -> None:
    from rag import __version__

    assert shell("--version").stdout == f"rag {__version__}\n"


def test_a_wrong_command_or_option_is_usage(invoke: Invoke) -> None:
    wrong = invoke("aks")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "Did you mean 'ask'?" in wrong.stderr
    assert invoke("ask", "--nonsense").exit_code == 2
    assert invoke("ask").exit_code == 2


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (UsageError("ask something"), 2, "error: ask something"),
        (IndexMissing("nothing at .rag: rag index FOLDER"), 1, "error: nothing at .rag: rag index FOLDER"),
        (RagError("[brackets] stay"), 1, "error: [brackets] stay"),
        (
            ConfigError([Problem("one", "a"), Problem("two", "b")]),
            2,
            "error: one\n  --> a\n\nerror: two\n  --> b\n\n2 problems",
        ),
        (PermissionError(13, "Permission denied", "/secret"), 1, "error: /secret: Permission denied"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_failure_is_a_message_and_a_code(
    error: BaseException, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, reported(lambda: False):
        raise error
    assert ended.value.exit_code == code
    printed = capsys.readouterr()
    assert printed.err.strip() == message
    assert printed.out == ""


def test_a_fault_of_the_program_asks_for_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, reported(lambda: False):
        raise ZeroDivisionError("division by zero")
    assert ended.value.exit_code == 1
    assert "ZeroDivisionError: division by zero" in (printed := capsys.readouterr().err)
    assert "RAG_DEBUG=1" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("arguments", [("--debug", "ask", " "), ("ask", " ", "--debug")])
def test_debug_shows_the_traceback_and_keeps_the_code(invoke: Invoke, arguments: tuple[str, ...]) -> None:
    told = invoke(*arguments)
    assert told.exit_code == 2
    assert "Traceback" in told.stderr
    assert "Traceback" in invoke("ask", " ", RAG_DEBUG="1").stderr
    assert "Traceback" not in invoke("ask", " ").stderr


def test_the_env_file_stands_below_the_environment(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("RAG_CONFIG=from-file.yaml\n")
    assert "from-file.yaml" in invoke("check").stderr
    assert "from-shell.yaml" in invoke("check", RAG_CONFIG="from-shell.yaml").stderr
    assert "from-flag.yaml" in invoke("check", "--config", "from-flag.yaml", RAG_CONFIG="from-shell.yaml").stderr


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("rag che", ["check"]),
        ("rag ask --config def", ["default"]),
        ("rag check ./r", ["./rag.yaml"]),
        ("rag components retr", ["retriever"]),
        ("rag components bm", ["bm25"]),
        ("rag components retriever.b", ["retriever.bm25"]),
        ("rag init --preset fa", ["fast"]),
    ],
)
def test_completion(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, offered: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rag.yaml").touch()
    last = str(len(typed.split()) - 1)
    done = invoke(COMP_WORDS=typed, COMP_CWORD=last, _RAG_COMPLETE="complete_bash")
    assert done.stdout.split() == offered


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    rag = f"{sys.executable} -m rag"
    told = subprocess.run(
        ["bash", "-c", f"{rag} schema | head -c 10"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (len(told.stdout), told.stderr) == (10, "")

import os
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from rag.evaluation.bench.process import PeerFailed, Process
from tests.evaluation.bench.conftest import ENGINE, FAILING


def started(tmp_path: Path, code: str) -> Process:
    script = tmp_path / "engine.py"
    script.write_text(code)
    return Process([sys.executable, str(script)], tmp_path / "logs" / "engine.log")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("crashes", "exit code 3: out of luck"),
        ("hangs", "no answer within 1 s"),
        ("babbles", "it printed 'Loading weights ...'"),
        ("lists", "expected a JSON object"),
        ("raises", "index: FileNotFoundError"),
    ],
)
def test_each_failure_has_its_reason(tmp_path: Path, name: str, said: str) -> None:
    with started(tmp_path, FAILING[name]) as process, pytest.raises(PeerFailed) as raised:
        timeout = 1 if name == "hangs" else 30
        process.ask(timeout, do="index", passages="nowhere", folder=str(tmp_path), modes=["bm25"])
    assert said in str(raised.value)


def test_an_interpreter_that_is_not_there_is_a_failure_of_its_peer(tmp_path: Path) -> None:
    with pytest.raises(PeerFailed, match="No such file"):
        Process([str(tmp_path / "no-python")], tmp_path / "log")


def test_an_engine_answers_and_what_it_prints_goes_to_its_log(tmp_path: Path) -> None:
    (tmp_path / "passages.jsonl").write_text(
        '{"id": "a", "text": "red apples"}\n{"id": "b", "text": "green pears"}\n{"id": "c", "text": "blue plums"}\n'
    )
    given = {"passages": str(tmp_path / "passages.jsonl"), "folder": str(tmp_path), "modes": ["bm25"]}
    with started(tmp_path, ENGINE) as process:
        told = process.ask(60, do="index", **given)
        assert told["passages"] == 3
        assert told["seconds"] >= 0
        process.ask(60, do="open", **given)
        found = process.ask(60, do="search", query="green", k=1, mode="bm25")
        assert found["ids"] == ["b"]
        assert found["ms"] > 0
        with pytest.raises(PeerFailed, match="cannot 'sing'"):
            process.ask(60, do="sing")
        assert process.ask(60, do="facts")["peak_bytes"] > 1_000_000
    assert (tmp_path / "logs" / "engine.log").read_text() == "a library may print\n"


def test_what_an_engine_started_ends_with_it(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, json\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(json.dumps({'child': child.pid}), flush=True)\n"
        "for line in sys.stdin: pass\n"
    )
    with started(tmp_path, code) as process:
        child = process.ask(60, do="facts")["child"]
    until = monotonic() + 20
    while _alive(child) and monotonic() < until:
        sleep(0.05)
    assert not _alive(child)


def _alive(process: int) -> bool:
    """Whether it runs; one that has ended and was not waited for does not."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False

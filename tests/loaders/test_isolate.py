from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag.errors import LoadError
from rag.loaders import isolate
from rag.loaders.isolate import close_all, read_isolated
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part


def blob(data: bytes | str, name: str) -> Blob:
    return Blob(data.encode() if isinstance(data, str) else data, name, name)


def reason(data: bytes | str, name: str, **limits: Any) -> str:
    [error] = read_isolated(blob(data, name), Limits(**limits))
    assert isinstance(error, LoadError)
    return error.reason


def test_one_worker_serves_many_files() -> None:
    close_all()
    for _ in range(3):
        [part] = read_isolated(blob("<p>text", "a.html"), Limits())
        assert isinstance(part, Part)
        assert part.text == "text"
    assert len(isolate._idle) == 1


def test_what_takes_too_long_is_given_up_and_the_next_file_is_read() -> None:
    slow = "<div>" * 400_000
    assert reason(slow, "a.html", timeout_s=0.05) == "took longer than 0.05 s to read (timeout_s)"
    [part] = read_isolated(blob("<p>next", "b.html"), Limits())
    assert isinstance(part, Part)


def test_a_crash_is_reported_and_the_next_file_is_read() -> None:
    close_all()
    read_isolated(blob("<p>text", "a.html"), Limits())
    worker = isolate._idle[0].process.pid
    os.kill(worker, signal.SIGSTOP)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(reason, "<p>text", "a.html")
        while isolate._idle:
            time.sleep(0.01)
        time.sleep(0.2)  # taken, and found alive
        os.kill(worker, signal.SIGKILL)
        assert waiting.result().startswith("its parser crashed (SIGKILL)")
    assert isinstance(read_isolated(blob("<p>next", "b.html"), Limits())[0], Part)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is capped on Linux only")
def test_memory_is_capped() -> None:
    close_all()
    wide = "[" + "[]," * 3_000_000 + "[]]"
    assert reason(wide, "a.json", max_memory_bytes=128 << 20) == "needs more than 128 MiB of memory (max_memory_bytes)"


def test_threads_have_workers_of_their_own() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda number: read_isolated(blob(f"<p>{number}", "a.html"), Limits()), range(40))
        assert [item.text for [item] in found if isinstance(item, Part)] == [str(number) for number in range(40)]


def test_a_script_without_a_main_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "print('started')\n"
        "from rag.loaders.isolate import read_isolated\n"
        "from rag.loaders.limits import Limits\n"
        "from rag.loaders.part import Blob\n"
        "print(read_isolated(Blob(b'<p>text', 'a.html', 'a.html'), Limits())[0].text)\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("started\ntext\n", "")


def test_a_large_caller_does_not_make_its_workers_look_large(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from rag.loaders import isolate\n"
        "from rag.loaders.limits import Limits\n"
        "from rag.loaders.part import Blob\n"
        "held = b'x' * (400 << 20)\n"
        "isolate.read_isolated(Blob(b'<p>text', 'a.html', 'a.html'), Limits(max_memory_bytes=512 << 20))\n"
        "print(len(isolate._idle))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"

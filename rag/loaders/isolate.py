"""Reading in a worker process: a parser that crashes, hangs or eats memory costs one source.

A plain subprocess rather than `multiprocessing`: that would import the caller's main module again, which runs scripts
that have no `__main__` guard a second time.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import rag
from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part
from rag.loaders.worker import pack, unpack

__all__ = ["close_all", "read_isolated"]

START = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from rag.loaders.worker import main; main()"

_idle: list[_Worker] = []
_lock = threading.Lock()


def read_isolated(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """What `rag.loaders.read.read` gives, or a `LoadError` where the worker died or took longer than `timeout_s`."""
    worker = _take()
    try:
        found, is_swollen = worker.read(blob, limits)
    except _Lost as lost:
        return [LoadError(blob.source, str(lost))]
    except BaseException:  # interrupted half-way: the next answer would be this one's
        worker.close()
        raise
    if is_swollen:  # it would hold on to the memory
        worker.close()
        return found
    with _lock:
        _idle.append(worker)
    return found


class _Lost(Exception):
    """The worker is gone; why."""


class _Worker:
    def __init__(self) -> None:
        here = str(Path(next(iter(rag.__path__))).resolve().parent)
        paths = json.dumps([*filter(None, sys.path), here])
        self.owner = os.getpid()
        try:
            self.process = subprocess.Popen(  # noqa: S603  (this interpreter)
                [sys.executable, "-I", "-c", START, paths],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise _Lost(
                f"no process could be started to parse it ({error}); Limits(isolate=False) reads it here"
            ) from None

    def read(self, blob: Blob, limits: Limits) -> tuple[list[Part | LoadError], bool]:
        """What it read, and whether it should read no more."""
        told = {name: getattr(blob, name) for name in ("name", "source", "media_type", "charset", "depth")}
        header = json.dumps({**told, "limits": asdict(limits)}).encode()
        late = threading.Event()
        timer = threading.Timer(limits.timeout_s, self._stop, [late])
        timer.start()
        try:
            pack(_open(self.process.stdin), header, blob.data)
            answer = json.loads(unpack(_open(self.process.stdout)))
        except (EOFError, OSError):
            self.close()
            raise _Lost(self._reason(limits, late=late.is_set())) from None
        finally:
            timer.cancel()
        results = [
            LoadError(item["source"], item["reason"]) if "reason" in item else Part(**item)
            for item in answer["results"]
        ]
        return results, answer["is_swollen"]

    def _stop(self, late: threading.Event) -> None:
        late.set()
        self.process.kill()

    def _reason(self, limits: Limits, *, late: bool) -> str:
        if late:
            return f"took longer than {limits.timeout_s:g} s to read (timeout_s)"
        code = self.process.returncode
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        return (
            f"its parser crashed ({how}) or needed more than {limits.max_memory_bytes >> 20:,} MiB (max_memory_bytes)"
        )

    def close(self) -> None:
        if self.owner != os.getpid():
            return
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            try:
                _open(stream).close()
            except OSError:  # a half-written request cannot be flushed any more
                continue
        self.process.wait()


def _open(stream: object) -> BinaryIO:
    return stream  # type: ignore[return-value]


def _take() -> _Worker:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.owner == os.getpid() and worker.process.poll() is None:  # not one of our parent's after a fork
                return worker
            worker.close()
    return _Worker()


@atexit.register
def close_all() -> None:
    """End the idle workers; new ones are started when needed."""
    with _lock:
        while _idle:
            _idle.pop().close()

"""A process that answers one JSON line with one JSON line, and the three ways in which it may not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self

from rag.errors import RagError
from rag.evaluation.bench import kit

__all__ = ["PeerFailed", "Process"]

_GRACE = 0.5
"""Seconds to end by itself."""
_TAIL = 300
"""Characters of standard error that a message shows."""
_ANSWERED = 200
"""Characters of an answer that is none."""


class PeerFailed(RagError):
    """An engine did not do what it was asked: the reason is a row of the table."""


class Process:
    """One engine, running. Use it in a `with`: it is ended, with all that it started, on the way out."""

    def __init__(self, command: Sequence[str], log: Path, variables: Mapping[str, str] | None = None) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        offline = {"HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
        environment = {**os.environ, **offline, **(variables or {}), "PYTHONPATH": str(Path(kit.__file__).parent)}
        self._start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as errors:
            try:
                self._process = subprocess.Popen(  # noqa: S603  # the command is an adapter that the user named
                    list(command),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=environment,
                    start_new_session=True,  # its own children end with it
                )
            except OSError as error:
                raise PeerFailed(f"{command[0]}: {error.strerror}") from None
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is not None:
            for line in stream:
                self._lines.put(line)
        self._lines.put(b"")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, timeout: float, **command: Any) -> dict[str, Any]:
        """The answer to one command.

        Raises:
            PeerFailed: it told an error, ended, answered no JSON, or took longer than `timeout` seconds.
        """
        stream = self._process.stdin
        try:
            if stream is not None:
                stream.write(json.dumps(command).encode() + b"\n")
                stream.flush()
            line = self._lines.get(timeout=timeout)
        except (BrokenPipeError, OSError):
            line = b""
        except Empty:
            self.close()
            raise PeerFailed(f"{command['do']}: no answer within {timeout:g} s") from None
        if not line:
            code = self._process.wait()
            raise PeerFailed(f"{command['do']}: it ended with {_told(code)}{self._tail()}")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            shown = line[:_ANSWERED].decode("utf-8", "replace").strip()
            raise PeerFailed(f"{command['do']}: expected a JSON object, it printed {shown!r}")
        if "error" in answer:
            raise PeerFailed(f"{command['do']}: {answer['error']}")
        return answer

    def _tail(self) -> str:
        """The last it said on standard error."""
        with self.log.open("rb") as file:
            file.seek(self._start)
            said = file.read().decode("utf-8", "replace").strip()
        return f": ...{said[-_TAIL:]}" if len(said) > _TAIL else f": {said}" if said else ""

    def close(self) -> None:
        """Ends it and everything it started."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_GRACE)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(_GRACE)
        if self._process.stdout is not None and not self._reader.is_alive():
            self._process.stdout.close()


def _told(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

"""The folder of a search: `search.json` says what is searched, `trials.jsonl` has a line a trial.

Lines are appended as trials begin and end, so a search that was killed goes on where it stopped: what ended is never
done again, what was running is done first. A storage of Optuna's would keep parameters as it names them and, for files,
a lock that outlives a killed process; lines are read by anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from rag.errors import UsageError

__all__ = ["Trial", "Trials"]


@dataclass(frozen=True)
class Trial:
    """One configuration that was tried."""

    number: int
    values: Mapping[str, Any]
    """Path to value."""
    state: Literal["running", "done", "refused"]
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Every figure on the first half of the queries."""
    seconds: float = 0.0
    folder: str = ""
    """Of its run."""
    reason: str = ""
    """Why it was refused."""


class Trials:
    """A search's folder. One process uses it at a time.

    Args:
        path: where.
        key: of the configuration and the queries that are searched with.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self.key = key
        self._held: FileLock | None = None

    def open(self, facts: Mapping[str, Any], *, fresh: bool = False) -> None:
        """Makes the folder and takes it; `fresh` forgets the trials that an earlier search left.

        Raises:
            UsageError: another search stands there, or is running there now.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        held = FileLock(self.path / ".running")
        try:
            held.acquire(timeout=0)
        except Timeout:
            raise UsageError(f"{self.path}: another process is running this search now") from None
        self._held = held
        if fresh:
            (self.path / "trials.jsonl").unlink(missing_ok=True)
        elif (there := self._search()) and there.get("key") != self.key:
            self.close()
            raise UsageError(
                f"{self.path} holds the search of another configuration or data set; name another folder (--out), or "
                "--fresh to replace it"
            )
        text = json.dumps({"key": self.key, **facts}, indent=1, ensure_ascii=False, default=str)
        new = self.path / ".search.new"
        new.write_text(text + "\n", encoding="utf-8")
        new.replace(self.path / "search.json")

    def close(self) -> None:
        """Lets go of the folder."""
        if self._held is not None:
            self._held.release()
            self._held = None

    def _search(self) -> dict[str, Any]:
        try:
            read: dict[str, Any] = json.loads((self.path / "search.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return read

    def read(self) -> list[Trial]:
        """The trials by number, each as it was last said; a line that was cut off counts for nothing."""
        found: dict[int, Trial] = {}
        try:
            lines = (self.path / "trials.jsonl").read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        for line in lines:
            try:
                trial = Trial(**json.loads(line))
            except (ValueError, TypeError):
                continue
            found[trial.number] = trial
        return [found[number] for number in sorted(found)]

    def append(self, trial: Trial) -> None:
        """A trial has begun or ended; it is on the disk when this returns."""
        with (self.path / "trials.jsonl").open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")  # the last line was cut off by a kill
            file.write(json.dumps(asdict(trial), default=str).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

"""The folder of a search: `search.json` says what is searched, `trials.jsonl` has a line a trial.

Lines are appended as trials begin and end, so a search that was killed goes on where it stopped: what ended is never
done again, what was running is done first. A storage of Optuna's would keep parameters as it names them and, for files,
a lock that outlives a killed process; lines are read by anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from rag.errors import UsageError
from rag.evaluation.journal import Held, append, entries, read_object, replace_text

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


class Trials(Held):
    """A search's folder. One process uses it at a time.

    Args:
        path: where.
        key: of the configuration and the queries that are searched with.
    """

    def __init__(self, path: Path, key: str) -> None:
        super().__init__(path)
        self.key = key

    def open(self, facts: Mapping[str, Any], *, fresh: bool = False) -> None:
        """Makes the folder and takes it; `fresh` forgets the trials that an earlier search left.

        Raises:
            UsageError: another search stands there, or is running there now.
        """
        self.take("running this search")
        if fresh:
            (self.path / "trials.jsonl").unlink(missing_ok=True)
        elif (there := read_object(self.path / "search.json")) and there.get("key") != self.key:
            self.close()
            raise UsageError(
                f"{self.path} holds the search of another configuration or data set; name another folder (--out), or "
                "--fresh to replace it"
            )
        text = json.dumps({"key": self.key, **facts}, indent=1, ensure_ascii=False, default=str)
        replace_text(self.path / "search.json", text + "\n")

    def read(self) -> list[Trial]:
        """The trials by number, each as it was last said; a line that was cut off counts for nothing."""
        found: dict[int, Trial] = {}
        for entry in entries(self.path / "trials.jsonl"):
            try:
                trial = Trial(**entry)
            except TypeError:
                continue
            found[trial.number] = trial
        return [found[number] for number in sorted(found)]

    def append(self, trial: Trial) -> None:
        """A trial has begun or ended; it is on the disk when this returns."""
        append(self.path / "trials.jsonl", asdict(trial), durable=True)

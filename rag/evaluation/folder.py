"""The folder of a run: what was asked of what, what happened at each query, and the figures.

`run.yaml` is the whole configuration, `run.lock` versions and fingerprints, `queries.jsonl` a line a query and
`metrics.json` the figures. Lines are appended as queries end, so a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import machine, python_version, system
from shutil import rmtree
from threading import Lock
from typing import Any

from rag.errors import UsageError
from rag.evaluation.journal import Held, append, entries, line_of, read_object, replace_text

__all__ = ["RunFolder", "versions"]

_PACKAGES = (
    "composable-rag", "langchain-core", "numpy", "faiss-cpu", "openvino", "tokenizers", "ir-measures", "rapidfuzz",
    "sentence-transformers", "torch", "openai",
)  # fmt: skip


def versions() -> dict[str, str]:
    """What a run's figures may depend on beside its configuration and data."""
    found = {"python": python_version(), "system": f"{system()} {machine()}"}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


class RunFolder(Held):
    """A run's folder. One process writes at a time; threads may append.

    Args:
        path: where.
        key: what the run's answers depend on.
    """

    def __init__(self, path: Path, key: str) -> None:
        super().__init__(path)
        self.key = key
        self._writing = Lock()

    def open(self, configuration: str, facts: Mapping[str, Any], *, fresh: bool = False) -> None:
        """Makes the folder and takes it; `fresh` forgets what an earlier run left.

        Raises:
            UsageError: another run stands there, or is running there now.
        """
        self.take("running this evaluation")
        there = self._lock()
        if there and there.get("key") != self.key and not fresh:
            self.close()
            raise UsageError(
                f"{self.path} holds the run of another configuration or data set; name another folder (--out), "
                "or --fresh to replace it"
            )
        if fresh:
            for name in ("queries.jsonl", "metrics.json"):
                (self.path / name).unlink(missing_ok=True)
            rmtree(self.path / "routes", ignore_errors=True)
        self._write("run.yaml", configuration)
        self._write("run.lock", json.dumps({"key": self.key, **facts, "versions": versions()}, indent=1) + "\n")

    def _lock(self) -> dict[str, Any] | None:
        return read_object(self.path / "run.lock")

    def finished(self) -> dict[str, Any] | None:
        """The figures, where this very run has ended before without a failed query."""
        there = self._lock()
        if there is None or there.get("key") != self.key:
            return None
        read = read_object(self.path / "metrics.json")
        return read if read and not read.get("failed") and read.get("fingerprint") == self.key else None

    def records(self) -> dict[str, dict[str, Any]]:
        """What is known so far, by query; failed queries and a line that was cut off are not."""
        return {
            record["id"]: record
            for record in entries(self.path / "queries.jsonl")
            if "id" in record and record.get("error", "") is None
        }

    def append(self, record: Mapping[str, Any]) -> None:
        """One more query has ended."""
        with self._writing:
            append(self.path / "queries.jsonl", record)

    def finish(self, records: Sequence[Mapping[str, Any]], metrics: Mapping[str, Any]) -> None:
        """All queries have ended: their lines in the data set's order, with their figures."""
        self._write("queries.jsonl", "".join(map(line_of, records)))
        self._write("metrics.json", json.dumps(metrics) + "\n")

    def _write(self, name: str, text: str) -> None:
        replace_text(self.path / name, text)

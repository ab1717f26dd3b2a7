"""One index of one adapter: what is built, opened and asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from xxhash import xxh3_64_hexdigest

from rag.evaluation.bench.adapter import Adapter
from rag.evaluation.bench.environment import Environment, size_of
from rag.evaluation.bench.process import PeerFailed, Process
from rag.evaluation.bench.task import Task

__all__ = ["Contestant", "contestants"]


@dataclass(frozen=True)
class Contestant:
    """An adapter with the modes that one index serves."""

    adapter: Adapter
    modes: tuple[str, ...]
    environment: Environment | None
    task: Task
    home: Path
    """Holds its index and its log."""
    timeout: float
    """Seconds that one command may take."""

    @property
    def name(self) -> str:
        """Names its index."""
        return f"{self.adapter.name}-{'-'.join(self.modes)}".replace(" ", "_").replace("/", "_")

    @property
    def title(self) -> str:
        """As a table shows it."""
        return f"{self.adapter.title} ({', '.join(self.modes)})"

    @property
    def key(self) -> str:
        """What its figures depend on."""
        made = "" if self.environment is None else str(sorted(self.environment.versions.items()))
        return xxh3_64_hexdigest(f"{self.task.fingerprint}{self.adapter.fingerprint}{made}{self.modes}".encode())

    @property
    def folder(self) -> Path:
        """Of its index."""
        return self.home / "indexes" / self.name

    @property
    def _built(self) -> Path:
        return self.home / "indexes" / f"{self.name}.built"

    @property
    def built(self) -> bool:
        """Whether its index is there, whole, and of what it would be built from now."""
        return self._built.is_file() and self._built.read_text(encoding="ascii") == self.key

    def start(self) -> Process:
        """A fresh process."""
        python = self.adapter.python or (self.environment.python if self.environment else None)
        if python is None:
            raise PeerFailed(f"it has no environment {self.adapter.environment!r}: add --setup")
        if self.environment is not None and self.environment.error:
            raise PeerFailed(self.environment.error)
        log = self.home / "logs" / f"{self.name}.log"
        return Process([python, *self.adapter.arguments], log, self.adapter.variables)

    def index(self) -> Mapping[str, Any]:
        """Builds the index afresh, in a process of its own: `seconds`, `passages`, `peak_bytes`, `index_bytes`."""
        self._built.unlink(missing_ok=True)
        rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        with self.start() as process:
            told = process.ask(self.timeout, do="index", **self._given(self.modes))
        self._built.write_text(self.key, encoding="ascii")
        return {**told, "index_bytes": size_of(self.folder)}

    def open(self, process: Process, modes: Sequence[str]) -> Mapping[str, Any]:
        """Opens the index that was built."""
        return process.ask(self.timeout, do="open", **self._given(modes))

    def search(self, process: Process, query: str, mode: str, k: int) -> tuple[list[str], float]:
        """Ids of passages, best first, and the milliseconds that the engine took."""
        told = process.ask(self.timeout, do="search", query=query, k=k, mode=mode)
        ids, ms = told.get("ids"), told.get("ms")
        if not isinstance(ids, list) or not isinstance(ms, int | float):
            raise PeerFailed(f"search: expected ids and ms, it answered {str(told)[:100]}")
        return [str(one) for one in ids], float(ms)

    def _given(self, modes: Sequence[str]) -> dict[str, Any]:
        passages = self.task.passages if self.adapter.script is not None else self.task.documents
        return {"passages": str(passages.resolve()), "folder": str(self.folder.resolve()), "modes": list(modes)}


def contestants(
    adapters: Sequence[Adapter],
    environments: Mapping[str, Environment],
    task: Task,
    home: Path,
    timeout: float,
) -> tuple[Contestant, ...]:
    """One for each index that each adapter builds."""
    return tuple(
        Contestant(adapter, modes, environments.get(adapter.environment), task, home, timeout)
        for adapter in adapters
        for modes in adapter.builds
    )

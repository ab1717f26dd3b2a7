"""Indexing, asking and starting, so that what disturbs the machine disturbs every engine alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import perf_counter, sleep
from typing import Any

import numpy as np
from xxhash import xxh3_64_hexdigest

from rag.evaluation.bench.contestant import Contestant
from rag.evaluation.bench.ledger import Ledger
from rag.evaluation.bench.process import PeerFailed, Process
from rag.evaluation.bench.task import Task

__all__ = ["Measured", "Tell", "measure"]

Tell = Callable[[str, int, int], None]
"""Called with what is done now, and how much of how much is done."""

_SETTLE = 0.02
"""Seconds between two questions: threads of the engine asked before have stopped spinning."""


@dataclass
class Measured:
    """Everything that was measured of one contestant."""

    indexing: list[dict[str, Any]] = field(default_factory=list)
    """One a repeat: `seconds`, `passages`, `peak_bytes`, `index_bytes`."""
    cold: list[float] = field(default_factory=list)
    """Seconds from the start of a process to its first answer, one a repeat."""
    ms: dict[str, list[float]] = field(default_factory=dict)
    """Mode to one a query."""
    rankings: dict[str, list[list[str]]] = field(default_factory=dict)
    """Mode to one a query."""
    serving_bytes: int | None = None
    """The most memory of the process that was asked."""
    error: str = ""
    """Why there is no more."""


@dataclass
class _Bench:
    task: Task
    contestants: Sequence[Contestant]
    ledger: Ledger
    repeats: int
    k: int
    tell: Tell
    found: dict[str, Measured]

    def alive(self) -> list[Contestant]:
        return [one for one in self.contestants if not self.found[one.name].error]

    @contextmanager
    def trying(self, contestant: Contestant) -> Iterator[Measured]:
        """A failure ends this contestant, not the bench."""
        measured = self.found[contestant.name]
        try:
            yield measured
        except PeerFailed as failure:
            measured.error = str(failure)


def measure(  # noqa: PLR0913  # what, who, and how often
    task: Task, contestants: Sequence[Contestant], ledger: Ledger, *, repeats: int, k: int, tell: Tell
) -> dict[str, Measured]:
    """Measures every contestant; what the ledger has is not measured again.

    Indexing and cold starts are repeated, one contestant at a time, each repeat in another order. Questions are asked
    of all engines in turn, each in a process that stays: every question of every one in random order, then the next.

    Returns:
        A contestant's name to what was measured of it, or to the reason why nothing was.
    """
    bench = _Bench(task, contestants, ledger, repeats, k, tell, {one.name: Measured() for one in contestants})
    _index(bench)
    _ask(bench)
    _start(bench)
    return bench.found


def _turns(bench: _Bench, what: str) -> Iterator[tuple[int, Contestant]]:
    """Each repeat of each contestant; every repeat begins with another one."""
    total = bench.repeats * len(bench.contestants)
    for repeat in range(bench.repeats):
        offset = repeat * max(1, len(bench.contestants) // bench.repeats) % len(bench.contestants)
        for place, contestant in enumerate([*bench.contestants[offset:], *bench.contestants[:offset]]):
            if not bench.found[contestant.name].error:
                bench.tell(f"{what} {contestant.title}", repeat * len(bench.contestants) + place, total)
                yield repeat, contestant


def _index(bench: _Bench) -> None:
    for repeat, contestant in _turns(bench, "indexing"):
        key = f"index/{contestant.key}/{repeat}"
        with bench.trying(contestant) as measured:
            row = bench.ledger.get(key)
            if row is None:
                bench.ledger.put(key, what=contestant.title, **contestant.index())
                row = bench.ledger.get(key) or {}
            measured.indexing.append(row)


def _start(bench: _Bench) -> None:
    question = bench.task.warm[0]
    for repeat, contestant in _turns(bench, "starting"):
        key = f"cold/{contestant.key}/{repeat}"
        with bench.trying(contestant) as measured:
            row = bench.ledger.get(key)
            if row is None:
                _ensure(contestant)
                started = perf_counter()
                with contestant.start() as process:
                    contestant.open(process, contestant.modes[-1:])
                    contestant.search(process, question, contestant.modes[-1], bench.k)
                    seconds = perf_counter() - started
                bench.ledger.put(key, what=contestant.title, seconds=seconds)
                row = bench.ledger.get(key) or {}
            measured.cold.append(row["seconds"])


def _ensure(contestant: Contestant) -> None:
    """Its index, though it may have been measured in an earlier run whose files are gone."""
    if not contestant.built:
        contestant.index()


def _ask(bench: _Bench) -> None:
    """All processes are alive at once."""
    asked = bench.alive()
    told = "".join([str(bench.k), *sorted(contestant.key for contestant in asked)])
    group = xxh3_64_hexdigest(told.encode())  # times are comparable within a session only
    rows = {contestant.name: bench.ledger.get(f"ask/{group}/{contestant.key}") for contestant in asked}
    if not all(rows.values()):
        with ExitStack() as stack:
            processes = _opened(bench, asked, stack)
            _rounds(bench, asked, processes)
        for contestant in bench.alive():
            measured = bench.found[contestant.name]
            bench.ledger.put(
                f"ask/{group}/{contestant.key}",
                what=contestant.title,
                ms=measured.ms,
                rankings=measured.rankings,
                serving_bytes=measured.serving_bytes,
            )
        return
    for contestant in asked:
        if (row := rows[contestant.name]) is not None:
            measured = bench.found[contestant.name]
            measured.ms, measured.rankings = row["ms"], row["rankings"]
            measured.serving_bytes = row["serving_bytes"]


def _opened(bench: _Bench, asked: Sequence[Contestant], stack: ExitStack) -> dict[str, Process]:
    """A process for each, which has answered the questions that do not count."""
    processes = {}
    for place, contestant in enumerate(asked):
        bench.tell(f"opening {contestant.title}", place, len(asked))
        with bench.trying(contestant):
            _ensure(contestant)
            process = stack.enter_context(contestant.start())
            contestant.open(process, contestant.modes)
            for question in bench.task.warm:
                for mode in contestant.modes:
                    contestant.search(process, question, mode, bench.k)
            processes[contestant.name] = process
    return processes


def _rounds(bench: _Bench, asked: Sequence[Contestant], processes: dict[str, Process]) -> None:
    chance = np.random.default_rng(0)
    pairs = [(contestant, mode) for contestant in asked for mode in contestant.modes]
    for number, query in enumerate(bench.task.queries.values()):
        bench.tell("asking", number, len(bench.task.queries))
        for place in chance.permutation(len(pairs)):
            contestant, mode = pairs[place]
            if bench.found[contestant.name].error:
                continue
            sleep(_SETTLE)
            with bench.trying(contestant) as measured:
                ids, ms = contestant.search(processes[contestant.name], query, mode, bench.k)
                measured.ms.setdefault(mode, []).append(ms)
                measured.rankings.setdefault(mode, []).append(ids)
    for contestant in bench.alive():
        with bench.trying(contestant) as measured:
            measured.serving_bytes = processes[contestant.name].ask(contestant.timeout, do="facts").get("peak_bytes")

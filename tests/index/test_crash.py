"""Killed at any moment, a run loses nothing that was published, and the next one finishes its work."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from rag.errors import IndexMissing

WORKER = Path(__file__).with_name("crash_worker.py")
spec = spec_from_file_location("crash_worker", WORKER)
assert spec and spec.loader
worker: Any = module_from_spec(spec)
spec.loader.exec_module(worker)

QUESTIONS = ("Which trip goes by ferry?", "receipt number 185", "the sleeper edition 3", "trip 17")
Passages = frozenset[tuple[str, int, str]]


def contents(folder: str) -> Passages:
    """Every passage that a reader sees now; fetching them checks every checksum."""
    index, views = worker.index_of(folder)
    with index.reading() as snapshot:
        for view in views:
            hits = snapshot.view(view).search("Which trip goes by ferry?", 10, snapshot.mask())
            assert len(snapshot.documents(hits)) == 10
        found = frozenset(
            (source, passage.metadata["start"], passage.page_content)
            for source in snapshot.sources()
            for passage in snapshot.passages_of(source)
        )
        assert len(found) == snapshot.rows.alive.sum()
    index.close()
    return found


def states(k: int) -> Iterator[Passages]:
    """What may be seen once version k was begun: the one before, or this one, perhaps with what is still to go."""
    if k:
        yield frozenset(worker.passages(k - 1))
        yield frozenset(worker.passages(k) | {row for row in worker.passages(k - 1) if row[0] == f"{k - 1}.txt"})
    yield frozenset(worker.passages(k))


def rankings(folder: str) -> list[list[tuple[str | None, float]]]:
    """The ten best of every question in every view."""
    index, views = worker.index_of(folder)
    with index.reading() as snapshot:
        return [
            [
                (passage.id, round(passage.metadata["score"], 5))
                for passage in snapshot.documents(snapshot.view(view).search(question, 10, snapshot.mask()))
            ]
            for view in views
            for question in QUESTIONS
        ]


class Reader(Thread):
    """Reads all the time and notes what it saw; whatever is raised is kept."""

    def __init__(self, folder: str) -> None:
        super().__init__(daemon=True)
        self.folder = folder
        self.seen: list[Passages] = []
        self.errors: list[Exception] = []
        self.enough = Event()

    def run(self) -> None:
        while not self.enough.is_set():
            try:
                self.seen.append(contents(self.folder))
            except IndexMissing:
                time.sleep(0.01)
            except Exception as error:  # noqa: BLE001  # whatever it is, the test tells
                self.errors.append(error)
                return


def interrupted(folder: str, k: int, after: float) -> bool:
    """Indexes version k and kills the process so many seconds after it began; whether it had finished."""
    command = [sys.executable, str(WORKER), folder, str(k), "0.002"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        return "done" in process.stdout.read()


def crash(folder: str, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    reader = Reader(folder)
    reader.start()
    k, allowed = 0, set(states(0))
    for _ in range(rounds):
        if interrupted(folder, k, chance.uniform(0.0, 0.8)):
            k += 1
            allowed.update(states(k))
    worker.run(folder, k)
    reader.enough.set()
    reader.join(60)
    assert not reader.errors, reader.errors
    assert set(reader.seen) <= allowed
    assert contents(folder) == frozenset(worker.passages(k))
    fresh = f"{folder}-fresh"
    worker.run(fresh, k)
    assert rankings(folder) == rankings(fresh)
    index, _ = worker.index_of(folder)
    assert index.verify() == []


@pytest.mark.parametrize("seed", [1])
def test_five_kills(tmp_path: Path, seed: int) -> None:
    crash(str(tmp_path / "index"), 5, seed)


def test_what_a_killed_run_had_encoded_is_not_encoded_again(tmp_path: Path) -> None:
    encoded = []
    for after in (0.4, 0.8, 1.6, 3.2):  # a busy machine has nothing done yet, and an idle one everything
        folder = str(tmp_path / f"index-{after}")
        if interrupted(folder, 0, after):
            break
        report = worker.run(folder, 0)
        assert report.passages + waiting(folder, report) == len(worker.passages(0))
        encoded.append(report.encoded)
        if report.encoded < len(worker.passages(0)):
            break
    assert min(encoded) < len(worker.passages(0))


def waiting(folder: str, report: Any) -> int:
    """Passages that the run before had stored."""
    index, _ = worker.index_of(folder)
    return int(index.stats().passages) - int(report.passages)


def test_two_writers_are_told(tmp_path: Path) -> None:
    from rag.errors import IndexLocked
    from rag.index.writer import Writer

    folder = tmp_path / "index"
    worker.run(str(folder), 0)
    with Writer(folder, ()), pytest.raises(IndexLocked, match=rf"process {os.getpid()} on .* since"):
        worker.run(str(folder), 1)
    worker.run(str(folder), 1)

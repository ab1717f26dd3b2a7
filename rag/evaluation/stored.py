"""Runs read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rag.config.read import read_text
from rag.errors import UsageError
from rag.evaluation.dataset import Dataset, read_dataset
from rag.evaluation.result import Result

__all__ = ["Run", "differences", "named", "read_result", "read_run", "read_runs"]

_UNNAMED = "mapping"
"""What a configuration is called that came from no file."""
_MOST_TOLD = 3
"""Values that a run's name can hold."""


@dataclass(frozen=True)
class Run:
    """A run with what its folder holds; a JSON file without its folder has figures only."""

    name: str
    """Of its configuration; distinct among runs that were read together."""
    result: Result
    folder: Path | None

    @classmethod
    def of(cls, result: Result) -> Run:
        """The run that has just ended."""
        folder = Path(result.folder) if result.folder else None
        there = folder if folder is not None and (folder / "queries.jsonl").is_file() else None
        return cls(Path(result.config).stem.strip("<>") or "run", result, there)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The configuration, defaults included, as path to value: `pipeline.1.retrieve.top_k`."""
        if self.folder is None or not (file := self.folder / "run.yaml").is_file():
            return {}
        node, _ = read_text(file.read_text(encoding="utf-8"), str(file))
        return dict(_leaves(node.plain()))

    @cached_property
    def lock(self) -> dict[str, Any]:
        """Versions and fingerprints."""
        try:
            read: dict[str, Any] = json.loads(((self.folder or Path()) / "run.lock").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return read

    def records(self) -> Iterator[dict[str, Any]]:
        """What happened at each query, in the order of the data set."""
        if self.folder is None:
            return
        with (self.folder / "queries.jsonl").open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                yield json.loads(line)

    def dataset(self) -> Dataset | None:
        """What was asked, where it still stands there unchanged."""
        if not (place := self.lock.get("dataset_path")):
            return None
        try:
            found = read_dataset(place, split=self.lock.get("split", "test"))
        except (UsageError, OSError):
            return None
        whole = str(self.lock.get("dataset_fingerprint")).partition(" ")[0]  # half of a data set has a word behind it
        return found if found.fingerprint == whole else None


def read_result(path: str | Path) -> Result:
    """A run's figures from its folder, its `metrics.json`, or the JSON that `rag eval --json` wrote.

    Raises:
        UsageError: there is none; says what is there.
    """
    path = Path(path)
    file = path / "metrics.json" if path.is_dir() else path
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        what = "has no metrics.json: the run has not ended" if path.is_dir() else "does not exist"
        raise UsageError(f"{path} {what}; a run is a folder of `rag eval` or the JSON of --json") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: not a run ({error})") from None
    if not isinstance(content, dict) or not isinstance(content.get("metrics"), dict):
        raise UsageError(f"{file}: not a run; it has no metrics")
    return Result.from_dict(content)


def read_run(path: str | Path) -> Run:
    """A run from its folder or its JSON; the folder wins over the one that its figures name.

    Raises:
        UsageError: there is none.
    """
    result = read_result(path)
    return Run.of(replace(result, folder=str(path)) if Path(path).is_dir() else result)


def read_runs(paths: Sequence[str | Path]) -> list[Run]:
    """Several runs, each with a name of its own.

    Raises:
        UsageError: one of them is none.
    """
    return named([read_run(path) for path in paths])


def named(runs: Sequence[Run]) -> list[Run]:
    """The same runs, those of one configuration told apart by what they say differently, else by their folders."""
    plain = [run.name for run in runs]
    told = [_told(run, runs) for run in runs]
    found: list[Run] = []
    for place, run in enumerate(runs):
        folder = run.folder.name if run.folder else ""
        taken = [other.name for other in found]
        names = [
            plain[place] if plain.count(plain[place]) == 1 and plain[place] != _UNNAMED else "",
            told[place] if told.count(told[place]) == 1 else "",
            folder if folder not in taken else "",
            f"{plain[place]} #{place + 1}",
        ]
        found.append(replace(run, name=next(filter(None, names))))
    return found


def _told(run: Run, runs: Sequence[Run]) -> str:
    """`default (top_k=10)`: a run by the few values that not all others of its configuration have."""
    own = _own(run, runs)
    if not 0 < len(own) <= _MOST_TOLD:
        return ""
    shown = (f"{path.rpartition('.')[2]}={value}" for path, value in own.items())
    return f"{run.name} ({', '.join(shown)})"


def _own(run: Run, runs: Sequence[Run]) -> dict[str, Any]:
    """What a run says that not all others of its configuration say."""
    varied = differences([other for other in runs if other.name == run.name])
    return {path: run.settings.get(path) for path in varied}


def differences(runs: Sequence[Run]) -> dict[str, list[Any]]:
    """Path to each run's value, for what the runs' configurations do not all say; None where one has no such path."""
    told = [run.settings for run in runs]
    if not all(told):
        return {}
    paths = dict.fromkeys(path for settings in told for path in settings)
    paths = {path: None for path in paths if not path.startswith("tune") and path != "index.path"}
    columns = {path: [settings.get(path) for settings in told] for path in paths}
    return {path: column for path, column in columns.items() if any(value != column[0] for value in column[1:])}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{place}")
    else:
        yield path, value

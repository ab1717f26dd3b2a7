"""A virtual environment for each peer: made once, its time and size measured, its failure kept as a fact."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shutil import rmtree
from time import perf_counter

from rag.errors import UsageError
from rag.evaluation.bench.adapter import Adapter

__all__ = ["ENVIRONMENTS", "Environment", "known", "make", "owners", "size_of"]

ENVIRONMENTS = Path(".rag/bench/environments")
_FACTS = "environment.json"
_INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
_LIST = (
    "import importlib.metadata as m, json; "
    "print(json.dumps({d.metadata['Name']: d.version for d in m.distributions()}))"
)
_REASON = 300
"""Characters of a failure."""


@dataclass(frozen=True)
class Environment:
    """One that was made, or that could not be."""

    name: str
    python: str
    fingerprint: str
    """Of what was asked for."""
    seconds: float = 0.0
    """Of making it, downloads included."""
    bytes: int = 0
    """Of what was installed into it, beyond an empty environment."""
    versions: dict[str, str] = field(default_factory=dict)
    """Every distribution in it."""
    error: str = ""
    """Why there is none."""


def owners(adapters: Sequence[Adapter], among: Sequence[Adapter] = ()) -> tuple[Adapter, ...]:
    """One adapter for each environment: the one whose own it is, of these or `among` others.

    Raises:
        UsageError: an adapter names an environment that nobody brings.
    """
    named = {adapter.name: adapter for adapter in (*among, *adapters)}
    wanted = dict.fromkeys(adapter.environment for adapter in adapters if adapter.script is not None)
    for name in wanted:
        if name not in named:
            raise UsageError(f"no adapter is called {name!r}, whose environment another one shares")
    return tuple(named[name] for name in wanted)


def known(adapter: Adapter, folder: Path) -> Environment | None:
    """The environment as it was made; None where it was not, or for something else."""
    try:
        facts = json.loads((folder / adapter.environment / _FACTS).read_text(encoding="utf-8"))
        return Environment(**facts)
    except (OSError, ValueError, TypeError):
        return None


def make(adapter: Adapter, folder: Path, tell: Callable[[str], None] | None = None) -> Environment:
    """The environment that an adapter brings. One that is there already is not made again.

    A step that installs from a folder is repeated each time: what lies there may have changed.

    Args:
        adapter: says what is installed.
        folder: where environments are kept; each has a log beside it.
        tell: called with what is being done.
    """
    home = (folder / adapter.environment).resolve()
    fingerprint = json.dumps([adapter.requires, adapter.steps])
    before = known(adapter, folder)
    if before is not None and before.fingerprint == fingerprint and not before.error:
        local = [step for step in adapter.steps if any(_is_local(one) for one in step)]
        if not local:
            return before
        again = [("--force-reinstall", "--no-deps", *step) for step in local]
        made = _install(adapter, home, again, before.seconds, tell)
    else:
        rmtree(home, ignore_errors=True)
        calls = [adapter.requires, *adapter.steps] if adapter.requires else [*adapter.steps]
        made = _install(adapter, home, calls, None, tell)
    new = home / f".{_FACTS}.new"
    home.mkdir(parents=True, exist_ok=True)
    new.write_text(json.dumps({**asdict(made), "fingerprint": fingerprint}, indent=1) + "\n", encoding="utf-8")
    new.replace(home / _FACTS)
    return made


def _install(
    adapter: Adapter,
    home: Path,
    calls: Sequence[Sequence[str]],
    before: float | None,
    tell: Callable[[str], None] | None,
) -> Environment:
    """Runs pip for each of the calls; `before` are the seconds of an environment that is there already."""
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    log = home.parent / f"{adapter.environment}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    started = perf_counter()

    def run(*command: str) -> str:
        with log.open("ab") as file:
            done = subprocess.run(  # noqa: S603  # an adapter that the user named says what is installed
                command, stdout=subprocess.PIPE, stderr=file, check=False, cwd=home.parent
            )
            file.write(done.stdout)
        if done.returncode:
            raise OSError(_reason(log))
        return done.stdout.decode()

    try:
        if before is None:
            _say(tell, f"{adapter.environment}: an empty environment")
            run(sys.executable, "-m", "venv", str(home))
            empty = size_of(home)
            (home / "empty").write_text(str(empty), encoding="ascii")
        for call in calls:
            _say(tell, f"{adapter.environment}: {' '.join(call)}")
            run(str(python), *_INSTALL, *(_argument(adapter, one) for one in call))
        versions = json.loads(run(str(python), "-c", _LIST))
    except OSError as error:
        return Environment(adapter.environment, str(python), "", error=f"could not be installed: {error}")
    empty = int((home / "empty").read_text(encoding="ascii"))
    seconds = perf_counter() - started if before is None else before
    return Environment(adapter.environment, str(python), "", seconds, size_of(home) - empty, versions)


def _say(tell: Callable[[str], None] | None, what: str) -> None:
    if tell is not None:
        tell(what)


def _is_local(argument: str) -> bool:
    return argument.startswith(".")


def _argument(adapter: Adapter, argument: str) -> str:
    if not _is_local(argument) or adapter.script is None:
        return argument
    return str((adapter.script.parent / argument).resolve())


def _reason(log: Path) -> str:
    """What pip said last of what is an error, else what it said last."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors[-1] if errors else lines[-1] if lines else "pip said nothing")[:_REASON]


def size_of(folder: Path) -> int:
    """Bytes of the files below a folder; links are not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())

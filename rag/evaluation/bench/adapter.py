"""Who is measured: configurations of ours, and scripts that bring another engine with their metadata inside [1].

[1] PEP 723: Inline script metadata. https://peps.python.org/pep-0723/
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xxhash import xxh3_64_hexdigest

from rag import __version__
from rag.config import Configuration
from rag.errors import UsageError, did_you_mean

__all__ = ["PIPELINE", "VARIABLE", "Adapter", "chosen", "of_configuration", "read_adapter", "read_adapters"]

_BLOCK = re.compile(r"(?m)^# /// script\s*$\s(?P<content>(?:^#(?:| .*)$\s)+?)^# ///\s*$")
_KEYS = {"title", "about", "versions", "builds", "environment", "steps", "variables"}
VARIABLE = "RAG_BENCH"
"""Of the environment: the configurations that `bench_pipelines` serves."""
PIPELINE = "pipeline"
"""The mode of a configuration: asked as a whole."""


@dataclass(frozen=True)
class Adapter:
    """An engine behind the protocol of `bench_kit`."""

    name: str
    title: str
    builds: tuple[tuple[str, ...], ...]
    """The modes that each index serves, as `("dense", "hybrid")`: one index is built for both."""
    arguments: tuple[str, ...]
    """What the interpreter is started with."""
    fingerprint: str
    """Of all that its figures depend on, but for its environment."""
    about: str = ""
    python: str | None = None
    """The interpreter that runs it; None for one of its own environment."""
    requires: tuple[str, ...] = ()
    """What is installed, in one step, as pip takes it."""
    steps: tuple[tuple[str, ...], ...] = ()
    """Arguments of further calls of `pip install`; one that starts with a dot is a path beside the script."""
    environment: str = ""
    """The name of the environment that it runs in: its own, or another adapter's."""
    versions: tuple[str, ...] = ()
    """Distributions whose versions are told."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Set for its processes."""
    script: Path | None = None

    def serving(self, modes: Sequence[str] | None) -> Adapter:
        """The same with these modes only; with no build at all where it has none of them."""
        if modes is None:
            return self
        left = (tuple(mode for mode in build if mode in modes) for build in self.builds)
        return Adapter(**{**self.__dict__, "builds": tuple(build for build in left if build)})


def of_configuration(configuration: Configuration, name: str) -> Adapter:
    """One of our own configurations, run by this interpreter and asked as a whole."""
    said = {"modes": {PIPELINE: configuration.node.plain()}, "allow_import": configuration.allow_import}
    content = json.dumps(said, sort_keys=True, default=str)
    return Adapter(
        name=Path(name).stem,
        title=name,
        builds=((PIPELINE,),),
        arguments=("-m", "bench_pipelines"),
        fingerprint=xxh3_64_hexdigest(f"{__version__}\x1f{content}".encode()),
        about=f"the whole pipeline of {name}",
        python=sys.executable,
        variables={VARIABLE: content},  # not an argument: it may hold a key
    )


def read_adapters(folder: Path) -> tuple[Adapter, ...]:
    """Every script of the folder that says in its metadata which peer it is, by name.

    Raises:
        UsageError: there is none, or the metadata of one is wrong.
    """
    if not folder.is_dir():
        raise UsageError(f"--peers {folder}: no such folder")
    found = [read_adapter(path) for path in sorted(folder.glob("*.py"))]
    adapters = tuple(adapter for adapter in found if adapter is not None)
    if not adapters:
        raise UsageError(f"--peers {folder}: no script there has a [tool.peer] in its metadata (# /// script)")
    return adapters


def read_adapter(path: Path) -> Adapter | None:
    """The adapter that a script is; None where its metadata names no peer."""
    text = path.read_text(encoding="utf-8")
    block = _BLOCK.search(text)
    if block is None:
        return None
    lines = (line.removeprefix("#").removeprefix(" ") for line in block["content"].splitlines())
    try:
        metadata = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: its metadata is not TOML ({error})") from None
    peer = metadata.get("tool", {}).get("peer")
    if peer is None:
        return None
    if unknown := sorted(set(peer) - _KEYS):
        said = f"{path}: [tool.peer] has no {unknown[0]!r}", did_you_mean(unknown[0], _KEYS)
        raise UsageError("; ".join(filter(None, (*said, f"it has: {', '.join(sorted(_KEYS))}"))))
    return Adapter(
        name=path.stem,
        title=str(peer.get("title", path.stem)),
        builds=_builds(path, peer.get("builds")),
        arguments=(str(path.resolve()),),
        fingerprint=xxh3_64_hexdigest(text.encode()),
        about=str(peer.get("about", "")),
        requires=tuple(map(str, metadata.get("dependencies", ()))),
        steps=tuple(tuple(map(str, step)) for step in peer.get("steps", ())),
        environment=str(peer.get("environment", path.stem)),
        versions=tuple(map(str, peer.get("versions", ()))),
        variables={str(key): str(value) for key, value in peer.get("variables", {}).items()},
        script=path.resolve(),
    )


def _builds(path: Path, given: Any) -> tuple[tuple[str, ...], ...]:
    fits = isinstance(given, list) and given and all(isinstance(build, list) and build for build in given)
    if not fits or any(not isinstance(mode, str) for build in given for mode in build):
        raise UsageError(
            f'{path}: [tool.peer] builds is a list of lists of modes, as [["bm25"], ["dense", "hybrid"]]; not {given!r}'
        )
    return tuple(tuple(build) for build in given)


def chosen(adapters: Sequence[Adapter], only: Sequence[str] | None) -> tuple[Adapter, ...]:
    """Those with these names, in this order; all of them where no name is given.

    Raises:
        UsageError: no adapter has that name.
    """
    if only is None:
        return tuple(adapters)
    named = {adapter.name: adapter for adapter in adapters}
    for name in only:
        if name not in named:
            said = f"there is no {name!r} to measure", did_you_mean(name, named)
            raise UsageError("; ".join(filter(None, (*said, f"there are: {', '.join(named)}"))))
    return tuple(named[name] for name in only)

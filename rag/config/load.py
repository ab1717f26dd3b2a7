"""From a source to a checked tree: read, extend, override, interpolate, fill, validate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

from rag.config.fill import DEFAULT, fill_field
from rag.config.interpolate import environment as variables_here
from rag.config.interpolate import interpolate
from rag.config.meant import meant_root
from rag.config.merge import extend, merge
from rag.config.node import BROKEN, Node, Place, from_plain, problem
from rag.config.parts import Parts
from rag.config.read import read_file
from rag.config.root import ROOT, VERSION, given, plain_keys, root_default, root_field
from rag.config.set import assign, from_environment, from_flags, put
from rag.config.shipped import find
from rag.config.space import space_problems
from rag.config.validate import Checker
from rag.errors import ConfigError, Problem, did_you_mean

__all__ = ["Loaded", "altered", "prepare"]


@dataclass
class Loaded:
    """A configuration on its way."""

    name: str
    """The file, as it was named; `<mapping>` for one given as data."""
    written: Node = field(default_factory=lambda: Node({}))
    """What somebody wrote, in files and on the command line, variables put in."""
    filled: Node = field(default_factory=lambda: Node({}))
    """The same with every default."""
    problems: list[Problem] = field(default_factory=list)
    seen: set[Problem] = field(default_factory=set)

    def report(self, problems: Iterable[Problem]) -> None:
        """Adds problems; one that an alias repeats elsewhere is said once."""
        for new in problems:
            place = replace(new, path="") if new.line else new
            if place not in self.seen:
                self.seen.add(place)
                self.problems.append(new)


def prepare(
    source: str | Path | Mapping[str, Any],
    *,
    set: str | Iterable[str] | Mapping[str, Any] = (),
    environment: Mapping[str, str] | None = None,
    allow_import: Collection[str] = (),
    overrides: Mapping[str, Any] | None = None,
) -> Loaded:
    """Everything but building. Never raises for what a configuration says: see `Loaded.problems`."""
    loaded, tree = _read(source)
    if loaded.problems and tree.broken:
        return loaded
    if overrides:
        tree = merge(tree, from_plain(overrides, Place(), "override"))
    variables = variables_here() if environment is None else environment
    for assignments in (from_environment(variables), from_flags(set)):
        tree, wrong = assign(tree, assignments)
        loaded.report(wrong)
    tree, wrong = _interpolated(tree, variables)
    loaded.report(wrong)
    _check_root(tree, loaded)
    loaded.written = tree
    loaded.filled = _filled(tree, allow_import)
    _validate(loaded, allow_import)
    _check_space(loaded, allow_import)
    loaded.problems.sort(key=lambda wrong: (wrong.file or "", wrong.line or 0, wrong.column or 0))
    return loaded


def altered(name: str, written: Node, values: Mapping[str, Node], allow_import: Collection[str] = ()) -> Loaded:
    """A tree that was loaded before, with other values at some paths and without `tune`."""
    loaded = Loaded(name)
    tree = written.with_(value={key: child for key, child in written.entries.items() if key != "tune"})
    try:
        for path, value in values.items():
            tree = put(tree, path, value)
    except ValueError as error:
        loaded.report([Problem(str(error), path)])
        return loaded
    loaded.written = tree
    loaded.filled = _filled(tree, allow_import)
    _validate(loaded, allow_import)
    return loaded


def _read(source: str | Path | Mapping[str, Any]) -> tuple[Loaded, Node]:
    chain: tuple[Path, ...] = ()
    if isinstance(source, Mapping):
        loaded, tree, folder = Loaded("<mapping>"), from_plain(source), Path.cwd()
    elif not isinstance(source, str | PathLike):
        hint = f"a file's path, a preset's name, or its content as a mapping, not {source!r:.80}"
        return Loaded(repr(source), problems=[Problem("this is no configuration", hint=hint)]), Node(BROKEN)
    else:
        try:
            path = find(source)
        except ConfigError as error:
            return Loaded(str(source), problems=list(error.problems)), Node(BROKEN)
        tree, wrong = read_file(path)
        loaded, folder, chain = Loaded(str(path), problems=wrong), path.parent, (path,)
    if not tree.is_mapping:
        if not tree.broken:
            hint = "put `pipeline:` above the steps" if tree.is_list else "for example `extends: default`"
            loaded.report([problem(f"a configuration is a mapping, not {tree.said()}", tree, "", hint)])
        return loaded, Node(BROKEN)
    tree, wrong = extend(tree, folder, chain)
    loaded.report(wrong)
    return loaded, tree


def _interpolated(tree: Node, variables: Mapping[str, str]) -> tuple[Node, list[Problem]]:
    """Variables put in everywhere but in `x-...`, which counts only where an alias repeats it."""
    entries, problems = {}, []
    for name, child in tree.entries.items():
        entries[name], wrong = (child, []) if name.startswith("x-") else interpolate(child, variables, name)
        problems.extend(wrong)
    return tree.with_(value=entries), problems


def _check_root(tree: Node, loaded: Loaded) -> None:
    for name, child in tree.entries.items():
        if name not in ROOT and not plain_keys(name):
            allowed = ("version", "extends", *ROOT)
            message = f"a configuration has no key {name!r}; it has: {', '.join(allowed)} (and x-... for anchors)"
            loaded.report([problem(message, child, name, meant_root(name, allowed), at_key=True)])
    version = tree.entries.get("version")
    if version is not None and not version.broken and version.value not in (VERSION, str(VERSION)):
        message = f"is written for version {version.said()}, and this release reads version {VERSION}"
        loaded.report([problem(message, version, "version")])
    if not any(name == "pipeline" or "'pipeline'" in did_you_mean(name, ROOT) for name in tree.entries):
        hint = "add `pipeline:` with at least one step, or `extends: NAME` of a preset that has one"
        loaded.report([problem("a configuration needs the key 'pipeline'", tree, "pipeline", hint)])


def _filled(tree: Node, allow_import: Collection[str]) -> Node:
    filled = {"version": tree.entries.get("version", from_plain(VERSION, origin=DEFAULT))}
    for name in ROOT:
        node = tree.entries.get(name)
        if node is not None and node.value is None:
            node = root_default(name) or node
        node = node if node is not None else root_default(name)
        if ROOT[name].switch and node is not None and isinstance(node.value, bool):
            node = node.with_(value={}) if node.value else None
        if node is not None:
            filled[name] = fill_field(node, root_field(name), allow_import)
    return tree.with_(value=filled)


def _validate(loaded: Loaded, allow_import: Collection[str]) -> None:
    for name in ROOT:
        if name in loaded.filled.entries:
            checker = Checker(allow_import, given(loaded.filled, name))
            checker.field(loaded.filled.entries[name], root_field(name), name)
            loaded.report(checker.problems)
    if not loaded.problems:
        trial = Parts(loaded.filled, allow_import, dry=True)
        for name in ROOT:
            try:
                trial.part(name)
            except ConfigError as error:
                loaded.report(error.problems)
        _check_prices(loaded, trial)


def _check_prices(loaded: Loaded, trial: Parts) -> None:
    """A limit in dollars says nothing where the shared model has no prices."""
    limits = loaded.filled.entries.get("limits")
    usd = limits.entries.get("usd") if limits is not None and limits.is_mapping else None
    if loaded.problems or limits is None or usd is None or usd.value is None:
        return
    llm = trial.part("llm")
    if llm is not None and getattr(llm, "prices", None) is None:
        hint = "add `prices: {prompt: ..., completion: ...}` to llm, in dollars a million tokens, or leave usd out"
        loaded.report([problem("usd cannot be kept: llm has no prices", usd, "limits.usd", hint)])


def _check_space(loaded: Loaded, allow_import: Collection[str]) -> None:
    tune = loaded.filled.entries.get("tune")
    if loaded.problems or tune is None or not tune.is_mapping:
        return

    def attempt(path: str, value: Node) -> list[Problem]:
        return altered(loaded.name, loaded.written, {path: value}, allow_import).problems

    loaded.report(space_problems(loaded.filled, attempt))

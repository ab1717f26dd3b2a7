"""`${NAME}`, `${NAME:-default}` and the escape `$${`: variables put into a configuration.

What came from a variable is text whose type its field decides. Values of variables never appear in messages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from rag.config.node import BROKEN, Node, problem
from rag.errors import Problem

__all__ = ["environment", "interpolate", "secretive"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
_START = re.compile(r"\$?\$\{")


def environment(folder: Path | None = None) -> dict[str, str]:
    """The process's variables, above those of `.env` in a folder (the current one where none is given)."""
    file = (folder or Path.cwd()) / ".env"
    if not file.is_file():
        return dict(os.environ)
    from dotenv import dotenv_values

    below = {name: value for name, value in dotenv_values(file).items() if value is not None}
    return below | dict(os.environ)


def secretive(variable: str) -> bool:
    """Whether a variable's name says that its value is nobody's business."""
    return _SECRET.search(variable) is not None


def interpolate(node: Node, variables: Mapping[str, str], path: str = "") -> tuple[Node, list[Problem]]:
    """A tree with its variables put in, and a problem for each that is not set."""
    problems: list[Problem] = []

    def visit(node: Node, path: str) -> Node:
        if node.is_mapping:
            return node.with_(
                value={name: visit(child, f"{path}.{name}" if path else name) for name, child in node.entries.items()}
            )
        if node.is_list:
            return node.with_(
                value=tuple(visit(child, f"{path}.{n}" if path else str(n)) for n, child in node.children())
            )
        if isinstance(node.value, str) and "${" in node.value:
            return _filled(node, variables, path, problems)
        return node

    return visit(node, path), problems


def _filled(node: Node, variables: Mapping[str, str], path: str, problems: list[Problem]) -> Node:
    assert isinstance(node.value, str)
    text = _Text(node.value, variables)
    try:
        value = text.read()
    except _Malformed as error:
        hint = "write ${NAME}, ${NAME:-default}, or $${ for the characters themselves"
        problems.append(problem(str(error), node, path, hint))
        return node.with_(value=BROKEN, raw=node.value)
    problems.extend(
        problem(f"the environment variable {name!r} is not set", node, path, _advice(name, variables))
        for name in dict.fromkeys(text.missing)
    )
    if text.missing:
        return node.with_(value=BROKEN, raw=node.value)
    if not text.named:
        return node.with_(value=value, raw=node.value)  # only escapes
    origin = f"environment {', '.join(dict.fromkeys(text.used))}" if text.used else node.origin
    secret = node.secret or any(map(secretive, text.named))
    return node.with_(value=value, raw=node.value, loose=True, origin=origin, secret=secret)


def _advice(name: str, variables: Mapping[str, str]) -> str:
    near = get_close_matches(name, list(variables), n=1, cutoff=0.8)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"{meant}set it, or give a default: ${{{name}:-value}}"


class _Malformed(ValueError):
    pass


@dataclass
class _Text:
    """One scalar while its variables are put in."""

    text: str
    variables: Mapping[str, str]
    used: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    at: int = 0

    def read(self) -> str:
        """The whole text."""
        return self.until("")

    def until(self, end: str) -> str:
        """Text up to a closing brace, or all of it."""
        said: list[str] = []
        inside = 0  # braces that an escape opened
        while self.at < len(self.text):
            if end and self.text[self.at] == end:
                if not inside:
                    return "".join(said)
                inside -= 1
            start = _START.match(self.text, self.at)
            if start is None:
                said.append(self.text[self.at])
                self.at += 1
            elif len(start[0]) == 3:
                said.append("${")
                inside += 1
                self.at += 3
            else:
                self.at += 2
                said.append(self.variable())
        if end:
            raise _Malformed("${ is never closed by }")
        return "".join(said)

    def variable(self) -> str:
        """What `NAME}` or `NAME:-default}` stands for."""
        name = _NAME.match(self.text, self.at)
        if name is None:
            raise _Malformed("${ is followed by no variable's name")
        self.named.append(name[0])
        self.at = name.end()
        default: str | None = None
        if self.text.startswith(":-", self.at):
            self.at += 2
            used, missing = list(self.used), list(self.missing)
            default = self.until("}")
            if self.variables.get(name[0]):  # what only the default would have used does not count
                self.used, self.missing = used, missing
        if not self.text.startswith("}", self.at):
            raise _Malformed(f"${{{name[0]} is followed by neither }} nor :-")
        self.at += 1
        value = self.variables.get(name[0])
        if value or (value is not None and default is None):
            self.used.append(name[0])
            return value
        if default is None:
            self.missing.append(name[0])
        return default or ""

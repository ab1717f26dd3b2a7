"""Mistakes in a configuration, printed as compilers print theirs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from rag.cli.terminal import err
from rag.errors import Problem

__all__ = ["print_problems"]


def print_problems(problems: Sequence[Problem]) -> None:
    """Every problem as a block on stderr: message, place, the line with a mark under the value, what to do."""
    console = err()
    for number, problem in enumerate(problems):
        if number:
            console.print()
        console.print(block(problem), soft_wrap=True)
    if len(problems) > 1:
        console.print()
        console.print(Text(f"{len(problems)} problems", style="bold"))


def block(problem: Problem) -> Text:
    """One problem's block."""
    text = Text.assemble(("error", "bold red"), (f": {problem.message}", "bold"))
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)
    if place or problem.path:
        text.append("\n  --> ", "cyan").append(place)
        text.append(f"  {problem.path}" if place and problem.path else problem.path, "dim")
    line = _line(problem)
    if line is not None and problem.line is not None:
        number = str(problem.line)
        gutter = " " * len(number)
        text.append(f"\n {gutter} |\n {number} | ", "cyan").append(line)
        if problem.column is not None:
            start = min(problem.column - 1, len(line))
            text.append(f"\n {gutter} | ", "cyan").append(" " * start).append("^" * _width(line[start:]), "bold red")
    if problem.hint:
        text.append("\n   = ", "cyan").append(problem.hint.replace("\n", "\n     "))
    return text


def _line(problem: Problem) -> str | None:
    """The line of the file, tabs as one space so that the mark stands under its character."""
    if problem.file is None or problem.line is None:
        return None
    path = Path(problem.file)
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[problem.line - 1].replace("\t", " ") if 0 < problem.line <= len(lines) else None


def _width(rest: str) -> int:
    """How far the value that starts here goes."""
    found = re.match(r"\"[^\"]*\"|'[^']*'|\$\{[^}]*\}|[^\s,\]}:]+", rest)
    return len(found.group()) if found else 1

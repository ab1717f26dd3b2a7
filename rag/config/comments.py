"""Comments of a YAML text, found between the parser's events, so that a dump can keep them."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["LINES", "Comments"]

LINES = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What the parser counts as line ends."""

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")


class Comments:
    """Hands each comment once: to the first value that begins below it or on its line."""

    def __init__(self, events: list[Any], text: str) -> None:
        self.own: dict[int, str] = {}
        """Comments that have a line to themselves, and empty lines, by line (from 0)."""
        self.beside: dict[int, str] = {}
        """Comments at the end of a line, by line."""
        ends: dict[int, int] = {}
        inside: set[int] = set()
        for event in events:
            if type(event).__name__ != "ScalarEvent":
                continue
            start, end = event.start_mark, event.end_mark
            inside.update(range(start.line + 1, end.line))
            ends[end.line] = max(ends.get(end.line, 0), end.column)
        for number, line in enumerate(LINES.split(text)):
            if number in inside:
                continue
            if not line.strip():
                self.own[number] = ""
            elif found := _COMMENT.search(line, ends.get(number, 0)):
                (self.beside if line[: found.start()].strip() else self.own)[number] = found[0].rstrip()

    def take(self, line: int, *, beside: bool = True) -> tuple[tuple[str, ...], str]:
        """What stands above a line and nobody took yet and, if wanted, the comment at its end."""
        above = sorted(number for comments in (self.own, self.beside) for number in comments if number < line)
        taken = tuple((self.own if number in self.own else self.beside).pop(number) for number in above)
        return taken, self.beside.pop(line, "") if beside else ""

    def rest(self) -> tuple[str, ...]:
        """What stands below everything."""
        lines = self.take(1 << 62)[0]
        while lines and not lines[-1]:
            lines = lines[:-1]
        return lines

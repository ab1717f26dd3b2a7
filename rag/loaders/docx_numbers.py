"""Numbers of numbered paragraphs (ECMA-376, part 1, 17.9): "see section 3.2" needs a 3.2 that is written nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from rag.loaders.xmltree import Element, attribute

__all__ = ["Numbering"]

PLACE = re.compile(r"%([1-9])")
ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


class Level(NamedTuple):
    """How one level of a list is numbered."""

    format: str
    pattern: str
    start: int


@dataclass
class Numbering:
    """Counts through a document. `label` must be asked for every numbered paragraph, in order."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    """Of every abstract list."""
    lists: dict[str, str] = field(default_factory=dict)
    """List to abstract list: lists of the same one count on."""
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Element | None) -> Numbering:
        """From `numbering.xml`."""
        found = cls()
        for node in root.iterfind("{*}abstractNum") if root is not None else ():
            found.levels[attribute(node, "abstractNumId")] = dict(map(_level, node.iterfind("{*}lvl")))
        for node in root.iterfind("{*}num") if root is not None else ():
            name = attribute(node, "numId")
            found.lists[name] = attribute(node.find("{*}abstractNumId"), "val")
            for override in node.iterfind("{*}lvlOverride"):
                if start := attribute(override.find("{*}startOverride"), "val"):
                    found.restarts[name, _int(attribute(override, "ilvl"))] = _int(start)
        return found

    def label(self, name: str, depth: int) -> str:
        """What stands before the next paragraph of this list: `-`, `3.`, `(b)`, or nothing."""
        abstract = self.lists.get(name)
        if abstract is None or name == "0":
            return ""
        levels = self.levels.get(abstract, {})
        level = levels.get(depth, Level("bullet", "", 1))
        counters = self.counters.setdefault(abstract, {})
        restart = self.restarts.pop((name, depth), None)
        counters[depth] = restart if restart is not None else counters.get(depth, level.start - 1) + 1
        for deeper in [other for other in counters if other > depth]:
            del counters[deeper]
        if level.format in {"bullet", "none"}:
            return "-" if level.format == "bullet" else ""
        return PLACE.sub(lambda match: self._number(levels, counters, int(match[1]) - 1), level.pattern)

    def _number(self, levels: dict[int, Level], counters: dict[int, int], depth: int) -> str:
        level = levels.get(depth, Level("decimal", "", 1))
        return _write(counters.get(depth, level.start), level.format)


def _level(node: Element) -> tuple[int, Level]:
    told = {name: attribute(node.find(f"{{*}}{name}"), "val") for name in ("numFmt", "lvlText", "start")}
    start = _int(told["start"]) if told["start"] else 1
    return _int(attribute(node, "ilvl")), Level(told["numFmt"] or "decimal", told["lvlText"], start)


def _int(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _write(number: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"} and 0 < number < 1000:
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif form in {"lowerRoman", "upperRoman"} and 0 < number < 4000:
        text = ""
        for value, letters in ROMAN:
            text += letters * (number // value)
            number %= value
    else:
        text = f"{number:02}" if form == "decimalZero" else str(number)
    return text.upper() if form.startswith("upper") else text

"""Countries that a text names, by name or by what their people are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

__all__ = ["first_nation", "nations"]


def nations(text: str) -> Iterator[tuple[str, int, int]]:
    """The country of each mention, its first character and the one after its last, in order."""
    known = _known()
    for match in _pattern().finditer(text):
        yield known[match[0]], match.start(), match.end()


def first_nation(text: str, beginning: int = 300) -> tuple[str, int, int] | None:
    """What the opening of a text about a thing says of where it is from: `is an American film director`.

    Args:
        text: of a passage; a title of its own line does not count.
        beginning: characters of the opening.
    """
    title, line, _ = text.partition("\n")
    skipped = len(title) + 1 if line and len(title) < 100 else 0
    found = next(nations(text[: skipped + beginning][skipped:]), None)
    return (found[0], found[1] + skipped, found[2] + skipped) if found else None


@cache
def _known() -> dict[str, str]:
    """Every name to the country's own."""
    lines = files(__package__).joinpath("nations.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith("#"):
            names = [name.strip() for name in line.split(";")]
            for name in names:
                found.setdefault(name, names[0])
    return found


@cache
def _pattern() -> re.Pattern[str]:
    """Any name; the longer ones first, so that `South Sudan` is not read as Sudan."""
    names = sorted(_known(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")

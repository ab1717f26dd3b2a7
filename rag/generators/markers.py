"""Citation markers in a text that is still being written."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["Markers"]

_NUMBERS = r"\d{1,3}(?:\s*(?:[,;，、&–-]|and|to)\s*\d{1,3})*"
_MARK = rf"[\[【［]\s*(?:\^|(?:passages?|sources?|documents?|docs?)\s*)?({_NUMBERS})\s*(?:†[^\]】］\n]*)?[\]】］]"
_SCAN = re.compile(rf"(?P<fence>```)|(?P<tick>`)|(?P<line>\n)|(?P<space>[ \t]*)(?P<mark>{_MARK})(?!\()", re.IGNORECASE)
# What may still become a marker, a link or a fence: held back until more has come.
_OPEN = re.compile(rf"(?:(?<!`)`{{1,2}}|[ \t\n]+|[ \t]*[\[【［][^\]】］\n]{{0,60}}|[ \t]*{_MARK})\Z", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*(?:[–-]|to)\s*(\d+)")
_WIDEST = 20
"""Passages that a range like [1-3] may span."""


class Markers:
    """Makes markers regular while a text streams: `[1, 3]`, `【1】【3】` and `[passages 1 and 3]` become `[1][3]`.

    Numbers that no passage has are removed and noted. Code, links and longer numbers (`[2019]`) are left alone. What
    has been given out never changes.

    Args:
        known: how many passages there are.
    """

    def __init__(self, known: int) -> None:
        self.known = known
        self.text = ""
        """All that was given out."""
        self.marks: list[tuple[int, int]] = []
        """Place in `text` and number of every marker, in order."""
        self.removed: list[int] = []
        """Numbers that no passage has."""
        self._held = ""
        self._fenced = self._ticked = False

    def add(self, piece: str) -> str:
        """What can be shown after a further piece of the text."""
        self._held += piece
        still_open = _OPEN.search(self._held)
        cut = still_open.start() if still_open else len(self._held)
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._give(ready)

    def end(self) -> str:
        """What was held back, once nothing more comes. White space at the end is dropped."""
        ready, self._held = self._held.rstrip(), ""
        return self._give(ready)

    def _give(self, ready: str) -> str:
        start = len(self.text)
        if not start:
            ready = ready.lstrip()
        done = 0
        for match in _SCAN.finditer(ready):
            if match["fence"]:
                self._fenced = not self._fenced
            elif match["tick"]:
                self._ticked = not self._ticked
            elif match["line"]:
                self._ticked = False
            elif not (self._fenced or self._ticked):
                self.text += ready[done : match.start()]
                self._mark(match["space"], match["mark"])
                done = match.end()
        self.text += ready[done:]
        return self.text[start:]

    def _mark(self, space: str, mark: str) -> None:
        numbers = list(dict.fromkeys(_numbers(mark)))
        valid = [number for number in numbers if 0 < number <= self.known]
        self.removed += [number for number in numbers if number not in valid]
        if valid:
            self.text += space
        for number in valid:
            self.marks.append((len(self.text), number))
            self.text += f"[{number}]"


def _numbers(mark: str) -> Iterator[int]:
    """Every number of a marker, those inside a range included."""
    mark = re.sub(r"†.*", "", mark)
    for first, last in _RANGE.findall(mark):
        if 0 < int(last) - int(first) < _WIDEST:
            yield from range(int(first), int(last) + 1)
    yield from map(int, re.findall(r"\d+", mark))

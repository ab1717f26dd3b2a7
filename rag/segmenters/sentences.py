"""Sentence boundaries by rule: one scan of one regular expression, then a look at the words beside each stop.

Covers the stops of Latin, Greek, Cyrillic, Armenian, Arabic, Indic, Ethiopic, Khmer, Burmese, Tibetan and East Asian
scripts. Measured in `docs/decisions/segmenters.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.segmenters.abbreviations import (
    AFTER_HOUR,
    BEFORE_NAME,
    BEFORE_NUMBER,
    CAPITAL_ONLY,
    INSIDE,
    MAY_END,
    MONTHS,
    STARTERS,
)

__all__ = ["sentences"]

_STOPS = ".!?…‼⁇⁈⁉"
# Stops that need no space behind them, by block: East Asian, Devanagari, Arabic, Armenian, Ethiopic, Khmer, Burmese,
# Tibetan, Mongolian, Syriac, Javanese and others.
_FULL = "。｡！？।॥؟۔։።፧፨។៕။།༎᠃᠉܀܁܂꧈꧉᙮᭚᭛᪨᪩꓿︒︖︕"
_CLOSE = "\"'”’“‘»)\\]}›」』】〉》）］｝〞*_"
_OPEN = "\"'“‘«([{‹「『【〈《（［„‚¿¡*_—–-"
_BULLETS = "•‣◦▪●○■□➢➤"

_CLOSING = (  # quotes, brackets, a reference like [12] or a footnote's number
    rf"(?:[{_CLOSE}]|\[\d{{1,3}}\]|(?<=[^\W\d]\.|[)”\"]\.)\d{{1,2}}(?=\s))*"
)
_SMILEY = r"(?:[ ]?[:;=]['-]?[()DP]+(?=\s|$))?"
# The class in front is what makes the scan fast; each alternative says by looking back whose mark it is.
_SCAN = re.compile(
    rf"[{_STOPS}{_FULL}．;\u037e:\n){_BULLETS}](?:"
    rf"(?<=[{_STOPS}])(?<![{_STOPS}][{_STOPS}])[{_STOPS}]*+(?P<close>{_CLOSING}{_SMILEY})(?P<stop>\s+|$)"
    rf"|(?<=[{_FULL}])[{_FULL}{_STOPS}]*[{_CLOSE}]*(?P<full>\s*)"
    rf"|(?<=\n)(?P<line>\s*)"
    rf"|(?<=．)[{_CLOSE}]*(?P<wide>\s*)(?!\d)"
    rf"|(?<=[\u0370-\u03ff\u1f00-\u1fff][;\u037e])(?P<greek>\s+|$)"
    rf"|(?<=[\u0531-\u058a]:)(?P<armenian>\s*)(?!\d)"
    rf"|(?<=[^\W_]\))(?P<item>\s)"
    rf"|(?<=\s[{_BULLETS}])(?P<bullet>\s)"
    r")"
)
_ITEM = re.compile(r"(?:[-*+•‣◦▪●○■□➢➤–—]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]|#{1,6}|\|)\s")
_MARK = re.compile(rf"[{_OPEN}{_BULLETS}\s]*(\d{{1,3}}|[a-zA-Z])[.)]+\s")
_DOTTED = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_NEXT = re.compile(rf"[{re.escape(_OPEN)}\s]*([^\s.,;:!?)\]}}\"”’»]*)")
_LEADERS = re.compile(r"[.·…_ ]{4}\s*\d+\s*$")
_NARROW = 40  # characters: nobody wraps prose at less
_RAGGED = 0.8  # share of the line length under which a line end was meant


def sentences(text: str) -> list[tuple[int, int]]:
    """Character spans of the sentences, in order; together they hold every character that is not white space."""
    spans: list[tuple[int, int]] = []
    start = len(text) - len(text.lstrip())
    for match in _SCAN.finditer(text, start):
        if match.start() < start:
            continue
        cut = _DECIDE[match.lastgroup or "full"](text, start, match)
        if cut is None or cut[0] <= start or cut[1] >= len(text):
            continue
        spans.append((start, _trimmed(text, start, cut[0])))
        start = cut[1]
    end = _trimmed(text, start, len(text))
    if start < end:
        spans.append((start, end))
    return spans


Cut = tuple[int, int] | None
"""Where a sentence ends and where the next one starts."""


def _trimmed(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _always(_text: str, _start: int, match: re.Match[str]) -> Cut:
    return match.span(match.lastgroup or 0)


def _full(text: str, start: int, match: re.Match[str]) -> Cut:
    """A stop that needs no space behind it, unless it belongs to a title in 《》."""
    cut = match.span("full")
    near = max(start, cut[0] - 40)
    return cut if text.rfind("《", near, cut[0]) <= text.rfind("》", near, cut[0]) else None


def _bullet(_text: str, _start: int, match: re.Match[str]) -> Cut:
    return match.start(), match.start()


def _item(text: str, start: int, match: re.Match[str]) -> Cut:
    """The `2)` of `1) one 2) two`."""
    return _next_item(text, start, match.start())


def _line(text: str, start: int, match: re.Match[str]) -> Cut:
    """A line end: meant, or only where the paper ended?"""
    end, following = match.start(), match.end()
    if match[0].count("\n") > 1 or following >= len(text) or _ITEM.match(text, following):
        return end, following
    line_start = max(text.rfind("\n", 0, end) + 1, end - 400)
    if _LEADERS.search(text, line_start, end):
        return end, following
    if text[following].islower() or text[following] in ".,;:!?)":
        return None
    line_end = text.find("\n", following, following + 400)
    length = end - line_start
    width = max(length, (line_end if line_end >= 0 else min(len(text), following + 400)) - following)
    word = _NEXT.match(text, following)
    fits = length + 1 + (len(word[0]) if word else 0)
    return (end, following) if width < _NARROW or fits < _RAGGED * width else None


def _stop(text: str, start: int, match: re.Match[str]) -> Cut:
    """A stop with white space behind it."""
    end, following = cut = match.span("stop")
    if following >= len(text) or match["stop"].count("\n") > 1:
        return cut
    follower = text[following]
    if follower in ",;:!?)" or (follower == "." and text[following + 1 : following + 2].isspace()):
        return None
    if text[match.start()] == "." and match.start("close") - match.start() == 1:
        return _full_stop(text, start, match)
    after = _NEXT.match(text, following)
    word = after[1] if after else ""
    dots = match.start("close") - match.start()
    if (dots > 3 and word[:1].isdigit()) or (word[:1].islower() and (follower in "–—" or text[match.start()] in ".…")):
        return None
    return None if word[:1].islower() and match.start("close") < end else cut


def _full_stop(text: str, start: int, match: re.Match[str]) -> Cut:
    """A single full stop with white space behind it."""
    end, following = cut = match.span("stop")
    stop = match.start()
    last = text[max(start, stop - 24) : stop].rsplit(None, 1)[-1] if stop > start else ""
    last = last.lstrip(_OPEN).rpartition("'")[2].rpartition("’")[2]
    if last.isdigit() or len(last) == 1:
        near = max(start, stop - len(last) - 8)
        before = text[near : stop - len(last)].strip(_OPEN + _BULLETS + " \n")
        if before[-1:] == ":" or (not before and near == start):
            return None  # an item's number or letter
        if item := _next_item(text, start, stop):
            return item
    if "\n" in match["stop"] and _ITEM.match(text, following):
        return cut
    after = _NEXT.match(text, following)
    word = after[1] if after else ""
    if match.start("close") < end:
        cited = text[following] == "(" and text[end - 1] in '"”’»“'
        return None if cited or word[:1].islower() else cut
    return cut if _word_ends(last, word) else None


def _next_item(text: str, start: int, mark: int) -> Cut:
    """The cut in front of the number or letter that ends at `mark`, where it continues the list the sentence is in."""
    first = _MARK.match(text, start)
    begin = mark
    while begin > start and text[begin - 1].isalnum():
        begin -= 1
    if first is None or begin <= first.end():
        return None
    was, now = first[1], text[begin:mark]
    if now.isdecimal() and was.isdecimal():
        follows = len(now) <= 3 and int(now) == int(was) + 1
    else:
        follows = len(now) == len(was) == 1 and ord(now) == ord(was) + 1
    if not follows or text[begin - 1] not in " \n\t(":
        return None
    begin -= text[begin - 1] == "("
    return begin, begin


def _word_ends(last: str, word: str) -> bool:
    """Whether a sentence ends after the word `last` and its full stop when `word` comes next."""
    key = last.lower()
    plain = key in CAPITAL_ONLY and last[:1].islower()
    numbered = key in BEFORE_NUMBER
    if not plain and (key in BEFORE_NAME or key in INSIDE or (numbered and word[:1].isdigit())):
        ends = False
    elif word[:1].islower():
        ends = len(key) > 3 and key.isalpha() and not (plain or numbered or key in MAY_END)
    elif key.isdigit():
        ends = word.lower() not in MONTHS
    elif key in ("a.m", "p.m"):
        ends = word.lower() not in AFTER_HOUR and not word.isupper()
    elif key in MAY_END or _DOTTED.fullmatch(key) or (len(key) == 1 and key.isalpha()):
        ends = word == "I" or (len(word) > 1 and word.lower() in STARTERS)
    else:
        ends = True
    return ends


_DECIDE: dict[str, Callable[[str, int, re.Match[str]], Cut]] = {
    "stop": _stop,
    "line": _line,
    "full": _full,
    "wide": _always,
    "greek": _always,
    "armenian": _always,
    "item": _item,
    "bullet": _bullet,
}

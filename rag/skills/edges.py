"""Edges of an answer: the signs that belong to its first and its last word.

A trained reader learnt from answers whose signs nobody missed (SQuAD's F1 ignores them), so it is careless with them.
"""

from __future__ import annotations

import re

__all__ = ["whole"]

_NEAR = 40
"""Characters on either side of a span that are looked at."""
_LONG = 500
"""Characters behind its beginning that an address may have."""
_NESTED = 3
"""Pairs within one another that are looked at."""
_SPACE = "[ \u00a0\u202f]"
_CODE = "(?:AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|INR|JPY|KRW|MXN|NOK|NZD|PLN|SEK|SGD|TRY|USD|ZAR)"
_BEFORE_NUMBER = re.compile(
    rf"(?:^|(?<=[\s(\[{{\"'“„«=:]))(?:[~≈±<>≤≥+\-−]{{0,2}}(?:(?:§{{1,2}}|[#№$€£¥₹]){_SPACE}?|{_CODE}{_SPACE})?[~±+\-−]?)$"
)
_BEFORE_WORD = re.compile(r"(?:^|(?<=[\s(\[{\"'“„«=:]))(?:\.|#|@|/|~/|\$|--)$")
_BEHIND_NUMBER = re.compile(
    rf"{_SPACE}?(?:%|‰|°(?:{_SPACE}?[CFKR]\b)?|[€£¥₹$](?!\d)|[″′](?!\w)|{_CODE}\b(?!{_SPACE}?\d))|\+(?!\w)|(?<=°){_SPACE}?[CFKR]\b"
)
_BEHIND_WORD = re.compile(r"(?:\+\+?|#)(?!\w)")
_ENDS_IN_NUMBER = re.compile(rf"(?:\d|°|\d{_SPACE}?(?:thousand|million|billion|trillion|[kKmM]|bn))$")
_TELEPHONE = re.compile(rf"(?:\(\+|\+\(?)\d(?:[().\-/]?{_SPACE}?[().\-/]?\d){{5,}}")
_ADDRESS = re.compile(r"\b(?:https?|ftp)://[^\s<>\"]*[^\s<>\"().,;:]")
_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "„": "“", "«": "»", "‘": "’"}


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The span `text[start:end]` with the signs that belong to it, and without half a pair of brackets or quotes.

    `49 30 12345` is of `+49 30 12345`, `//a.org` of `https://a.org`, `5` of `-5 °C`, `12` of `§ 12`, `C` of `C++` and
    `a "b` of `a "b"`. Nothing else is taken in: no word, no comma, no pair of which the span has neither half.
    """
    start, end = _telephone(text, *_address(text, start, end))
    start, end = _signs(text, start, end)
    return _pairs(text, start, end)


def _address(text: str, start: int, end: int) -> tuple[int, int]:
    """What begins with the `//` of an address is the address."""
    if not text.startswith("//", start):
        return start, end
    first = max(0, start - _NEAR)
    for found in _ADDRESS.finditer(text, first, end + _LONG):
        if found.start() <= start and end <= found.end():
            return found.span()
    return start, end


def _telephone(text: str, start: int, end: int) -> tuple[int, int]:
    """A part of an international telephone number is the number."""
    if sum(map(str.isdecimal, text[start:end])) < 5:
        return start, end
    first = max(0, start - _NEAR)
    for found in _TELEPHONE.finditer(text, first, end + _NEAR):
        if found.start() <= start and end <= found.end():
            return found.span()
    return start, end


def _signs(text: str, start: int, end: int) -> tuple[int, int]:
    if start == end:
        return start, end
    before = text[max(0, start - _NEAR) : start]
    first = text[start]
    lead = None
    if first.isdecimal() or first in "$€£¥₹.":
        lead = _BEFORE_NUMBER.search(before)
    elif first.isalpha():
        lead = _BEFORE_WORD.search(before)
    number = _ENDS_IN_NUMBER.search(text, max(start, end - _NEAR), end)
    tail = (_BEHIND_NUMBER if number else _BEHIND_WORD).match(text, end) if number or text[end - 1].isalnum() else None
    return start - (len(lead.group()) if lead else 0), tail.end() if tail else end


def _pairs(text: str, start: int, end: int) -> tuple[int, int]:
    """Takes in the other half of a pair that stands beside the span; drops a half that the span begins or ends on."""
    for _ in range(_NESTED):
        if start >= end:
            break
        opened, closed = _unmatched(text[start:end])
        if opened and text[end : end + 1] == opened[-1]:
            end += 1
        elif opened and text[start] in _PAIRS and _PAIRS[text[start]] in opened:
            start += 1
        if closed and start and _PAIRS.get(text[start - 1]) == closed[0]:
            start -= 1
        elif closed and text[end - 1] == closed[-1]:
            end -= 1
        start, end = _straight(text, start, end)
    return start, end


def _unmatched(span: str) -> tuple[list[str], list[str]]:
    """The closing halves that are wanted, and those that nothing opened; in their order."""
    wanted: list[str] = []
    spare: list[str] = []
    for place, sign in enumerate(span):
        if sign == "’" and "’" not in wanted:
            continue  # an apostrophe
        if wanted and sign == wanted[-1]:
            wanted.pop()
        elif sign in _PAIRS:
            wanted.append(_PAIRS[sign])
        elif sign in ")]}”»" and not (sign == ")" and _enumerates(span, place)):
            spare.append(sign)
    return wanted, spare


def _enumerates(span: str, place: int) -> bool:
    """Whether a closing bracket is that of `a) ... b) ...`."""
    return bool(re.search(r"(?:^|\s)\w{1,2}$", span[:place]))


def _straight(text: str, start: int, end: int) -> tuple[int, int]:
    """The same for `"`, whose halves look alike: by what stands beside them."""
    span = text[start:end]
    if span.count('"') % 2 == 0:
        return start, end
    first, last = start + span.index('"'), start + span.rindex('"')
    if first > start and not text[first - 1].isspace() and text[start - 1 : start] == '"':
        return start - 1, end
    if last < end - 1 and not text[last + 1].isspace() and text[end : end + 1] == '"':
        return start, end + 1
    if first == start and first == last:
        return (start, end + 1) if text[end : end + 1] == '"' else (start + 1, end)
    if last == end - 1 and first == last and not text[last - 1].isdecimal():
        return (start - 1, end) if text[start - 1 : start] == '"' else (start, end - 1)
    return start, end

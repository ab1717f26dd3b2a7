"""What the cells of a column hold: numbers with their unit, dates, or yes and no.

A column is read as a whole or not at all: one cell that is no number, or has another unit, and it holds no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

__all__ = [
    "Flags",
    "Moments",
    "Numbers",
    "are_plain_numbers",
    "dates_of",
    "flags_of",
    "is_missing",
    "may_be_numbers",
    "number_of",
    "numbers_of",
    "plain_unit",
]

_MISSING = frozenset(
    ["", "-", "–", "—", "--", "n/a", "na", "n.a.", "nan", "null", "none", "unknown", "?", "n/k", "tbd", "tba", "nil"]
)
_TIMES = {
    **dict.fromkeys(("k", "K", "thousand"), Decimal(1000)),
    **dict.fromkeys(("M", "mn", "mio", "million"), Decimal(1_000_000)),
    **dict.fromkeys(("B", "bn", "billion"), Decimal(1_000_000_000)),
}
_MONEY = r"(?:US|CA|AU|A|C)?\$|[€£¥₹]|EUR|USD|GBP|CHF|SEK|NOK|DKK|JPY|CNY|INR|PLN|CZK|AUD|CAD|Rs\.?"
_NUMBER = re.compile(
    rf"(?P<sign>[-+−]?)\s*(?P<before>{_MONEY})?\s*(?P<inner>[-−]?)\s*"
    r"(?P<digits>\d+(?:[.,'’\u00a0\u202f ]\d+)*)\s*"
    rf"(?P<times>(?:{'|'.join(_TIMES)})(?![^\W\d_]))?\s*(?P<unit>(?:[^\d\s\W_]|[%°€$£¥²³])(?:[^\d:;,<>]{{0,18}}[23]?))?"
)
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_POWER = re.compile(r"-?[0-9](?:\.[0-9]+)?[eE][-+]?[0-9]{1,3}")
_ONE = Decimal(1)
_SPACED = re.compile(r"\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d+)?")
_GROUPED = {mark: re.compile(rf"[1-9]\d{{0,2}}(?:\{mark}\d{{3}})+") for mark in ",."}
_MARKS = {"yes": True, "no": False, "true": True, "false": False, "y": True, "n": False, "✓": True, "✔": True}
_MARKS |= {"✅": True, "✗": False, "✘": False, "❌": False, "x": True, "included": True, "not included": False}
_ONE_SIDED = frozenset(["✓", "✔", "✅", "x"])
"""Marks beside which an empty cell says no."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
_MONTH += r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})[-/](?P<month>\d\d)[-/](?P<day>\d\d)(?:[ T](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.\d+)?Z?)?",
        r"(?P<year>\d{4})[-/](?P<month>\d\d)",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)? {_MONTH},? (?P<year>\d{{4}})",
        rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
        rf"{_MONTH} (?P<year>\d{{4}})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
        r"(?P<one>\d{1,2})/(?P<two>\d{1,2})/(?P<year>\d{4})",
    )
)
_SAMPLE = 50
_MOST_MARKS = 5
"""Different cells of a column of yes and no, the empty one and capitals among them."""
_MOST_MISSING = 0.5
"""Share of a column's cells that may be empty."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers."""

    values: Sequence[Decimal | None]
    """None where a cell is empty."""
    unit: str
    """Of all of them; empty where they have none."""
    before: bool
    """Whether the unit stands before the number."""
    decimal: str
    """The mark before decimals."""
    places: int
    """Decimals that a number has at most."""


@dataclass(frozen=True, slots=True)
class Moments:
    """A column of dates."""

    values: Sequence[tuple[int, int, int, str] | None]
    """Year, month, day (0 where the cells have none), time of day."""


@dataclass(frozen=True, slots=True)
class Flags:
    """A column of yes and no."""

    values: Sequence[bool | None]


class _Digits(NamedTuple):
    negative: bool
    digits: str
    times: Decimal
    unit: str
    before: bool


def is_missing(cell: str) -> bool:
    """Whether a cell says nothing."""
    return cell.strip().casefold() in _MISSING


def plain_unit(unit: str) -> str:
    """A unit as it compares: `Rooms` and `room` are the same."""
    told = unit.strip().strip(".").casefold()
    told = {"eur": "€", "euro": "€", "euros": "€", "usd": "$", "dollar": "$", "dollars": "$", "gbp": "£"}.get(
        told, told
    )
    return told[:-1] if len(told) > 3 and told.endswith("s") else told


def numbers_of(cells: Sequence[str]) -> Numbers | None:
    """A column's numbers; None where some cell is none, units differ, or `1.200` may be one or the other."""
    read: dict[str, _Digits | None] = {}
    for cell in dict.fromkeys(cells):
        one = read[cell] = None if is_missing(cell) else _digits(cell)
        if one is None and not is_missing(cell):
            return None
    there = [one for one in read.values() if one is not None]
    if not there or not _full(cells, read) or len({plain_unit(one.unit) for one in there}) > 1:
        return None
    decimal = _decimal_mark({one.digits for one in there})
    if decimal is None:
        return None
    values = {cell: None if one is None else _value(one, decimal) for cell, one in read.items()}
    places = max((len(one.digits.partition(decimal)[2]) for one in there if one.times == 1), default=0)
    return Numbers([values[cell] for cell in cells], there[0].unit, there[0].before, decimal, places)


def may_be_numbers(cells: Sequence[str]) -> bool:
    """Whether the first cells that say anything are numbers."""
    some = list(islice((cell for cell in cells if not is_missing(cell)), _SAMPLE))
    return bool(some) and all(_digits(cell) is not None for cell in some)


def are_plain_numbers(different: Iterable[str]) -> bool:
    """Whether cells are digits, with a sign and a decimal point perhaps, or say nothing."""
    return all(_PLAIN.fullmatch(cell) or is_missing(cell) for cell in different)


def _full(cells: Sequence[str], read: Mapping[str, object]) -> bool:
    """Whether enough cells say anything."""
    nothing = {cell for cell, one in read.items() if one is None}
    return sum(map(nothing.__contains__, cells)) <= len(cells) * _MOST_MISSING


def number_of(text: str) -> tuple[Decimal, str] | None:
    """A number of a question, with its unit; None where it is none, or may be read in two ways."""
    one = _digits(text)
    decimal = _decimal_mark({one.digits}) if one is not None else None
    return (_value(one, decimal), one.unit) if one is not None and decimal is not None else None


def _digits(cell: str) -> _Digits | None:
    if _PLAIN.fullmatch(cell):
        return _Digits(cell[0] == "-", cell.lstrip("-"), _ONE, "", False)
    told = cell.strip()
    if _POWER.fullmatch(told):
        return _Digits(told[0] == "-", f"{abs(Decimal(told)):f}", _ONE, "", False)
    bracketed = told.startswith("(") and told.endswith(")")
    match = _NUMBER.fullmatch(told[1:-1].strip() if bracketed else told)
    if match is None:
        return None
    digits = match["digits"]
    if re.search(r"[ '’\u00a0\u202f]", digits):
        if not _SPACED.fullmatch(digits):
            return None
        digits = re.sub(r"[ '’\u00a0\u202f]", "", digits)
    negative = bracketed or "-" in (match["sign"] + match["inner"]).replace("−", "-")
    unit = f"{match['before'] or ''} {match['unit'] or ''}".strip()
    return _Digits(negative, digits, _TIMES.get(match["times"] or "", Decimal(1)), unit, bool(match["before"]))


def _decimal_mark(written: set[str]) -> str | None:
    """The mark before decimals, by all numbers of a column; None where they contradict each other or leave it open."""
    told: set[str] = set()
    open_dots = False
    for digits in written:
        commas, dots = digits.count(","), digits.count(".")
        if commas and dots:
            told.add("," if digits.rfind(",") > digits.rfind(".") else ".")
        elif commas:
            grouped = bool(_GROUPED[","].fullmatch(digits))
            if not grouped and commas > 1:
                return None
            told |= {"."} if commas > 1 else set() if grouped else {","}
        elif dots:
            grouped = bool(_GROUPED["."].fullmatch(digits))
            if not grouped and dots > 1:
                return None
            told |= {","} if dots > 1 else set() if grouped else {"."}
            open_dots |= grouped and dots == 1
    if len(told) > 1 or (not told and open_dots):
        return None
    return told.pop() if told else "."


def _value(one: _Digits, decimal: str) -> Decimal:
    plain = one.digits.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    value = Decimal(plain) * one.times
    return -value if one.negative else value


def dates_of(cells: Sequence[str]) -> Moments | None:
    """A column's dates, all in one form; None where some cell is none, or `03/04/2020` may be one or the other."""
    first_cell = next((cell.strip() for cell in cells if not is_missing(cell)), "")
    form = next((form for form in _FORMS if form.fullmatch(first_cell)), None)
    if form is None:
        return None
    found: dict[str, re.Match[str] | None] = {}
    for cell in dict.fromkeys(cells):
        match = found[cell] = None if is_missing(cell) else form.fullmatch(cell.strip())
        if match is None and not is_missing(cell):
            return None
    if not _full(cells, found):
        return None
    first = ""
    if "one" in form.groupindex:
        over = {name for match in found.values() if match for name in ("one", "two") if int(match[name]) > 12}
        if len(over) != 1:
            return None
        first = "one" if over == {"one"} else "two"
    values = {cell: None if match is None else _moment(match, first) for cell, match in found.items()}
    if any(value is not None and not (value[1] <= 12 and value[2] <= 31) for value in values.values()):
        return None
    return Moments([values[cell] for cell in cells])


def _moment(match: re.Match[str], day_in: str) -> tuple[int, int, int, str]:
    told = match.groupdict()
    if day_in:
        month = int(told["two" if day_in == "one" else "one"])
        return int(told["year"]), month, int(told[day_in]), ""
    month = _MONTHS.index(told["name"][:3].lower()) + 1 if told.get("name") else int(told["month"])
    return int(told["year"]), month, int(told.get("day") or 0), told.get("time") or ""


def flags_of(cells: Sequence[str]) -> Flags | None:
    """A column's yes and no; None where a cell says anything else."""
    if len(set(islice(cells, _SAMPLE))) > _MOST_MARKS:
        return None
    told = [cell.strip().casefold() for cell in cells]
    kinds = {cell for cell in told if cell not in _MISSING}
    if kinds == {"0", "1"}:
        return Flags([None if cell in _MISSING else cell == "1" for cell in told])
    if not kinds or not kinds <= _MARKS.keys():
        return None
    if len(kinds) == 1 and not (kinds <= _ONE_SIDED and len(told) > sum(cell in kinds for cell in told)):
        return None
    empty = False if kinds <= _ONE_SIDED else None
    if "x" in kinds and kinds != {"x"}:
        return None
    return Flags([empty if cell in _MISSING else _MARKS[cell] for cell in told])

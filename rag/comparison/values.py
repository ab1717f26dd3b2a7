"""Dates and numbers in a few words of text, as values that can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Date", "Dated", "dates", "earlier", "life", "number"]

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]}|t)?\\.?" if month != "may" else "may" for month in _MONTHS)
_YEAR = r"(?P<year{0}>\d{{3,4}})(?!\d|,\d{{3}}| ?(?:km|m|ft|miles|metres|meters)\b)"
_DATE = re.compile(
    rf"(?<![\d,.])(?:(?:(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?(?P<month1>{_MONTH}),? {_YEAR.format(1)}|"
    rf"(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,? {_YEAR.format(2)}|"
    rf"(?P<year3>\d{{4}})-(?P<month3>\d{{2}})-(?P<day3>\d{{2}})|{_YEAR.format(4)})(?P<era> ?(?:BC|BCE|B\.C\.))?",
    re.IGNORECASE,
)


_CENTURY = re.compile(
    r"\b(?:(?P<part>early|mid|late)[ -])?(?:the )?(?P<number>\d{1,2})(?:st|nd|rd|th)[ -]century\b|"
    r"\b(?:(?P<share>early|mid|late)[ -])?(?P<decade>\d{3}0)s\b",
    re.IGNORECASE,
)
_THIRDS = {"early": (0.0, 0.34), "mid": (0.33, 0.67), "late": (0.66, 1.0), None: (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Date:
    """A day, a month, a year or some years; None where the text does not say."""

    year: int
    month: int | None = None
    day: int | None = None
    last: int | None = None
    """The last of some years: 1900 of the 19th century."""

    @property
    def age(self) -> float:
        """Years since the beginning of the common era; in the middle of what is not said."""
        month = 6.5 if self.month is None else self.month - 1 + ((self.day or 15.5) - 1) / 31
        return (self.year + (self.last or self.year)) / 2 + month / 12


Dated = tuple[Date, int, int]
"""A date, its first character and the one after its last."""


def dates(text: str) -> list[Dated]:
    """The dates of a text, in order."""
    found = [(_read(match), match.start(), match.end()) for match in _DATE.finditer(text)]
    for match in _CENTURY.finditer(text):
        low, high = _THIRDS[(match["part"] or match["share"] or "").lower() or None]
        first, span = (int(match["decade"]), 9) if match["decade"] else (int(match["number"]) * 100 - 99, 99)
        years = Date(first + round(span * low), last=first + round(span * high))
        found = [one for one in found if one[2] <= match.start() or one[1] >= match.end()]
        found.append((years, match.start(), match.end()))
    return sorted(found, key=lambda one: one[1])


def _read(match: re.Match[str]) -> Date:
    parts = match.groupdict()
    year = int(next(filter(None, (parts[f"year{form}"] for form in (1, 2, 3, 4)))))
    named = parts["month1"] or parts["month2"]
    month = _number_of(named) if named else int(parts["month3"]) if parts["month3"] else None
    day = next((int(parts[key]) for key in ("day1", "day2", "day3") if parts[key]), None)
    return Date(-year if parts["era"] else year, month, day)


def _number_of(month: str) -> int:
    short = month.lower()[:3]
    return next(place for place, name in enumerate(_MONTHS, 1) if name.startswith(short))


_BEGINNING = 400
"""Characters of a passage in which a life's dates stand."""
_TO = re.compile(r"[^\S\n]*[–—-][^\S\n]*(?:(?:c\.|ca\.|circa|died) )?")


def life(text: str) -> tuple[Dated, Dated] | None:
    """Birth and death as they stand at the beginning of what is written of a person: `(2 May 1900 – 3 June 1980)`."""
    found = dates(text[:_BEGINNING])
    for one, other in pairwise(found):
        if _TO.fullmatch(text, one[2], other[1]) and one[0].age < other[0].age:
            return one, other
    return None


def earlier(one: Date, other: Date) -> bool | None:
    """Whether one is before the other; None where what both say does not tell."""
    if one.last or other.last:
        if (one.last or one.year) < other.year:
            return True
        return False if (other.last or other.year) < one.year else None
    for mine, theirs in ((one.year, other.year), (one.month, other.month), (one.day, other.day)):
        if mine is None or theirs is None:
            return None
        if mine != theirs:
            return mine < theirs
    return None


_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_NAMED = {
    **{word: float(value) for value, word in enumerate(_WORDS)},
    **{"once": 1.0, "twice": 2.0, "single": 1.0, "solo": 1.0, "duo": 2.0, "trio": 3.0, "quartet": 4.0, "quintet": 5.0},
    **{"sextet": 6.0, "no": 0.0, "hundred": 100.0, "dozen": 12.0},
}
_TIMES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_METRES = {
    "m": 1.0, "metre": 1.0, "meter": 1.0, "km": 1e3, "kilometre": 1e3, "kilometer": 1e3, "ft": 0.3048, "foot": 0.3048,
    "feet": 0.3048, "mi": 1609.344, "mile": 1609.344, "cm": 0.01, "in": 0.0254, "inch": 0.0254, "yard": 0.9144,
}  # fmt: skip
_KILOGRAMS = {
    **dict.fromkeys(("kg", "kilogram", "kilo"), 1.0), **dict.fromkeys(("g", "gram"), 1e-3), "mg": 1e-6,
    **dict.fromkeys(("tonne", "ton"), 1e3), "lb": 0.45359237,
}  # fmt: skip
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
_MONEY = (("dollar", "usd"), ("euro", "eur"), ("krona", "kronor", "sek"), ("yen", "jpy"), ("franc", "chf"), ("gbp",))
_SCALES = (
    *(("m", _METRES), ("kg", _KILOGRAMS), ("day", _DAYS)),
    *((money[0], dict.fromkeys(money, 1.0)) for money in _MONEY),
)
"""Units that compare with one another; what is in none compares with anything in none."""
_UNITS = {unit: (name, scale) for name, units in _SCALES for unit, scale in units.items()}
_NUMBER = re.compile(rf"(?P<digits>\d[\d,]*(?:\.\d+)?)|\b(?P<named>{'|'.join(_NAMED)})\b", re.IGNORECASE)
_BEHIND = re.compile(rf"\s*-?\s*(?:(?P<times>{'|'.join(_TIMES)})\b)?\s*(?P<unit>[a-z]+)?", re.IGNORECASE)


def number(text: str) -> tuple[float, str] | None:
    """The first number of a text and its unit: `m` for any length, `kg`, `day`, a currency, else empty.

    None where there is none.
    """
    match = _NUMBER.search(text)
    if match is None:
        return None
    digits = match["digits"]
    value = float(digits.replace(",", "")) if digits else _NAMED[match["named"].lower()]
    behind = _BEHIND.match(text, match.end())
    times, unit = (behind["times"], behind["unit"]) if behind else (None, None)
    value *= _TIMES.get((times or "").lower(), 1.0)
    unit = (unit or "").lower()
    name, scale = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"), ("", 1.0))
    return value * scale, name

"""One way of writing what is written in several: dates, units, countries. English."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["canonical"]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
_CUT = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
_SHORT = re.compile(rf"\b{_CUT}(?= \d)|(?<=\d ){_CUT}")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_UNITS = {
    "kilometer": r"kms?|kilometres?|kilometers",
    "meter": r"m|metres?|meters",
    "centimeter": r"cm|centimetres?|centimeters",
    "millimeter": r"mm|millimetres?|millimeters",
    "foot": r"ft|feet",
    "inch": r"inches",
    "mile": r"mi|miles",
    "kilogram": r"kgs?|kilograms|kilogrammes?|kilos?",
    "pound": r"lbs?|pounds",
    "gram": r"g|grams|grammes?",
    "miles per hour": r"mph",
    "kilometers per hour": r"km/h|kph|kmh",
    "percent": r"%|per ?cent",
    "degree celsius": r"°C|degrees? (?:C\b|[cC]elsius|[cC]entigrade)",
    "degree fahrenheit": r"°F|degrees? (?:F\b|[fF]ahrenheit)",
    "million": r"m(?:illi)?on|mn|mil\.?",
    "billion": r"bn|billions",
    "litre": r"lit(?:re|er)s?",
    "hour": r"hrs?|hours",
    "minute": r"mins?|minutes",
    "second": r"secs?|seconds",
    "day": "days",
    "week": "weeks",
    "month": "months",
    "year": r"yrs?|years",
    "time": "times",
}
"""Behind a number: what is written, and as what."""
_STATES = (
    r"\bU\.? ?S\.? ?A\b\.?|\bU\. ?S\.(?= |,|$)|\bUS\b"
    r"|\b(?:[Tt]he )?[Uu]nited [Ss]tates(?: [Oo]f [Aa]merica)?\b"
)
_KINGDOM = r"\bU\.K\.(?= |,|$)|\bUK\b|\b(?:[Tt]he )?[Uu]nited [Kk]ingdom\b|\bGreat Britain\b"
_NAMES = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (_STATES, "United States"),
        (_KINGDOM, "United Kingdom"),
        (r"\bNYC\b", "New York City"),
        (r"\bD\. ?C\.", "DC"),
        (r"\bSt\. (?=[A-Z])", "Saint "),
        (r"\bMt\. (?=[A-Z])", "Mount "),
        (" & ", " and "),
    )
)
_UNIT = re.compile(
    rf"(?<=\d)[ -]?(?:{'|'.join(f'(?P<u{place}>{forms})' for place, forms in enumerate(_UNITS.values()))})(?![\w/])"
)
_FULL = tuple(_UNITS)
_FEET = re.compile(r"(\d)\s?['’′]\s?(\d{1,2})\s?(?:[\"”″]|'')")
_INCHES = re.compile(r"(?<=foot )(\d{1,2}) ?in\b")
_MONEY = re.compile(r"([$£€]) ?(\d+(?:[.,]\d+)*(?: ?(?:million|billion|trillion|thousand|m|bn)\b)?)")
_COINS = {"$": "dollars", "£": "pounds", "€": "euros"}


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Dates as `May 3, 1999`, units in full and in the singular, `United States` for `U.S.`, `5 dollars` for `$5`."""
    text = _ISO.sub(lambda found: _date(found[0], found[1], found[2], found[3]), text)
    text = _DOTTED.sub(lambda found: _dotted(found[0], found[1], found[2], found[3]), text)
    text = _SHORT.sub(lambda found: next(month for month in _MONTHS if month[:3] == found[0][:3]), text)
    text = _FEET.sub(r"\1 foot \2 inch", text)
    text = _MONEY.sub(lambda found: f"{found[2]} {_COINS[found[1]]}", text)
    text = _UNIT.sub(lambda found: f" {_FULL[int((found.lastgroup or 'u0')[1:])]}", text)
    text = _INCHES.sub(r"\1 inch", text)
    for pattern, name in _NAMES:
        text = pattern.sub(name, text)
    return text


def _date(whole: str, year: str, month: str, day: str) -> str:
    valid = 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    return f"{_MONTHS[int(month) - 1]} {int(day)}, {year}" if valid else whole


def _dotted(whole: str, first: str, second: str, year: str) -> str:
    """Day first, as most of the world writes it, unless that is no date."""
    return _date(whole, year, first, second) if int(second) > 12 else _date(whole, year, second, first)

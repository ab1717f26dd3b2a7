"""English words that say what is to be done with tables, columns and values."""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "AGGREGATES",
    "COMPARISONS",
    "CONCEPTS",
    "GENERIC",
    "MORE",
    "NUMBERS",
    "PHRASES",
    "SILENT",
    "SUPERLATIVES",
    "SYNONYMS",
    "VERBS",
]

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "zero": 0, "once": 1, "twice": 2, "fifteen": 15, "twenty": 20, "hundred": 100,
    "thousand": 1000, "million": 1_000_000,
}  # fmt: skip

AGGREGATES = {
    "average": "avg", "mean": "avg", "avg": "avg", "maximum": "max", "max": "max", "minimum": "min", "min": "min",
    "total": "sum", "sum": "sum", "combined": "sum", "overall": "sum",
}  # fmt: skip

CONCEPTS = {
    "age": ("age",),
    "birth": ("birth", "born", "birthday", "dob"),
    "date": ("date", "time", "year", "day", "registered", "founded", "opened", "released", "launched", "since"),
    "year": ("year", "date", "founded", "opened", "released", "launched"),
    "length": ("length", "duration", "distance", "time", "seconds", "minutes", "ft", "km", "miles"),
    "height": ("height", "elevation", "tall"),
    "weight": ("weight", "mass"),
    "price": ("price", "cost", "fee", "fare", "rate", "charge", "amount"),
    "speed": ("speed", "mph", "velocity"),
    "size": ("size", "area", "capacity", "population"),
    "worth": ("worth", "money", "wealth", "income", "salary"),
}
"""What an adjective is about: words of the columns that hold it."""

SUPERLATIVES: dict[str, tuple[tuple[tuple[str, bool], ...], bool]] = {
    # word: what it may be about and whether the highest value is meant there; and the same for a column that is named
    "most": ((), True), "highest": ((), True), "largest": ((("size", True),), True), "greatest": ((), True),
    "biggest": ((("size", True),), True), "top": ((), True), "best": ((), True), "least": ((), False),
    "lowest": ((), False), "smallest": ((("size", False),), False), "fewest": ((), False), "worst": ((), False),
    "youngest": ((("age", False), ("birth", True)), False),
    "maximum": ((), True), "max": ((), True), "minimum": ((), False), "min": ((), False),
    "oldest": ((("age", True), ("birth", False), ("year", False)), True),
    "eldest": ((("age", True), ("birth", False)), True),
    "earliest": ((("date", False), ("birth", False)), False),
    "latest": ((("date", True), ("birth", True)), True), "newest": ((("date", True),), True),
    "recent": ((("date", True),), True),
    "longest": ((("length", True),), True), "shortest": ((("length", False), ("height", False)), False),
    "tallest": ((("height", True), ("length", True)), True), "heaviest": ((("weight", True),), True),
    "lightest": ((("weight", False),), False), "cheapest": ((("price", False),), False),
    "expensive": ((("price", True),), True), "fastest": ((("speed", True),), True),
    "slowest": ((("speed", False),), False), "richest": ((("worth", True),), True),
    "poorest": ((("worth", False),), False),
}  # fmt: skip

COMPARISONS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    # phrase: the operator, and what it may be about with the operator there
    "more than": (">", ()), "greater than": (">", ()), "larger than": (">", (("size", ">"),)), "higher than": (">", ()),
    "bigger than": (">", ()), "above": (">", ()), "over": (">", ()), "exceeding": (">", ()), "exceeds": (">", ()),
    "exceed": (">", ()), "beyond": (">", ()), "better than": (">", ()),
    "less than": ("<", ()), "fewer than": ("<", ()), "smaller than": ("<", (("size", "<"),)), "lower than": ("<", ()),
    "below": ("<", ()), "under": ("<", ()), "at least": (">=", ()), "no less than": (">=", ()),
    "no fewer than": (">=", ()), "minimum of": (">=", ()), "at most": ("<=", ()), "no more than": ("<=", ()),
    "up to": ("<=", ()), "older than": (">", (("age", ">"), ("birth", "<"))),
    "younger than": ("<", (("age", "<"), ("birth", ">"))), "heavier than": (">", (("weight", ">"),)),
    "lighter than": ("<", (("weight", "<"),)), "longer than": (">", (("length", ">"),)),
    "shorter than": ("<", (("length", "<"), ("height", "<"))), "taller than": (">", (("height", ">"),)),
    "faster than": (">", (("speed", ">"),)), "cheaper than": ("<", (("price", "<"),)),
    "later than": (">", (("date", ">"),)), "earlier than": ("<", (("date", "<"),)), "after": (">", (("date", ">"),)),
    "before": ("<", (("date", "<"),)), "since": (">=", (("date", ">="),)), "equal to": ("=", ()), "equals": ("=", ()),
    "exactly": ("=", ()), "other than": ("!=", ()), "not equal to": ("!=", ()), "different from": ("!=", ()),
    "except for": ("!=", ()), "except": ("!=", ()), "between": ("between", ()),
}  # fmt: skip

MORE = {
    "more": ">=",
    "larger": ">=",
    "smaller": "<=",
    "greater": ">=",
    "higher": ">=",
    "older": ">=",
    "less": "<=",
    "fewer": "<=",
    "lower": "<=",
}
"""Behind a number and `or`: `3 or more`."""


def _listed() -> dict[str, list[str]]:
    """The lists of `words.txt` by their heads."""
    told: dict[str, str] = {}
    head = ""
    for line in Path(__file__).with_name("words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            told[head] += f" {line.strip()}"
        elif line.endswith(":"):
            head = line[:-1]
            told[head] = ""
    return {head: [word.strip() for word in words.split(",")] for head, words in told.items()}


_LISTS = _listed()
_DETAILS: dict[str, object] = {"falling": True, "rising": False}

SILENT = frozenset(_LISTS.pop("silent"))
"""Words that need not stand for anything in a query."""
VERBS = frozenset(_LISTS.pop("verbs"))
"""Verbs that say no more than that rows of two tables belong together."""
GENERIC = frozenset(_LISTS.pop("generic"))
"""Words that say too little of a column by themselves."""
PHRASES: dict[str, tuple[str, object]] = {
    phrase: (kind, _DETAILS.get(detail, detail or None))
    for head, phrases in _LISTS.items()
    for kind, _, detail in [head.partition(" ")]
    for phrase in phrases
}
"""Phrases with the kind of their tag and what they say beside it."""

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("sex", "gender"), ("country", "nation", "nationality", "citizenship"), ("city", "town"),
    ("phone", "telephone", "mobile"), ("last name", "surname", "family name"), ("first name", "given name", "forename"),
    ("email", "mail", "email address"), ("birth date", "birthday", "date of birth", "birthdate"),
    ("price", "cost"), ("job", "occupation", "profession"), ("id", "identifier"), ("zip", "postcode", "zip code"),
    ("home town", "hometown"), ("salary", "pay", "wage"), ("description", "describe"), ("mpg", "miles per gallon"),
    ("location", "place"), ("language", "tongue"), ("population", "inhabitants"), ("staff", "employee", "worker"),
    ("teacher", "instructor"), ("start", "begin"), ("end", "finish"), ("manager", "boss"), ("shop", "store"),
    ("car", "auto", "vehicle"), ("movie", "film"), ("customer", "client"), ("product", "item"), ("song", "track"),
)  # fmt: skip
"""Words for the same, the first of them as columns are mostly called."""

"""The words of questions over rows, by what they say.

What is in none of these lists, and names nothing of the table, is not understood: then the question is not answered.
"""

from __future__ import annotations

from typing import Literal

__all__ = [
    "COMPARED",
    "CONCEPTS",
    "DATED",
    "DEGREES",
    "FOLDS",
    "MONTHS",
    "MOST",
    "NUMBERS",
    "ORDINALS",
    "PHRASES",
    "PLACES",
    "RELATED",
    "SAME",
    "THINGS",
    "UNITS",
    "VERBS",
]

NUMBERS = {
    word: place
    for place, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
ORDINALS = {
    word: place
    for place, words in enumerate(
        (("second", "2nd"), ("third", "3rd"), ("fourth", "4th"), ("fifth", "5th"), ("sixth", "6th")), start=2
    )
    for word in words
}
"""Before a superlative."""
_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905
MONTHS = {name: place for place, word in enumerate(_MONTHS, start=1) for name in (word, word[:3])} | {"sept": 9}
FOLDS: dict[str, Literal["sum", "mean", "median"]] = {
    **dict.fromkeys(("total", "sum", "combined", "total sum", "total amount"), "sum"),
    **dict.fromkeys(("average", "mean", "avg"), "mean"),
    "median": "median",
}
"""What is made of many numbers."""

_OF = ("highest", "largest", "greatest", "biggest", "most", "maximum", "max", "longest", "latest", "top")
_LEAST = ("lowest", "smallest", "least", "fewest", "minimum", "min", "shortest", "earliest")
MOST = {**dict.fromkeys(_OF, True), **dict.fromkeys(_LEAST, False)}
"""Before the name of a measure: whether the most of it is meant."""

CONCEPTS = {
    "age": ("age",),
    "birth": ("birth", "born", "birthday", "dob", "birthdate"),
    "date": ("date", "year", "founded", "opened", "released", "launched", "built", "established", "joined", "hired"),
    "made": ("year", "built", "founded", "established", "constructed"),
    "length": ("length", "duration", "distance"),
    "height": ("height", "elevation", "altitude"),
    "depth": ("depth",),
    "width": ("width",),
    "weight": ("weight", "mass"),
    "price": ("price", "cost", "fee", "fare", "rent"),
    "salary": ("salary", "pay", "wage", "income", "earnings"),
    "speed": ("speed", "velocity"),
    "size": ("size", "area", "population", "capacity"),
    "population": ("population", "inhabitants"),
}
"""What an adjective is about: words of the columns that hold it."""

DEGREES: dict[str, tuple[tuple[str, bool], ...]] = {
    "cheapest": (("price", False),),
    "least expensive": (("price", False),),
    "most expensive": (("price", True),),
    "priciest": (("price", True),),
    "oldest": (("age", True), ("birth", False), ("made", False)),
    "youngest": (("age", False), ("birth", True)),
    "newest": (("date", True),),
    "latest": (("date", True),),
    "most recent": (("date", True),),
    "earliest": (("date", False),),
    "tallest": (("height", True),),
    "highest": (("height", True),),
    "longest": (("length", True),),
    "shortest": (("length", False), ("height", False)),
    "heaviest": (("weight", True),),
    "lightest": (("weight", False),),
    "fastest": (("speed", True),),
    "slowest": (("speed", False),),
    "largest": (("size", True),),
    "biggest": (("size", True),),
    "smallest": (("size", False),),
    "most populous": (("population", True),),
    "least populous": (("population", False),),
    "deepest": (("depth", True),),
    "widest": (("width", True),),
    "narrowest": (("width", False),),
}
"""Superlatives that name their measure themselves, with whether the most of it is meant."""

COMPARED: dict[str, tuple[str, str]] = {
    # phrase: the operator, and what it is about where that is said
    **dict.fromkeys(
        ("more than", "greater than", "larger than", "higher than", "above", "over", "exceeding"), (">", "")
    ),
    **dict.fromkeys(("less than", "fewer than", "smaller than", "lower than", "below", "under"), ("<", "")),
    **dict.fromkeys(("at least", "no less than", "no fewer than", "a minimum of"), (">=", "")),
    **dict.fromkeys(("at most", "no more than", "up to", "a maximum of"), ("<=", "")),
    "exactly": ("=", ""),
    "older than": (">", "age"),
    "younger than": ("<", "age"),
    "heavier than": (">", "weight"),
    "lighter than": ("<", "weight"),
    "taller than": (">", "height"),
    "longer than": (">", "length"),
    "shorter than": ("<", "length"),
    "faster than": (">", "speed"),
    "slower than": ("<", "speed"),
    "cheaper than": ("<", "price"),
    "after": (">", "date"),
    "before": ("<", "date"),
    "since": (">=", "date"),
    "between": ("between", ""),
}

_PLACES = (
    "city",
    "town",
    "address",
    "residence",
    "home",
    "location",
    "country",
    "place",
    "state",
    "region",
    "district",
)
PLACES = frozenset(
    [*_PLACES, "street", "area", "province", "county", "continent", "neighbourhood", "neighborhood", "island", "site"]
)
"""Words of columns that say where something is."""
_WORKS = PLACES | {"office", "department", "dept", "team", "company", "employer", "site", "branch", "division", "unit"}
RELATED: dict[str, frozenset[str]] = {
    **dict.fromkeys(("live", "lives", "living", "reside", "located", "situated", "based"), PLACES | {"office", "site"}),
    **dict.fromkeys(("work", "works", "working", "employed"), _WORKS),
    **dict.fromkeys(("come", "comes", "came", "coming"), PLACES | {"origin", "nationality", "nation"}),
    **dict.fromkeys(
        ("made", "built", "produced", "manufactured"), PLACES | {"origin", "maker", "manufacturer", "brand"}
    ),
    **dict.fromkeys(("born",), frozenset({"birth", "birthplace", "born"})),
    "to": frozenset({"to", "destination", "arrival", "target"}),
}
"""Verbs and prepositions that stand before a value, and words of the columns that it may then be of."""

VERBS = {
    **dict.fromkeys(("cost", "costs"), "price"),
    **dict.fromkeys(("earn", "earns", "earned"), "salary"),
    **dict.fromkeys(("weigh", "weighs", "weighed"), "weight"),
}
"""Verbs that name a measure, and which."""

DATED = frozenset(["released", "published", "launched", "opened", "founded", "established"])
"""Verbs before a year, of which a table has one."""
PEOPLE = frozenset(
    """person people employee staff member customer client student player passenger patient user teacher contact guest
    author president candidate driver agent worker engineer participant speaker tenant owner colleague""".split()  # noqa: SIM905
)
"""What rows are called of which a question asks `who`."""
THINGS = (
    *("person", "employee", "customer", "student", "patient", "player", "actor", "author", "president", "politician"),
    *("company", "organisation", "shop", "restaurant", "hotel", "school", "university", "hospital", "team"),
    *("country", "state", "city", "region", "river", "mountain", "island", "street", "building", "airport", "station"),
    *("animal", "bird", "fish", "plant", "tree", "fruit", "food", "drink", "cereal", "drug", "disease", "chemical"),
    *("car", "aircraft", "ship", "computer", "phone", "machine", "product", "book", "film", "song", "game", "language"),
    *("job", "department", "course", "project", "event", "festival", "holiday", "sport", "order", "invoice", "planet"),
)
"""Kinds of things that the rows of tables are, beside which another must stand out."""

PHRASES: dict[str, str] = {
    # phrase: what it is in the shape of a question
    **dict.fromkeys(
        ("how many", "number of", "the number of", "total number of", "the total number of", "count of"), "count"
    ),
    **dict.fromkeys(("how much",), "much"),
    **dict.fromkeys(("which", "what"), "which"),
    "who": "who",
    **dict.fromkeys(("list", "show", "give", "name", "find", "tell", "display", "enumerate"), "list"),
    **dict.fromkeys(("is", "are", "was", "were", "be", "been", "s", "found", "measured", "recorded", "observed"), "be"),
    **dict.fromkeys(("has", "have", "had", "having", "with", "include", "includes", "including", "included"), "have"),
    **dict.fromkeys(("contain", "contains", "offer", "offers", "support", "supports", "feature", "features"), "have"),
    **dict.fromkeys(("come with", "comes with"), "have"),
    **dict.fromkeys(VERBS, "verb"),
    **dict.fromkeys(DATED, "dated"),
    **dict.fromkeys(ORDINALS, "ordinal"),
    **dict.fromkeys(MONTHS, "month"),
    **dict.fromkeys(("each", "per", "for each", "in each", "of each", "by each", "at each", "on each"), "each"),
    **dict.fromkeys(("every", "for every", "in every", "of every", "grouped by", "broken down by"), "each"),
    **dict.fromkeys(("in", "at", "from", "of", "for", "on", "by", "as", "among"), "at"),
    **dict.fromkeys(("that", "whose", "where"), "that"),
    **dict.fromkeys(("and", "as well as"), "and"),
    "or": "or",
    **dict.fromkeys(("not", "without", "no", "isn t", "aren t", "wasn t", "weren t", "do not", "does not"), "not"),
    **dict.fromkeys(("don t", "doesn t", "did not", "didn t"), "not"),
    **dict.fromkeys(("different", "distinct", "unique"), "distinct"),
    **dict.fromkeys(("the", "a", "an", "all", "any", "there", "do", "does", "did", "we", "our", "us", "me"), "skip"),
    **dict.fromkeys(("please", "of all", "of the", "all of", "all the", "amount of", "the amount of"), "skip"),
}

SAME: tuple[tuple[str, ...], ...] = (
    ("sex", "gender"), ("country", "nation"), ("city", "town"), ("phone", "telephone"), ("last name", "surname"),
    ("email", "mail"), ("birth date", "birthday", "date of birth", "birthdate"), ("price", "cost"),
    ("job", "occupation", "profession", "job title"), ("salary", "pay", "wage"), ("population", "inhabitants", "pop"),
    ("film", "movie"), ("car", "automobile"), ("employee", "staff member", "worker"), ("product", "item"),
    ("mpg", "miles per gallon"), ("department", "dept"), ("quantity", "qty"), ("amount", "amt"), ("number", "no"),
    ("flat", "apartment"), ("temperature", "temp"), ("average", "avg"), ("maximum", "max"), ("minimum", "min"),
    ("manufacturer", "maker"), ("color", "colour"), ("customer", "client"), ("picture", "image"), ("hotel", "inn"),
)  # fmt: skip
"""Words for the same."""

UNITS = frozenset(
    """mm cm m km kg g mg lb lbs oz in inch inches ft feet mile miles usd eur gbp chf percent pct hours hour hrs minutes
    min seconds sec s ms days l ml kb mb gb sqm sqft m2 mph kmh kph hp kw kwh w v c f""".split()  # noqa: SIM905
)
"""Words at the end of a column's name that only say its unit."""

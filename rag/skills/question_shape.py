"""The shape of a question: its function words in order, with whatever carries content left out.

"Who is the father of the composer of Carmen?" becomes `^ who is the ~er of the ~er of ~`. How many documents an answer
lies in shows there more than in the words themselves, and it shows the same for subjects that were never seen. Case and
the question mark are left out as well: some data sets have none, and would be recognised by that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import xxhash

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BUCKETS", "MARKS", "buckets", "marks", "plain", "shape"]

BUCKETS = 8192
"""What n-grams of shapes are hashed into: with 12,000 of them seen, a collision is rare among the frequent ones."""

_WORD = re.compile(r"'s\b|\w+|[^\w\s]")
_SUFFIXES = ("ing", "ed", "er", "est", "ly", "s", "ion", "al")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ASKING = _words("who whom whose which what when where why how")
VERBS = _words("is are was were do does did has have had can could will would should may might must am")
COMPARING = _words("than older younger earlier later more less fewer larger smaller")
FUNCTION = (
    ASKING
    | VERBS
    | _words(
        """
    a an the this that these those of in on at by for with from to into onto over under between among during
    before after since until than as about against through within without per and or but nor not no both either
    neither each every all any some most many much few more less least fewer other another same different such
    only also ever still even be been being done having shall he she it they i you we his her its their my your
    our him them me us there here if then while because whether first last second third one two three four five
    six seven eight nine ten next previous bigger larger smaller longer shorter higher lower taller nearer
    closer older younger earlier later born died die
    's , ' " ( ) - ; : & / $ %
    """
    )
)
"""Words that keep their form."""


def plain(question: str) -> str:
    """Without case, and without the question mark."""
    return question.strip().rstrip("?").strip().lower()


def shape(question: str) -> list[str]:
    """Function words as they are, content as `~` and its suffix, numbers as `#`; begins with `^`."""
    found = ["^"]
    for word in _WORD.findall(plain(question)):
        if word in FUNCTION:
            found.append(word)
        elif word.isdigit():
            found.append("#year" if len(word) == 4 else "#")
        else:
            suffixes = (suffix for suffix in _SUFFIXES if word.endswith(suffix) and len(word) > len(suffix) + 2)
            found.append("~" + next(suffixes, ""))
    return found


def buckets(question: str) -> NDArray[np.int64]:
    """The question's n-grams of shape as places in `range(BUCKETS)`, each once, in order."""
    hashes = {xxhash.xxh32_intdigest(gram.encode()) % BUCKETS for gram in _grams(shape(question))}
    return np.array(sorted(hashes), dtype=np.int64)


def _grams(words: list[str]) -> Iterator[str]:
    """One to three in a row; two to four with runs of content as one; pairs of function words; lengths."""
    yield from (" ".join(words[start : start + n]) for n in (1, 2, 3) for start in range(len(words) - n + 1))
    runs: list[str] = []
    for word in ("~" if word[0] == "~" else word for word in words):
        if not (word == "~" and runs and runs[-1] == "~"):
            runs.append(word)
    yield from ("run " + " ".join(runs[start : start + n]) for n in (2, 3, 4) for start in range(len(runs) - n + 1))
    function = [word for word in runs if word != "~"]
    yield from (f"function {first} {second}" for first, second in pairwise(function))
    yield f"length {min(len(words) // 3, 12)}"
    yield f"runs {min(runs.count('~'), 8)}"


MARKS = (
    "log length", "length", "of", "asking words", "asking words inside", "yes or no", "or", "and", "both", "comparing",
    "commas", "numbers", "that", "first or last", "verbs", "content words", "prepositions", "if", "each", "in time",
)  # fmt: skip
"""What `marks` counts."""


def marks(question: str) -> NDArray[np.float32]:
    """Counts of what several documents are asked for with, float32 `[len(MARKS)]`."""
    words = shape(question)[1:]
    held = set(words)
    values = (
        np.log1p(len(words)),
        len(words) / 20,
        words.count("of") + words.count("'s"),
        sum(word in ASKING for word in words),
        sum(word in ASKING for word in words[1:]),
        bool(words) and words[0] in VERBS,
        "or" in held,
        "and" in held,
        bool(held & {"both", "same"}),
        bool(held & COMPARING),
        words.count(","),
        sum(word[0] == "#" for word in words),
        "that" in held,
        bool(held & {"first", "last"}),
        sum(word in VERBS for word in words),
        sum(word[0] == "~" for word in words) / 10,
        sum(word in {"in", "on", "at", "by", "for", "with", "from", "to"} for word in words),
        "if" in held,
        bool(held & {"each", "all", "among"}),
        bool(held & {"before", "after", "while", "during"}),
    )
    return np.array(values, dtype=np.float32)

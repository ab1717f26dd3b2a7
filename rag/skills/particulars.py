"""What two answers name: their numbers however written, dates, names, and what an answer says beside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from rag.words.stopwords import STOP_WORDS

__all__ = ["PARTICULARS", "folded", "numerals", "own_words", "particulars", "unaccented"]

PARTICULARS = (
    *("numerals held", "years held", "other years", "month held", "day held", "nearest number"),
    *("run together", "words run together", "spelling of words", "least spelling", "first word", "last word"),
    *("another first name", "initials", "both sorted", "sets of words", "opening", "precision", "said beside"),
    *("in the first sentence", "in one sentence", "which sentence", "sentences", "lines", "hedges", "polarity", "asks"),
)
"""What `particulars` gives, in order."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ONES = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_ORDINALS = _words(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_VALUES = {
    **{word: place for place, word in enumerate(_ONES)},
    **{word: 10 * place for place, word in enumerate(_TENS, 2)},
    **{word: place for place, word in enumerate(_ORDINALS)},
}
_SCALES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_ROMAN = {roman: place for place, roman in enumerate(_words("ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi"), 2)}
_MONTHS = _words("january february march april may june july august september october november december")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_NAME = re.compile(r"[A-Z][\w'-]+")
_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_HEDGE = re.compile(
    r"\b(?:however|but|although|unclear|as of my|it depends|may|might|could|possibly|likely|various|some|several)\b"
)
_YES, _NO = re.compile(r"\W*(?:yes|true|correct)\b"), re.compile(r"\W*(?:no|not|false|incorrect)\b")
_ASKS = (
    r"(?:.*\b)?(?:when|what (?:year|date|day|month))\b",
    r"(?:.*\b)?how (?:many|much|old|long|tall|far|big|high|often)\b",
    r"(?:.*\b)?who(?:se|m)?\b",
    r"(?:.*\b)?where\b",
    r"(?:.*\b)?(?:why|how)\b",
    r"(?:is|are|was|were|do|does|did|can|could|has|have|will)\b",
)


def particulars(question: str, reference: str, candidate: str) -> list[float]:
    """The features; -1 stands for what the reference does not hold."""
    wanted, said, asked = folded(reference), folded(candidate), folded(question)
    own = own_words(wanted, asked)
    return [
        *_numbers(question, reference, candidate),
        *_names(reference, candidate, own, said, set(asked) | set(wanted)),
        *_whole(own, wanted, said, set(asked)),
        *_sentences(candidate, own),
        float(len(_HEDGE.findall(candidate.lower()))),
        float(_polarity(reference) * _polarity(candidate)),
        float(next((place for place, kind in enumerate(_ASKS) if re.match(kind, question.lower())), len(_ASKS))),
    ]


@lru_cache(maxsize=4096)
def numerals(text: str) -> tuple[float, ...]:
    """The numbers of a text: in digits, in words, ordinal, Roman behind a word; in order."""
    found: list[float] = []
    plain = re.sub(r"(?<=\d),(?=\d{3})|(?<=\d)(?:st|nd|rd|th)\b", "", text)
    counted = len(plain)
    for match in _WORD.finditer(plain):
        word = match[0].lower()
        if word[0].isdigit():
            found.append(float(re.sub(r"[.,](?!\d+$)|,", "", word) or 0))
        elif word in _VALUES:
            tens = found and 20 <= found[-1] <= 90 and found[-1] % 10 == 0 and _VALUES[word] < 10
            if tens and plain[max(0, match.start() - 1)] == "-":
                found[-1] += _VALUES[word]
            else:
                found.append(float(_VALUES[word]))
        elif word in _SCALES and plain[counted : match.start()] in (" ", "-"):
            found[-1] = round(found[-1] * _SCALES[word], 3)
        elif word in _ROMAN and match[0].isupper() and len(word) > 1:
            found.append(float(_ROMAN[word]))
        else:
            continue
        counted = match.end()
    return tuple(found)


def _numbers(question: str, reference: str, candidate: str) -> list[float]:
    asked = set(numerals(question))
    wanted = [number for number in numerals(reference) if number not in asked] or list(numerals(reference))
    said = set(numerals(candidate))
    years = {number for number in wanted if 1000 <= number <= 2100}
    other = {number for number in said if 1000 <= number <= 2100} - set(wanted) - asked
    low, there = reference.lower(), candidate.lower()
    months = [month for month in _MONTHS if re.search(rf"\b{month[:3]}(?:{month[3:]})?\b", low)]
    held = [bool(re.search(rf"\b{month[:3]}(?:{month[3:]})?\b", there)) for month in months]
    days = [number for number in wanted if number <= 31] if months else []
    near = -1.0
    if wanted and said:
        first = wanted[0]
        near = min(1.0, *(abs(first - number) / max(1.0, abs(first)) for number in said))
    elif wanted:
        near = 2.0
    return [_part(wanted, said), _part(sorted(years), said), float(min(3, len(other))),
            sum(held) / len(held) if held else -1.0, _part(days, said), near]  # fmt: skip


def _names(reference: str, candidate: str, own: Sequence[str], said: Sequence[str], known: set[str]) -> list[float]:
    """How the reference's words are spelt in the candidate."""
    whole, there = "".join(folded(reference)), "".join(said)
    unique = list(dict.fromkeys(said))
    best = [_best(word, unique) for word in own] or [0.0]
    names = _NAME.findall(candidate)
    plain = ["".join(folded(name)) for name in names]
    clash = 0.0
    if 1 < len(own) <= 4 and reference[:1].isupper() and not any(word[0].isdigit() for word in own):
        before = [plain[place - 1] for place, name in enumerate(plain) if place and name == own[-1]]
        clash = float(bool(before) and all(word not in known for word in before))
    capitals = "".join(word[0] for word in _NAME.findall(reference)).lower()
    said_capitals = "".join(name[0] for name in plain if name)
    short = re.sub(r"[^A-Za-z]", "", reference)
    initials = float(len(capitals) > 1 and capitals in said) or float(
        2 <= len(short) <= 6 and short.isupper() and short.lower() in said_capitals
    )
    return [
        float(bool(whole) and whole in there),
        sum(word in there for word in own) / len(own) if own else 0.0,
        sum(best) / len(best), min(best), best[0], best[-1], clash, initials,
    ]  # fmt: skip


def _whole(own: Sequence[str], wanted: Sequence[str], said: Sequence[str], asked: set[str]) -> list[float]:
    mine, theirs = " ".join(own), [word for word in said if word not in asked and word not in STOP_WORDS["en"]]
    beside = set(theirs) - set(wanted)
    text = " ".join(theirs)
    return [
        fuzz.token_sort_ratio(mine, text) / 100,
        fuzz.token_set_ratio(mine, text) / 100,
        fuzz.partial_ratio(mine, " ".join(theirs[: len(own) + 4])) / 100 if theirs else 0.0,
        sum(word in wanted for word in theirs) / len(theirs) if theirs else 0.0,
        float(min(30, len(beside))),
    ]


def _sentences(candidate: str, own: Sequence[str]) -> list[float]:
    """Where in the candidate the reference's words stand."""
    sentences = [folded(sentence) for sentence in _END.split(candidate) if sentence.strip()] or [()]
    held = [sum(word in sentence for word in own) / max(1, len(own)) for sentence in sentences]
    best = max(held)
    return [held[0], best, float(min(9, held.index(best))) if best else -1.0,
            float(min(20, len(sentences))), float(min(20, candidate.count("\n")))]  # fmt: skip


def _part(wanted: Sequence[float], said: set[float]) -> float:
    return sum(number in said for number in wanted) / len(wanted) if wanted else -1.0


def _polarity(text: str) -> int:
    low = text.lower()
    return int(bool(_YES.match(low))) - int(bool(_NO.match(low)))


def _best(word: str, said: Sequence[str]) -> float:
    found = process.extractOne(word, said, scorer=fuzz.ratio)
    return found[1] / 100 if found else 0.0


def own_words(wanted: Sequence[str], asked: Sequence[str]) -> list[str]:
    """What a reference adds to the question: words that carry meaning where there are any."""
    carrying = [word for word in wanted if word not in STOP_WORDS["en"]]
    return [word for word in carrying if word not in asked] or carrying or list(wanted)


@lru_cache(maxsize=4096)
def folded(text: str) -> tuple[str, ...]:
    """Words in lower case without accents, digits without separators."""
    return tuple(_WORD.findall(unaccented(re.sub(r"(?<=\d),(?=\d{3})", "", text))))


def unaccented(text: str) -> str:
    """Lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))

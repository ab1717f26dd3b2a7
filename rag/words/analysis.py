"""Text to index terms, the same for queries and passages: what BM25 counts.

Words are runs of letters, digits and marks. Each is case-folded (NFKC), stemmed by its script's or the chosen
language's Snowball stemmer [1] and freed of accents. Scripts without spaces become overlapping character n-grams [2].
What each choice is worth is measured in `docs/decisions/analysis.md`.

[1] Porter: Snowball, a language for stemming algorithms (2001). https://snowballstem.org
[2] Savoy: Comparative study of monolingual and multilingual search models for use with Asian languages (TALIP, 2005).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import chain
from typing import Literal
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from rag.words.codewords import ABBREVIATIONS, LANGUAGES, OPERATOR
from rag.words.stopwords import STOP_WORDS

__all__ = ["MARKS", "Analyzer", "Forms", "Language", "Terms", "beginning"]

Forms = tuple[tuple[str, float], ...]
"""A term, and others that count for it in part: each with the share of an occurrence that counts, the term first."""

Language = Literal[
    "auto", "none", "ar", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "hi", "hu",
    "hy", "id", "it", "lt", "ne", "nl", "no", "pl", "pt", "ro", "ru", "sr", "sv", "ta", "tr", "yi", "zh", "ja", "ko",
    "th",
]  # fmt: skip
"""`auto` stems each word by its script, Latin as English; `none` neither stems nor drops stop words."""

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_BY_SCRIPT = (
    ("a", "\u024f", "en"), ("\u0370", "\u03ff", "el"), ("\u1f00", "\u1fff", "el"), ("\u0400", "\u052f", "ru"),
    ("\u0531", "\u058f", "hy"), ("\u0600", "\u06ff", "ar"), ("\u0900", "\u097f", "hi"), ("\u0b80", "\u0bff", "ta"),
)  # fmt: skip

# Marks are no word characters to `re`, but they are to readers: combining accents, Arabic and Hebrew points, and the
# vowel signs of Indic and South-East Asian scripts.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u0900-\u0963\u0971-\u0df3\u0e31"
    "\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f18-\u0f19\u0f35\u0f37\u0f39\u0f71-\u0f84"
    "\u0f8d-\u0fbc\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d"
    "\u109a-\u109d\u17b4-\u17d3\u17dd\u1dc0-\u1dff\u200c\u200d\u20d0-\u20f0\u302a-\u302f\u3099\u309a\ua806"
    "\ua823-\ua827\ua880\ua881\ua8b4-\ua8c5\uaa29-\uaa36\ufe20-\ufe2f"
)
_EAST = (  # Han, kana, Hangul and their extensions
    "\u3005-\u3007\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7a3\u1100-\u11ff\uf900-\ufaff\uff66-\uffdc\U0001b000-\U0001b16f\U00020000-\U0003fffd"
)
_SOUTH = (  # Thai, Lao, Tibetan, Burmese, Khmer, Tai Lue
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ede\u0f40-\u0fbc\u1000-\u1049"
    "\u1050-\u109f\u1780-\u17d3\u1980-\u19df\ua9e0-\ua9fe\uaa60-\uaa7f"
)
_WORD = re.compile(rf"[\w{MARKS}]+")
_CODE = re.compile(rf"[\w{MARKS}]+|{OPERATOR}")
_SPACELESS = re.compile(rf"[{_EAST}{_SOUTH}]")
_RUN = re.compile(rf"(?P<east>[{_EAST}]+)|(?P<south>[{_SOUTH}]+)|[^{_EAST}{_SOUTH}]+")
_CLUSTER = re.compile(rf"[\u0e40-\u0e44\u0ec0-\u0ec4]?[^{MARKS}][{MARKS}\u0e33\u0eb3]*|.", re.DOTALL)
_ACCENT = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u200c\u200d]")
_IDENTIFIER = re.compile(r"[\d_]")
_INNER = re.compile(r"U+(?=Ul)|U?l+|U+|d+")
_BEGINNING = 5
"""Letters by which words that are written differently are taken for one: `format`, `formatter`, `formatting`."""
_BEGUN = "~"
"""Marks a beginning; no term starts with it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of many texts: those of text i are `vocabulary[ids[offsets[i]:offsets[i + 1]]]`, in order."""

    vocabulary: list[str]
    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    stopped: NDArray[np.bool_]
    """`[len(vocabulary)]`: which terms are stop words, or say no more than how another begins."""

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Terms of each text, stop words not counted: what BM25 divides by."""
        counted = np.concatenate([[0], np.cumsum(~self.stopped[self.ids])])
        return np.diff(counted[self.offsets])


@dataclass(frozen=True, slots=True)
class Analyzer:
    """How text becomes terms. Equal settings give equal terms, on any machine and in any order of calls."""

    language: Language = "auto"
    """Of the stemmer and the stop words."""
    stop_words: bool = True
    """Whether words that every text has are left out. An index keeps them, so that a query of nothing else finds."""
    grams: tuple[int, ...] = (1, 2)
    """Lengths of the n-grams of scripts without spaces."""
    parts: bool = True
    """Whether `getUserName` and `user_name` also count as their parts."""
    code: bool = False
    """Whether texts are source code: `str` counts as `string`, operators are terms, names of languages stop words. An
    index also keeps how longer words begin."""

    @property
    def fingerprint(self) -> str:
        """Readable settings; the number changes when equal settings begin to give other terms."""
        settings = asdict(self)
        if not self.code:  # indexes made before there was such a setting stay as they are
            del settings["code"]
        return f"analysis-{2 if self.code else 1} {' '.join(f'{name}={value}' for name, value in settings.items())}"

    def terms(self, text: str) -> list[str]:
        """The terms of a text, in order and as often as they occur; stop words only where there is nothing else."""
        reader = _Reader(self)
        terms = [term for word in reader.words(text) for term in reader.terms(word)]
        return [term for term in terms if term not in reader.stopped] or terms

    def batch(self, texts: Iterable[str]) -> Terms:
        """The terms of many passages, stop words among them, as an inverted index wants them; code has beginnings."""
        reader, words, terms = _Reader(self), _Numbers(), _Numbers()
        each = [np.fromiter(map(words.__getitem__, reader.words(text)), np.int32) for text in texts]
        read = np.concatenate([np.empty(0, np.int32), *each])
        # Every different word is looked at once: word w has the terms of[bounds[w]:bounds[w + 1]].
        lists = [[terms[term] for term in reader.kept(word)] for word in words]
        bounds = np.zeros(len(lists) + 1, np.int64)
        np.cumsum([len(numbers) for numbers in lists], out=bounds[1:])
        of = np.fromiter(chain.from_iterable(lists), np.int32)
        ends = np.concatenate([[0], np.cumsum(np.diff(bounds)[read])])
        ids = of[np.arange(ends[-1]) + np.repeat(bounds[read] - ends[:-1], np.diff(ends))]
        offsets = ends[np.concatenate([[0], np.cumsum([len(numbers) for numbers in each], dtype=np.int64)])]
        vocabulary = list(terms)
        stopped = np.fromiter((term in reader.stopped or term[0] == _BEGUN for term in vocabulary), np.bool_)
        return Terms(vocabulary, ids, offsets, stopped)


class _Numbers(dict[str, int]):
    """Numbers words in the order of their first use."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class _Reader:
    """An analyzer at work: holds the stemmers, which threads must not share."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self.stems: dict[str, Callable[[str], str]] = {}
        self.stopped = _stopped(analyzer.language) if analyzer.stop_words else frozenset()
        if analyzer.code and analyzer.stop_words:
            self.stopped |= LANGUAGES

    def words(self, text: str) -> list[str]:
        """The words of a text as they stand there; scripts without spaces as n-grams."""
        words = (_CODE if self.analyzer.code else _WORD).findall(text)
        if not text.isascii() and _SPACELESS.search(text):
            return [piece for word in words for piece in self._pieces(word)]
        return words

    def _pieces(self, word: str) -> Iterator[str]:
        """A run of word characters as words and n-grams."""
        if not _SPACELESS.search(word):
            yield word
            return
        for match in _RUN.finditer(normalize("NFKC", word)):
            run = match[0]
            if match.lastgroup is None:
                yield run
                continue
            units: Sequence[str] = run if match.lastgroup == "east" else _CLUSTER.findall(run)
            if len(units) < min(self.analyzer.grams):
                yield run
            for n in self.analyzer.grams:
                if n == 1:
                    yield from units
                elif match.lastgroup == "east":
                    yield from (run[i : i + n] for i in range(len(run) - n + 1))
                else:
                    yield from ("".join(units[i : i + n]) for i in range(len(units) - n + 1))

    def kept(self, word: str) -> list[str]:
        """What an index keeps of one word: its terms; where code is read, also how they begin."""
        terms = self.terms(word)
        return terms + [begun for begun in map(beginning, terms) if begun] if self.analyzer.code else terms

    def terms(self, word: str) -> list[str]:
        """The terms of one word; an operator is its own."""
        if self.analyzer.code and not _WORD.match(word):
            return [word]
        if word.isascii() and word.isalnum() and (word.islower() or word.istitle()):
            term = self._term(word.lower())  # nearly all words of English text
            return [term] if word.isalpha() else [term, *self._parts(word)]
        folded = normalize("NFKC", word)
        terms = [self._term(piece) for piece in _WORD.findall(folded.casefold())]
        return [term for term in terms + self._parts(folded) if term]

    def _parts(self, word: str) -> list[str]:
        """`get`, `user`, `name` of `getUserName` and `get_user_name`; nothing where there is but one part."""
        if not self.analyzer.parts or ((word.islower() or word.istitle()) and word.isalpha()):
            return []
        shape = "".join("U" if c.isupper() else "d" if c.isdigit() else "_" if c == "_" else "l" for c in word)
        spans = [match.span() for match in _INNER.finditer(shape)]
        if len(spans) < 2:
            return []
        return [self._term(word[start:end].casefold()) for start, end in spans if end - start > 1]

    def _term(self, word: str) -> str:
        """A case-folded word as its term: stemmed, without accents; a stop word or an identifier as it is."""
        bare = _bare(word.strip("_"))
        if self.analyzer.code and bare in ABBREVIATIONS:
            bare = word = ABBREVIATIONS[bare]
        if bare in self.stopped or _IDENTIFIER.search(bare):
            return bare
        language: str = self.analyzer.language
        if language == "auto":
            language = next((code for low, high, code in _BY_SCRIPT if low <= bare[:1] <= high), "none")
        # English knows no accents; other stemmers read them.
        return _bare(self._stemmer(language)(bare if language == "en" else word.strip("_")))

    def _stemmer(self, language: str) -> Callable[[str], str]:
        if language not in self.stems:
            from Stemmer import Stemmer

            name = STEMMERS.get(language)
            self.stems[language] = Stemmer(name, 0).stemWord if name else str
        return self.stems[language]


def beginning(term: str) -> str | None:
    """What stands for all terms of letters that begin like this one; None of a short one, or one of other signs."""
    return _BEGUN + term[:_BEGINNING] if len(term) >= _BEGINNING and term.isalpha() else None


@cache
def _stopped(language: str) -> frozenset[str]:
    """The stop words of a language, without accents."""
    lists = ("en", "ru") if language == "auto" else (language,)  # no word of the one is a word of the other
    return frozenset(_bare(word) for name in lists for word in STOP_WORDS.get(name, ()))


def _bare(word: str) -> str:
    """A word without accents, points and joiners."""
    if word.isascii():
        return word
    return normalize("NFC", _ACCENT.sub("", normalize("NFD", word)))

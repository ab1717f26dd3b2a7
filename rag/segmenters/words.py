"""Words of a text with the white space behind them: the smallest pieces that can be left out and still be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.segmenters.sentences import sentences
from rag.words.analysis import Analyzer

__all__ = ["Word", "words"]

_EAST = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
_PIECE = re.compile(rf"[{_EAST}]|[^\s{_EAST}]+")
_STOPS = re.compile(r"[.!?…。！？।؟]+[\"'”’»)\]]*\Z")
_QUOTE = re.compile(r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|„[^“”\n]{1,400}[“”]|«[^»\n]{1,400}»|「[^」\n]{1,400}」")
_CODE = re.compile(r"```[\s\S]*?(?:```|\Z)|~~~[\s\S]*?(?:~~~|\Z)|`[^`\n]+`|^(?: {4}|\t)[^\n]*$", re.MULTILINE)
_SYMBOL = re.compile(r"\w+_\w|\w\(|[a-z][A-Z]|\w(?:\.|::|->)\w|[{}<>=;|\\/@#$]")
_NEGATION = frozenset(
    word
    for words in (
        "not no never none nobody nothing nowhere neither nor cannot without unless except only but however",
        "nicht kein keine keinen keinem keiner nie niemals ohne ne pas jamais aucun aucune sans nunca sin não nao sem",
        "non mai senza niet geen nooit zonder не нет ни никогда без",
    )
    for word in words.split()
)
"""Words that turn a sentence round or bound it; leaving one out would say something else."""
_LONG = 40
"""Characters of a piece that is no word: a script without spaces, a link. It stays."""


@dataclass(frozen=True, slots=True)
class Word:
    """`text[start:end]`, the white space behind it included."""

    start: int
    end: int
    bare: int
    """Where the white space behind it begins."""
    protected: bool
    """Whether it must stay."""
    stops: bool
    """Whether it is only the mark that ends a sentence."""


def words(text: str, question: str = "") -> list[Word]:
    """The words of a text, in order; together they hold every character behind the first that is no white space.

    Protected are numbers, names, negation, what stands in quotes or is code, the ends of sentences, and words of the
    question.
    """
    asked = _terms(question) if question.strip() else frozenset()
    openings = {start for start, _ in sentences(text)}
    spans = [match.span() for pattern in (_QUOTE, _CODE) for match in pattern.finditer(text)]
    pieces: list[tuple[int, int, bool]] = []  # from, to, whether it ends a sentence
    for match in _PIECE.finditer(text):
        start, end = match.span()
        stop = _STOPS.search(text, start, end)
        if stop and stop.start() > start and (end == len(text) or text[end : end + 1].isspace()):
            pieces += [(start, stop.start(), False), (stop.start(), end, True)]
        else:
            pieces.append((start, end, bool(stop and stop.start() == start)))
    found = []
    for place, (start, bare, stops) in enumerate(pieces):
        end = pieces[place + 1][0] if place + 1 < len(pieces) else len(text)
        inside = any(first < bare and start < last for first, last in spans)
        word = text[start:bare]
        kept = stops or inside or _matters(word, opening=start in openings)
        kept = kept or bool(asked and not asked.isdisjoint(_terms(word)))
        found.append(Word(start, end, bare, kept, stops))
    return found


@lru_cache(maxsize=1 << 15)
def _terms(text: str) -> frozenset[str]:
    """The index terms of a word or a question: looked up for nearly every word of a passage, and few are new."""
    return frozenset(Analyzer().terms(text))


@lru_cache(maxsize=1 << 15)
def _matters(word: str, *, opening: bool) -> bool:
    """Whether a word is a number, a name, a negation, a symbol of code, or too long for a word."""
    plain = word.strip("\"'“”„‘’«»()[],;:.!?-–—*_").casefold().replace("’", "'")
    if any(char.isdigit() for char in word) or plain in _NEGATION or plain.endswith("n't") or len(word) > _LONG:
        return True
    letters = word.lstrip("\"'“”„‘’«»([*_")
    name = letters[:1].isupper() and (not opening or letters[1:2].isupper())
    return name or _SYMBOL.search(word) is not None

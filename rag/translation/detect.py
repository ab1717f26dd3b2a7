"""Terms that a translator would have to look up, found without a model: rare words, names, acronyms, phrases.

What SemRe-Rank counts (`rag.terms`) says which phrases of a text are terms; beside it counts how rare the words are in
the vocabulary of the embedded encoder, which stands in order of frequency, and whether they are written as names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rag.encoders.tokenizer import default_tokenizer
from rag.kinds import TermFinder
from rag.terms.semrerank import SemReRank
from rag.translation.kept import blanked
from rag.translation.wording import Word, Wording, strict
from rag.words.stopwords import STOP_WORDS

__all__ = ["Found", "detected"]

_FIRST_WORD = 1996
"""BERT's word pieces stand in the order of their frequency from this id on."""
_RARE = 8_000
"""Rank from which a word is rare."""
_LONGEST = 4
"""Words of a term."""
_RARITY, _NAME = 0.3, 0.6
"""What rarity and capitals count beside what SemRe-Rank says, which is at most 2: `benchmarks/translation.py`."""
_GAP = re.compile(r"[ \t\-\u2010-\u2015/.&+'’]{0,2}\n?[ \t]*")
"""What may stand between the words of one phrase."""
_OPENS = re.compile(r"[.!?:]\s*$|\n\s*$|^\s*$|[\"“„«(]\s*$")
"""What stands before the first word of a sentence: its capital tells nothing."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_ROMAN = re.compile(r"[IVX]+")
_IN_S = re.compile(r"(?<![sui])s$")
_COMMON = "的了是在不和有我他她你们这那个一也就都说上下来去要会对着把被让给与及其之于为以而或但如到从向很更最没吗呢吧啊"
"""Characters of Chinese that hardly stand in names."""


@dataclass(frozen=True, slots=True)
class Found:
    """A term of a text."""

    term: str
    score: float
    places: tuple[tuple[int, int], ...]
    why: str
    """`acronym`, `name`, `rare`, `phrase`."""

    @property
    def unknown(self) -> bool:
        """Whether it is more than a phrase of ordinary words."""
        return self.why != "phrase"


def detected(text: str, wording: Wording, most: int, finder: TermFinder | None = None) -> list[Found]:
    """The terms of a text, best first.

    Args:
        text: what is to be translated. Code, addresses and placeholders in it are not looked at.
        wording: of its language.
        most: terms at most.
        finder: says which phrases are terms; what SemRe-Rank counts, not ranked again, where there is none: ranking
            again changed no figure by more than .006.
    """
    prose = blanked(text)
    words = wording.words(prose)
    weight = _termhood(prose, wording, finder)
    highest = max(weight.values(), default=1.0) or 1.0
    found: dict[tuple[str, ...], Found] = {}
    for phrase in _phrases(prose, words, wording.language):
        key = tuple(word.key for word in phrase)
        place = (phrase[0].start, phrase[-1].end)
        if (before := found.get(key)) is not None:
            found[key] = Found(before.term, before.score, (*before.places, place), before.why)
            continue
        rarity = float(np.mean([_rank(word.text) >= _RARE for word in phrase]))
        named = float(np.mean([_is_name(word, prose, wording.language) for word in phrase]))
        acronym = any(strict(word.text) for word in phrase)
        why = "acronym" if acronym else "name" if named == 1 else "rare" if rarity else "phrase"
        score = weight.get(key, 0.0) / highest + _RARITY * rarity + _NAME * max(named, float(acronym))
        found[key] = Found(prose[place[0] : place[1]], score, (place,), why)
    return sorted(found.values(), key=lambda one: (-one.score, one.places[0]))[:most]


def _termhood(prose: str, wording: Wording, finder: TermFinder | None) -> dict[tuple[str, ...], float]:
    """How much of a term each phrase of a text is."""
    if finder is None:
        finder = SemReRank(rerank=False, min_frequency=1, max_words=_LONGEST, language=wording.language)
    return {wording.keys(term.text): term.score for term in finder.find([prose])}


def _phrases(prose: str, words: Sequence[Word], language: str) -> Iterator[list[Word]]:
    """Runs of words between stop words, without what is no noun at their edges as far as that can be seen."""
    stopped = STOP_WORDS.get(language, frozenset())
    run: list[Word] = []
    for word in words:
        folded = word.text.casefold()
        stop = folded in stopped and not strict(word.text)
        if run and (stop or not _GAP.fullmatch(prose, run[-1].end, word.start)):
            yield from _cut(run, prose, language)
            run = []
        if not stop and not _UNSPACED.match(word.text):
            run.append(word)
    if run:
        yield from _cut(run, prose, language)
    yield from _repeated(words)


def _cut(run: list[Word], prose: str, language: str) -> Iterator[list[Word]]:
    """The phrases of a run."""
    pieces = _german(run) if language == "de" else _general(run)
    for piece in pieces:
        kept = piece[-_LONGEST:]
        while kept and not _lettered(kept[0]):
            kept = kept[1:]
        while kept and not _lettered(kept[-1]) and prose[kept[-1].start - 1] not in "-/":  # not the 2 of GPT-2
            kept = kept[:-1]
        if sum(len(word.text) for word in kept) > 1 and not (len(kept) == 1 and _ROMAN.fullmatch(kept[0].text)):
            yield kept


def _lettered(word: Word) -> bool:
    return any(map(str.isalpha, word.text))


def _german(run: list[Word]) -> Iterator[list[Word]]:
    """Nouns have capitals: adjectives, then nouns."""
    piece: list[Word] = []
    for word in run:
        noun = word.text[:1].isupper() or word.text[:1].isdigit()
        if not noun and piece and piece[-1].text[:1].isupper():
            yield piece
            piece = []
        if noun or word.text.endswith(("e", "en", "er", "es", "em")):
            piece.append(word)
        else:
            piece = []
    if piece and piece[-1].text[:1].isupper():
        yield piece


def _general(run: list[Word]) -> Iterator[list[Word]]:
    """Without a tagger: adverbs, and forms in -ing and -ed behind something, end a phrase; one in -s may be a verb."""
    piece: list[Word] = []
    for place, word in enumerate(run):
        text, last = word.text, place + 1 == len(run)
        verb = len(text) > 4 and text.islower() and (text.endswith("ed") or (text.endswith("ing") and not last))
        if (len(text) > 4 and text.endswith("ly")) or (verb and (piece or (last and text.endswith("ed")))):
            yield piece
            piece = []
        elif text.islower() and len(text) > 3 and _IN_S.search(text) and not last:
            yield piece
            yield [*piece, word]
            piece = []
        elif piece and text[:1].isupper() and piece[-1].text.islower():
            yield piece  # a name behind a common word begins anew
            piece = [word]
        else:
            piece.append(word)
    yield piece


def _repeated(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Runs of characters that come again, in scripts that put no space between words: names, mostly."""
    runs: list[list[Word]] = []
    for word in words:
        if not _UNSPACED.match(word.text) or word.text in _COMMON:
            runs.append([])
        elif runs and runs[-1] and runs[-1][-1].end == word.start:
            runs[-1].append(word)
        else:
            runs.append([word])
    counts: dict[str, list[list[Word]]] = {}
    for run in runs:
        for size in range(2, 2 * _LONGEST + 1):
            for start in range(len(run) - size + 1):
                piece = run[start : start + size]
                counts.setdefault("".join(word.text for word in piece), []).append(piece)
    often = {text: pieces for text, pieces in counts.items() if len(pieces) > 1}
    for text, pieces in often.items():
        if not any(text in other and len(often[other]) >= len(pieces) for other in often if other != text):
            yield from pieces


def _is_name(word: Word, prose: str, language: str) -> bool:
    """Whether a capital stands where no rule of spelling asks for one."""
    if not word.text[:1].isupper():
        return False
    if language == "de":
        return strict(word.text)
    return not _OPENS.search(prose[max(0, word.start - 4) : word.start])


@lru_cache(100_000)
def _rank(word: str) -> int:
    """Of a word in general English; a word in several pieces comes behind all."""
    engine = default_tokenizer().engine
    number = engine.token_to_id(word.casefold())
    if number is None:
        return int(engine.get_vocab_size())
    return max(0, int(number) - _FIRST_WORD)

"""Phrases that could be terms: runs of words between stop words, judged by the company their words keep.

No part-of-speech tagger is needed: in a run of words that no stop word interrupts, nouns are those that stand at the
end of runs behind an article or a preposition, verbs those that follow a pronoun, an auxiliary or "to". The idea of
cutting at stop words is RAKE's [1]; the evidence for and against nouns is ours and is used for English alone.

[1] Rose, Engel, Cramer, Cowley: Automatic Keyword Extraction from Individual Documents (2010).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.words.analysis import Analyzer, Language
from rag.words.stopwords import STOP_WORDS

__all__ = ["Candidate", "Candidates", "candidates"]

Key = tuple[str, ...]
"""A phrase by the stems of its words."""

_TOKEN = re.compile(r"\w+(?:[-'’/.&+]\w+)*|\n\s*\n|[^\w\s]")
_LISTS = {
    "nominal": "a an the this these those its their his her our my your of in on for from with without between by into "
    "about under during some any each no as all both several many most other such through",
    "verbal": "we they he she it i you who which will would can could may might should must do does did to is are was "
    "were be been being have has had not there cannot",
    "filler": "however therefore thus moreover furthermore although though while whereas because since until among "
    "within upon via per versus vs etc e.g i.e respectively often only even still yet many much most more less few "
    "several other after before using used based others another same own both either neither all every well rather "
    "quite almost already always never again further first second third one two three four five six seven eight nine "
    "ten new good great best better large small high low different various certain similar possible able likely "
    "current recent let like et al",
}
_NOMINAL, _VERBAL, _FILLER = (frozenset(words.split()) for words in _LISTS.values())
"""What stands before a noun phrase; before a verb or a predicate; anywhere, and interrupts a run as stop words do."""
_ENDS = 0.1
"""Share of its occurrences in which a noun ends a run, at least: `benchmarks/terms.py`."""


@dataclass
class Candidate:
    """A phrase and how often it is there."""

    key: Key
    frequency: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    """As it is written, and how often so."""

    @property
    def text(self) -> str:
        """The form that is written most, lower case where it is a tie."""
        return min(self.forms, key=lambda form: (-self.forms[form], sum(map(str.isupper, form)), form))


@dataclass(frozen=True)
class Candidates:
    """The phrases of a collection."""

    phrases: dict[Key, Candidate]
    documents: list[Counter[Key]]
    """Of each document the phrases in it, and how often."""
    words: Counter[str]
    """Every stem that is no stop word, and how often."""
    forms: dict[str, str]
    """Stem to the word as it is written most, in lower case."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that nothing interrupts."""

    before: str
    """The stop word before it, or the empty string."""
    words: tuple[str, ...]
    stems: Key


def candidates(
    texts: Sequence[str], max_words: int = 4, min_frequency: int = 2, language: Language = "en"
) -> Candidates:
    """The phrases of some texts that could be terms.

    A phrase has `max_words` words at most and neither begins nor ends with a number. One that stands in nothing but the
    same longer phrase is left out: it says nothing of its own.

    Args:
        texts: one a document.
        max_words: of a phrase.
        min_frequency: occurrences in all texts together.
        language: of the stemmer and the stop words.
    """
    runs = [list(_runs(text, Analyzer(language), language)) for text in texts]
    words = Counter(stem for document in runs for run in document for stem in run.stems)
    every = [run for document in runs for run in document]
    verbs, modifiers = (_verbs(every), _modifiers(every, words)) if language == "en" else (frozenset(), frozenset())
    phrases: dict[Key, Candidate] = {}
    counts: list[Counter[Key]] = []
    for document in runs:
        found: Counter[Key] = Counter()
        for run in document:
            for start, end in _spans(run, max_words, verbs, modifiers):
                key = run.stems[start:end]
                candidate = phrases.setdefault(key, Candidate(key))
                candidate.frequency += 1
                candidate.forms[" ".join(run.words[start:end])] += 1
                found[key] += 1
        counts.append(found)
    swallowed = _swallowed(phrases)
    kept = {
        key: phrase
        for key, phrase in phrases.items()
        if phrase.frequency >= min_frequency and phrase.frequency > swallowed.get(key, 0)
    }
    documents = [Counter({key: count for key, count in found.items() if key in kept}) for found in counts]
    return Candidates(kept, documents, words, _forms(runs))


def _runs(text: str, analyzer: Analyzer, language: Language) -> Iterator[_Run]:
    """Words between stop words, punctuation and empty lines."""
    stopped = STOP_WORDS.get(language, frozenset())
    filler = _FILLER if language == "en" else frozenset()
    before, begins = "", True
    words: list[str] = []
    stems: list[str] = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        plain = word.casefold()
        if plain in filler and (begins or word.islower()):  # not the "New" of "in New York"
            plain, stop = "", True
        else:
            stop = plain in stopped or plain.endswith(("n't", "n’t"))
        begins = word in ".!?" or word.isspace()
        if word[0].isalnum() and not stop:
            bare = re.sub(r"['’]s$", "", word)
            words.append(bare)
            stems.append("-".join(analyzer.terms(bare)[:1]) or plain)
            continue
        if words:
            yield _Run(before, tuple(words), tuple(stems))
            words, stems = [], []
        before = plain if word[0].isalnum() else ""
    if words:
        yield _Run(before, tuple(words), tuple(stems))


def _modifiers(runs: Sequence[_Run], words: Counter[str]) -> frozenset[str]:
    """Stems that hardly ever end a run: they describe what does."""
    ending = Counter(run.stems[-1] for run in runs)
    return frozenset(stem for stem, count in words.items() if ending[stem] < _ENDS * count)


def _verbs(runs: Sequence[_Run]) -> frozenset[str]:
    """Stems that stand where verbs and predicates do more often than where nouns and what describes them do."""
    nominal, verbal = Counter[str](), Counter[str]()
    for run in runs:
        if run.before in _NOMINAL:
            nominal[run.stems[0]] += 1
            if len(run.stems) > 1:
                nominal[run.stems[-1]] += 1
        elif run.before in _VERBAL:
            verbal[run.stems[0]] += 1
    return frozenset(stem for stem, count in verbal.items() if count > nominal[stem])


def _spans(run: _Run, max_words: int, verbs: frozenset[str], modifiers: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where phrases stand in a run."""
    for start in range(len(run.words)):
        for end in range(start + 1, min(start + max_words, len(run.words)) + 1):
            if run.stems[end - 1] in verbs:
                break
            if run.stems[end - 1] in modifiers:
                continue
            edges = (run.words[start], run.words[end - 1])
            if not any(_bare_number(edge) or len(edge) < 2 for edge in edges) and not _adverb(edges[1]):
                yield start, end


def _bare_number(word: str) -> bool:
    return not any(map(str.isalpha, word))


def _adverb(word: str) -> bool:
    return len(word) > 4 and word.endswith("ly")


def _swallowed(phrases: dict[Key, Candidate]) -> dict[Key, int]:
    """Of each phrase how often it stands in the longer phrase that holds it most."""
    most: dict[Key, int] = defaultdict(int)
    for key, phrase in phrases.items():
        for part in {key[i:j] for i in range(len(key)) for j in range(i + 1, len(key) + 1)} - {key}:
            most[part] = max(most[part], phrase.frequency)
    return most


def _forms(runs: Sequence[Sequence[_Run]]) -> dict[str, str]:
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for document in runs:
        for run in document:
            for word, stem in zip(run.words, run.stems, strict=True):
                written[stem][word.lower()] += 1
    return {stem: min(forms, key=lambda form: (-forms[form], len(form), form)) for stem, forms in written.items()}

"""Base scores: how much of a term a phrase is by counting alone.

[1] Frantzi, Ananiadou, Mima: Automatic recognition of multi-word terms: the C-value/NC-value method (2000).
[2] Barron-Cedeno et al.: An Improved Automatic Term Recognition Method for Spanish (2009): C-value of single words.
[3] Church, Gale: Inverse Document Frequency (IDF): A Measure of Deviations from Poisson (1995).
[4] Ahmad, Gillam, Tostevin: University of Surrey Participation in TREC 8: Weirdness Indexing (1999).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.encoders.tokenizer import default_tokenizer
from rag.terms.candidates import Candidates, Key

__all__ = ["BASES", "Base"]

Base = Literal["combined", "tfidf", "cvalue", "ridf", "weirdness"]
_FIRST_WORD = 1996
"""BERT's word pieces stand in the order of their frequency from this id on ("the" is 1996)."""

Scores = NDArray[np.float64]


def tfidf(found: Candidates) -> Scores:
    """Occurrences times log(1 + documents / documents with the phrase), so that one document alone has scores too."""
    frequency, holding = _counts(found)
    return frequency * np.log1p(len(found.documents) / np.maximum(holding, 1))


def cvalue(found: Candidates) -> Scores:
    """log2(words + 1) (occurrences - mean occurrences of the longer phrases that hold it) [1]; + 1 as in [2]."""
    inside: dict[Key, list[int]] = defaultdict(list)
    for key, phrase in found.phrases.items():
        parts = {key[i:j] for i in range(len(key)) for j in range(i + 1, len(key) + 1)} - {key}
        for part in parts:
            inside[part].append(phrase.frequency)
    return np.array(
        [
            np.log2(len(key) + 1) * (phrase.frequency - (np.mean(inside[key]) if key in inside else 0.0))
            for key, phrase in found.phrases.items()
        ]
    )


def ridf(found: Candidates) -> Scores:
    """Inverse document frequency above that of as many occurrences thrown at random [3]; 0 for a single document."""
    frequency, holding = _counts(found)
    count = max(len(found.documents), 1)
    return np.log2(count / np.maximum(holding, 1)) + np.log2(-np.expm1(-frequency / count))


def weirdness(found: Candidates) -> Scores:
    """Mean over the words of log(1 + relative frequency here / in general English) [4].

    General English is the order of BERT's vocabulary, read as frequencies by Zipf's law; a word in several pieces
    counts as the last.
    """
    total = max(sum(found.words.values()), 1)
    tokenizer = default_tokenizer().engine
    size = tokenizer.get_vocab_size() - _FIRST_WORD
    harmonic = np.log(size) + np.euler_gamma

    def odd(stem: str) -> float:
        number = tokenizer.token_to_id(found.forms[stem])
        rank = number - _FIRST_WORD + 1 if number is not None and number >= _FIRST_WORD else size
        return float(np.log1p(found.words[stem] / total * rank * harmonic))

    return np.array([float(np.mean([odd(stem) for stem in key])) for key in found.phrases])


def combined(found: Candidates) -> Scores:
    """log(1 + C-value) times weirdness: a phrase that holds together, of words that are rare elsewhere."""
    return np.log1p(np.maximum(cvalue(found), 0)) * weirdness(found)


BASES: dict[Base, Callable[[Candidates], Scores]] = {
    "combined": combined,
    "tfidf": tfidf,
    "cvalue": cvalue,
    "ridf": ridf,
    "weirdness": weirdness,
}


def _counts(found: Candidates) -> tuple[Scores, Scores]:
    """Of each phrase its occurrences, and the documents with it."""
    holding: Counter[Key] = Counter(key for document in found.documents for key in document)
    keys: Sequence[Key] = list(found.phrases)
    frequency = np.array([found.phrases[key].frequency for key in keys], np.float64)
    return frequency, np.array([holding[key] for key in keys], np.float64)

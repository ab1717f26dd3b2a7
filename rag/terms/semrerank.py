"""Terms by counting, ranked again by how related their words are to the collection's own (SemRe-Rank)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pydantic import Field, NonNegativeInt, PositiveInt

from rag.kinds import Term, TermFinder, default_encoder
from rag.terms.candidates import Candidates, candidates
from rag.terms.importance import Relatedness, importance
from rag.terms.scores import BASES, Base
from rag.words.analysis import Language

__all__ = ["SemReRank"]


class SemReRank(TermFinder):
    """Candidate phrases, best first, by score = (1 + importance) * base [1].

    The base score is counted and divided by the highest. A word's importance, in [0, 1], is its personalised PageRank
    over a graph of related words, one graph a document, summed over documents; a phrase's is the mean over its words.
    Walks start at the seeds: the phrases that stand high by several base scores at once, or those that are named.

    [1] Zhang, Gao, Ciravegna: SemRe-Rank: Improving Automatic Term Extraction By Incorporating Semantic Relatedness
        With Personalised PageRank (TKDD 2018), section 4.
    """

    encoder: Embeddings = Field(default_factory=default_encoder)
    """Its vectors of single words say which are related."""
    base: Base = "combined"
    """What is counted: TF-IDF, C-value, residual IDF, how much more frequent the words are than in general
    (`weirdness`), or this and C-value together."""
    rerank: bool = True
    """False leaves the base score alone; nothing is encoded then."""
    seeds: NonNegativeInt = 100
    """Phrases that walks start at, a tenth of all at most; 0 for plain PageRank. 100 or 200 in the paper."""
    seed_terms: tuple[str, ...] = ()
    """Terms that are known to be some: they take the place of those chosen."""
    related: float = Field(default=0.5, ge=-1, le=1)
    """Cosine from which two words are related: 0.5 in the paper, for vectors trained on the collection."""
    related_share: float = Field(default=0.15, gt=0, le=1)
    """Share of all words that a word is related to at most: 0.15 in the paper."""
    max_words: PositiveInt = 4
    """Words of a phrase."""
    min_frequency: PositiveInt = 2
    """Occurrences of a phrase in all documents together."""
    language: Language = "en"
    """Of the stemmer and the stop words. What tells verbs from nouns is for English alone."""
    limit: PositiveInt | None = None
    """Terms returned; None for all."""

    def find(self, texts: Sequence[str]) -> list[Term]:
        """The terms of some documents, best first; none where no phrase is there often enough."""
        found = candidates(texts, self.max_words, self.min_frequency, self.language)
        if not found.phrases:
            return []
        base = _of_highest(BASES[self.base](found))
        weight = self._importance(found) if self.rerank else np.zeros(len(base))
        score = (1 + weight) * base
        holding = np.zeros(len(base), np.int64)
        place = {key: number for number, key in enumerate(found.phrases)}
        for document in found.documents:
            holding[[place[key] for key in document]] += 1
        terms = [
            Term(phrase.text, float(score[i]), float(base[i]), float(weight[i]), phrase.frequency, int(holding[i]))
            for i, phrase in enumerate(found.phrases.values())
        ]
        return sorted(terms, key=lambda term: (-term.score, -term.frequency, term.text))[: self.limit]

    def _importance(self, found: Candidates) -> NDArray[np.float64]:
        """Of each phrase."""
        relatedness = Relatedness(self.encoder, self.related, self.related_share)
        of_word = importance(found, self._seeds(found), relatedness)
        return np.array([sum(of_word.get(stem, 0.0) for stem in key) / len(key) for key in found.phrases])

    def _seeds(self, found: Candidates) -> set[str]:
        """Stems of the seeds' words."""
        if self.seed_terms:
            named = candidates(["\n\n".join(self.seed_terms)], self.max_words, 1, self.language)
            return {stem for key in named.phrases for stem in key}
        count = min(self.seeds, len(found.phrases) // 10)
        # Each base score errs in its own way; a phrase that none of them ranks low is a term more often than not.
        ranks = [
            np.argsort(np.argsort(-BASES[base](found), kind="stable")) for base in ("tfidf", "cvalue", "weirdness")
        ]
        chosen = np.argsort(np.sum(np.log1p(ranks), axis=0), kind="stable")[:count]
        keys = list(found.phrases)
        return {stem for number in chosen for stem in keys[number]}


def _of_highest(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divided by the highest. Scores below 0 (residual IDF can have them) become 0."""
    kept = np.maximum(scores, 0)
    return np.asarray(kept / kept.max()) if kept.any() else kept

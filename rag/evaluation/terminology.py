"""Translations: are the required terms there, is each translated one way, how near does it come to a reference?

[1] Popović: chrF, character n-gram F-score for automatic MT evaluation (WMT 2015).
[2] Semenov, Bojar: Automated Evaluation Metric for Terminology Consistency in MT (WMT 2022), whose question is asked
    here of the translations that a data set accepts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rag.translation.wording import Word, Wording

__all__ = ["chrf", "score", "term_consistency", "term_hit_rate"]

Terms = Mapping[str, Sequence[str]]
"""Source term to the translations that are right."""

_ORDERS, _BETA = 6, 2.0


def term_hit_rate(translation: str, terms: Terms, target: Wording) -> float:
    """The share of terms of which a right translation stands there, in any inflection; NaN where there is none."""
    hits = [any(target.has(accepted, translation) for accepted in some) for some in terms.values()]
    return sum(hits) / len(hits) if hits else float("nan")


def term_consistency(source: str, translation: str, terms: Terms, sides: tuple[Wording, Wording]) -> float:
    """The share of terms that come again in the source and are translated one and the same right way every time.

    A term is consistent if one of its translations is there as often as the term, and no other one is. NaN where no
    term comes again.
    """
    words, made = sides[0].words(source), sides[1].words(translation)
    found = []
    for term, accepted in terms.items():
        times = len(sides[0].places(term, words, source))
        if times > 1:
            counts = _counts(accepted, made, translation, sides[1])
            found.append(max(counts, default=0) >= times and sum(count > 0 for count in counts) == 1)
    return sum(found) / len(found) if found else float("nan")


def _counts(accepted: Sequence[str], words: Sequence[Word], text: str, wording: Wording) -> list[int]:
    """How often each translation stands there by itself; of two with the same stems the first counts."""
    different = {wording.keys(one): one for one in reversed(accepted)}
    taken: list[tuple[int, int]] = []
    counts = []
    for one in sorted(different.values(), key=lambda one: -len(wording.keys(one))):  # not inside a longer one
        places = wording.places(one, words, text)
        free = [place for place in places if not any(place[0] < end and start < place[1] for start, end in taken)]
        taken += free
        counts.append(len(free))
    return counts


def chrf(translation: str, reference: str) -> float:
    """chrF2 in [0, 1]: F-score, recall counting twice, of n-grams of 1 to 6 characters without white space [1]."""
    mine, theirs = "".join(translation.split()), "".join(reference.split())
    precisions, recalls = [], []
    for order in range(1, _ORDERS + 1):
        one, other = _grams(mine, order), _grams(theirs, order)
        if not (one and other):
            continue
        common = (one & other).total()
        precisions.append(common / one.total())
        recalls.append(common / other.total())
    if not precisions or not any(precisions):
        return float(mine == theirs)
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return (1 + _BETA**2) * precision * recall / (_BETA**2 * precision + recall)


def _grams(text: str, order: int) -> Counter[str]:
    return Counter(text[place : place + order] for place in range(len(text) - order + 1))


def score(source: str, translation: str, terms: Terms, languages: tuple[str, str]) -> dict[str, float]:
    """The figures of one translation that need no reference."""
    sides = (Wording(languages[0]), Wording(languages[1]))
    return {
        "term_hit_rate": term_hit_rate(translation, terms, sides[1]),
        "term_consistency": term_consistency(source, translation, terms, sides),
    }

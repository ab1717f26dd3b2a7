"""How near an answer comes to a reference: exact match and F1 of SQuAD [1], containment, ROUGE-L [2].

Every measure takes a candidate and the answers of which any is right, gives a number in 0 to 1, and is the maximum over
those answers: more of them never lower it. A question that cannot be answered has no answers: right is then to say
nothing, as in SQuAD 2.0 [3].

[1] Rajpurkar et al.: SQuAD, 100,000+ Questions for Machine Comprehension of Text (2016).
[2] Lin: ROUGE, A Package for Automatic Evaluation of Summaries (2004).
[3] Rajpurkar, Jia, Liang: Know What You Don't Know, Unanswerable Questions for SQuAD (2018).
[4] Lewis et al.: MLQA, Evaluating Cross-lingual Extractive Question Answering (2020).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from rapidfuzz.distance import LCSseq

from rag.evaluation.equivalence import equivalence

__all__ = ["MEASURES", "containment", "exact_match", "f1", "normalize", "plain", "rouge_l", "score"]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Characters of scripts that put no space between words: each counts as a word, as in MLQA's evaluation [4]."""
_WIDE = re.compile("[\u3000-\u3004\u3008-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65“”‘’…—·]")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORDS = re.compile(r"[^\W_]+")
_CITED = re.compile(r"\s*\[\d+(?:\s*[,;–-]\s*\d+)*\]")


def plain(text: str) -> str:
    """An answer without its citation marks: `[1]`, `[2, 3]`."""
    return _CITED.sub("", text).strip()


def normalize(text: str) -> str:
    """SQuAD's normal form: lower case, no ASCII punctuation, no articles, single spaces.

    Where a script puts no spaces, characters stand alone and its own punctuation goes too.
    """
    return " ".join(_ARTICLES.sub(" ", _spaced(text.lower()).translate(_PUNCTUATION)).split())


def _spaced(text: str) -> str:
    """A text with spaces around the characters of scripts that have none."""
    if text.isascii() or not _UNSPACED.search(text):
        return text
    return _UNSPACED.sub(r" \g<0> ", _WIDE.sub(" ", text))


def exact_match(candidate: str, reference: str) -> float:
    """1 where both have the same normal form."""
    return float(normalize(candidate) == normalize(reference))


def f1(candidate: str, reference: str) -> float:
    """Harmonic mean of precision and recall over the words of the normal forms, counted as bags."""
    mine, theirs = normalize(candidate).split(), normalize(reference).split()
    if not (mine and theirs):
        return float(mine == theirs)
    common = sum((Counter(mine) & Counter(theirs)).values())
    return 2 * common / (len(mine) + len(theirs))


def containment(candidate: str, reference: str) -> float:
    """1 where the reference's words stand in the candidate, side by side and in order."""
    wanted = normalize(reference)
    return float(bool(wanted) and f" {wanted} " in f" {normalize(candidate)} ")


def rouge_l(candidate: str, reference: str) -> float:
    """F-measure of the longest common subsequence of words: lower case, letters and digits only, not stemmed."""
    mine, theirs = _WORDS.findall(_spaced(candidate.lower())), _WORDS.findall(_spaced(reference.lower()))
    if not (mine and theirs):
        return float(mine == theirs)
    return 2 * LCSseq.similarity(mine, theirs) / (len(mine) + len(theirs))


MEASURES: Mapping[str, Callable[[str, str], float]] = {
    "exact_match": exact_match,
    "f1": f1,
    "containment": containment,
    "rouge_l": rouge_l,
}


def score(question: str, candidate: str, answers: Sequence[str], *, abstained: bool) -> dict[str, float]:
    """Every measure of one answer.

    Args:
        question: the question.
        candidate: what was answered; citation marks are taken out.
        answers: any of these is right; none at all where the question cannot be answered.
        abstained: whether no answer was given. Counts as an empty answer.
    """
    said = "" if abstained else plain(candidate)
    names = (*MEASURES, "answer_equivalence")
    if not answers:
        return dict.fromkeys(names, float(not said))
    if not said:
        return dict.fromkeys(names, 0.0)
    measured = {name: max(measure(said, answer) for answer in answers) for name, measure in MEASURES.items()}
    measured["answer_equivalence"] = equivalence(question, answers, said)
    return measured

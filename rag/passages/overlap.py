"""How much of a question's wording a text holds."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.words.analysis import Analyzer

__all__ = ["overlap"]

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)+")
"""A version, a date, a time, an amount: more than its digits, which other texts have as well."""


def overlap(question: str, texts: Sequence[str]) -> NDArray[np.float64]:
    """The share of a question's words that each text holds, 0 to 1, rare words counting more; `[len(texts)]`."""
    analyzer = Analyzer()
    asked = {*analyzer.terms(question), *_NUMBER.findall(question)}
    held = [asked.intersection([*analyzer.terms(text), *_NUMBER.findall(text)]) for text in texts]
    counts = Counter(term for terms in held for term in terms)
    weight = {term: math.log(1 + (len(texts) - counts[term] + 0.5) / (counts[term] + 0.5)) for term in asked}
    whole = sum(weight.values()) or 1.0
    return np.array([sum(weight[term] for term in terms) / whole for terms in held])

import math

import pytest

from rag.terms.candidates import candidates
from rag.terms.scores import BASES, Base

TEXTS = ["The cell. A basal cell. The basal cell carcinoma.", "The basal cell carcinoma in a cell.", "The year."]


def scores(base: Base) -> dict[str, float]:
    found = candidates(TEXTS, min_frequency=1)
    return {phrase.text: float(score) for phrase, score in zip(found.phrases.values(), BASES[base](found), strict=True)}


def test_c_value_takes_off_what_longer_phrases_hold() -> None:
    found = scores("cvalue")
    assert found["basal cell carcinoma"] == pytest.approx(math.log2(4) * 2)
    assert found["basal cell"] == pytest.approx(math.log2(3) * (3 - 2))
    assert found["cell"] == pytest.approx(math.log2(2) * (5 - (3 + 2) / 2))


def test_tfidf() -> None:
    found = scores("tfidf")
    assert found["cell"] == pytest.approx(5 * math.log1p(3 / 2))
    assert found["year"] == pytest.approx(math.log1p(3))


def test_residual_idf_is_what_poisson_does_not_expect() -> None:
    found = scores("ridf")
    assert found["cell"] == pytest.approx(math.log2(3 / 2) + math.log2(1 - math.exp(-5 / 3)))


def test_words_that_are_rare_elsewhere_are_odd() -> None:
    found = scores("weirdness")
    assert found["basal cell carcinoma"] > found["year"]
    assert scores("combined")["basal cell carcinoma"] > scores("combined")["cell"] > scores("combined")["year"]

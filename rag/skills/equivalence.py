"""Equivalence: whether an answer says what a reference says [1].

[1] Bulian et al.: Tomayto, Tomahto. Beyond Token-level Answer Equivalence for QA Evaluation (2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.skills.likeness import FEATURES, likeness
from rag.skills.skill import Skill
from rag.skills.trees import scores
from rag.skills.wording import other_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SEVERAL", "Equivalence", "parts"]

SEVERAL = " / "
"""Between references of which any will do."""
BRIEF, DIFFERENT = 5, 0.25
"""An answer of at most so many words that lacks the reference's numbers is worth at most so much: 1903 is not 1902. The
judged answers are sentences, from which this is not learnt. So is one of any length that gives other years or numbers
in place of all of the reference's."""


class Equivalence(Skill):
    """Whether a candidate answers a question as a reference does: boosted trees over `rag.skills.likeness`.

    They have learnt from judgements of people about answers of language models. More references never lower a score.
    """

    name = "equivalence"

    def score(
        self, triples: Sequence[tuple[str, str, str]], table: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Probabilities that both answers are the same, float32 `[len(triples)]`, of (question, reference, candidate).

        An empty candidate is worth 0, the reference itself 1. Several references, of which any will do, are one text
        with ` / ` between them.

        Args:
            triples: of texts.
            table: what `likeness` gives for every one of `parts(triples)`, for who has it already.
        """
        found = np.zeros(len(triples), dtype=np.float32)
        single, owners = parts(triples)
        asked = [place for place, (_, reference, said) in enumerate(single) if _fold(reference) != _fold(said)]
        same = sorted(set(range(len(single))) - set(asked))
        found[owners[same]] = 1.0
        features = likeness([single[place] for place in asked]) if table is None else table[asked]
        chances = 1 / (1 + np.exp(-scores(self.arrays, features) / self.temperature))
        brief = [len(single[place][2].split()) <= BRIEF and other_numbers(*single[place]) for place in asked]
        chances = np.where(_missed(features, brief), np.minimum(chances, DIFFERENT), chances)
        np.maximum.at(found, owners[asked], chances.astype(np.float32))
        found[[not said.strip() for _, _, said in triples]] = 0.0
        return found


def parts(triples: Sequence[tuple[str, str, str]]) -> tuple[list[tuple[str, str, str]], NDArray[np.intp]]:
    """Every reference alone, and which triple each is of."""
    single = [
        (place, (question, reference, said))
        for place, (question, references, said) in enumerate(triples)
        for reference in references.split(SEVERAL)
    ]
    return [triple for _, triple in single], np.array([place for place, _ in single], dtype=np.intp)


def _missed(features: NDArray[np.float32], brief: Sequence[bool]) -> NDArray[np.bool_]:
    """Where a candidate gives years but none of the reference's, or numbers but none of the reference's.

    `brief` ones need not give any.
    """
    years, other, held, near = (
        features[:, FEATURES.index(name)] for name in ("years held", "other years", "numerals held", "nearest number")
    )
    none = (held == 0) & (near > 0) & (near < 2)
    missed: NDArray[np.bool_] = ((years == 0) & (other > 0)) | none | (np.array(brief, dtype=np.bool_) & (held <= 0))
    return missed


def _fold(text: str) -> str:
    return " ".join(text.casefold().split()).strip(".!? ")

"""Relevance: how likely a passage is what a question looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.tokenizer import default_tokenizer
from rag.skills.cross import CrossSkill, Judgement
from rag.skills.cross_rows import LONGEST, Role, Row, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LONGEST_PASSAGE", "Relevance", "pair_rows"]

LONGEST_PASSAGE = 2048
"""Tokens of a passage that are read; the rest is cut."""


class Relevance(CrossSkill):
    """A cross-encoder's judgement of question and passage [1]. A long passage is worth what its best window is.

    [1] Nogueira, Cho: Passage Re-ranking with BERT (2019), arXiv 1901.04085.
    """

    name = "relevance"

    def score(self, pairs: Sequence[tuple[str, str]], titles: Sequence[str] = ()) -> NDArray[np.float32]:
        """Probabilities of relevance, float32 `[len(pairs)]` in 0..1, of (question, passage).

        Args:
            pairs: question and passage.
            titles: of the passages: read in front of each window, as `reader` and `keep` read them. None at all where
                not given.
        """
        rows, owners = pair_rows(pairs, titles)
        return self.model.probability("rank", strongest(self.model.read(rows).rows[:, Judgement.RANK], owners))


def pair_rows(pairs: Sequence[tuple[str, str]], titles: Sequence[str] = ()) -> tuple[list[Row], NDArray[np.int64]]:
    """The windows of every pair, and which pair each is of, int64 `[windows]`, in order."""
    tokenizer = default_tokenizer()
    asked = {question: place for place, question in enumerate(dict.fromkeys(question for question, _ in pairs))}
    questions = tokenizer.ids(list(asked), LONGEST[Role.QUESTION])
    passages = tokenizer.ids([passage for _, passage in pairs], LONGEST_PASSAGE)
    heads = tokenizer.ids(list(titles), LONGEST_PASSAGE) if titles else [[]] * len(pairs)
    rows: list[Row] = []
    owners: list[int] = []
    for place, ((question, _), passage, head) in enumerate(zip(pairs, passages, heads, strict=True)):
        made = list(windows([(Role.QUESTION, questions[asked[question]]), (Role.PASSAGE, passage)], head=head))
        rows += made
        owners += [place] * len(made)
    return rows, np.array(owners, dtype=np.int64)


def strongest(logits: NDArray[np.float32], owners: NDArray[np.int64]) -> NDArray[np.float32]:
    """The greatest logit of each owner, float32 `[owners]`; every owner has one."""
    found = np.full(int(owners[-1]) + 1 if len(owners) else 0, -np.inf, dtype=np.float32)
    np.maximum.at(found, owners, logits)
    return found

"""Support: how likely a passage bears a claim out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.tokenizer import default_tokenizer
from rag.passages.overlap import overlap
from rag.segmenters.sentences import sentences
from rag.skills.cross import CrossSkill, Judgement
from rag.skills.cross_rows import LONGEST, WINDOW, Role, Row, row
from rag.skills.wording import BORNE, borne

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Support", "claim_row"]

EVIDENCE = 12
"""Sentences of a long passage that are read."""


class Support(CrossSkill):
    """Whether a passage says what a claim says.

    What the model says is weighed together with how many of the claim's words and numbers the passage holds. A passage
    that is too long to be read at once is read in part: the sentences that hold most of the claim's words.
    """

    name = "support"

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Probabilities that the passage supports all of the claim, float32 `[len(pairs)]`, of (claim, passage)."""
        said = self.model.read([claim_row(claim, passage) for claim, passage in pairs])
        features = np.array([borne(*pair) for pair in pairs], dtype=np.float32).reshape(-1, len(BORNE))
        return self.model.probability("support", said.rows[:, Judgement.SUPPORT], *features.T)


def claim_row(claim: str, passage: str) -> Row:
    """Claim and passage as one row."""
    ids = default_tokenizer().ids([claim, passage], WINDOW)
    if len(ids[0]) + len(ids[1]) > WINDOW - 3:
        ids[1] = default_tokenizer().ids([_nearest(claim, passage)], WINDOW)[0]
    return row([(Role.CLAIM, ids[0][: LONGEST[Role.CLAIM]]), (Role.PASSAGE, ids[1])])


def _nearest(claim: str, passage: str) -> str:
    """The sentences that share most of the claim's words, rare ones counting more, in their order."""
    spans = sentences(passage)
    if len(spans) <= 1:
        return passage
    texts = [passage[start:end] for start, end in spans]
    best = np.argsort(-overlap(claim, texts), kind="stable")[:EVIDENCE]
    return " ".join(texts[place] for place in sorted(best))

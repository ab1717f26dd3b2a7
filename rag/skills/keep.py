"""Keep: which sentences of a passage a question needs, in the same pass as relevance [1].

[1] Chirkova et al.: Provence: efficient and robust context pruning for retrieval-augmented generation (2025),
arXiv 2501.16214.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.tokenizer import default_tokenizer
from rag.skills.cross import CrossSkill, Judgement, Token
from rag.skills.cross_rows import LONGEST, Role, Row, windows
from rag.skills.relevance import LONGEST_PASSAGE, strongest

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Keep"]


class Keep(CrossSkill):
    """A probability for every sentence: the mean over its tokens, where windows overlap over those of both."""

    name = "keep"

    def keep(self, passages: Sequence[tuple[str, Sequence[str]]]) -> list[NDArray[np.float32]]:
        """Of each (question, sentences) the probabilities that the sentences are needed, float32 `[sentences]`."""
        return self.judge(passages)[0]

    def judge(
        self, passages: Sequence[tuple[str, Sequence[str]]], titles: Sequence[str] = ()
    ) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
        """What to keep, and what `relevance` says of each passage, from one reading.

        Args:
            passages: question and the sentences of a passage, in their order.
            titles: of the passages: read in front of each window. None at all where not given.
        """
        rows: list[Row] = []
        owners: list[int] = []
        places: list[NDArray[np.int64]] = []
        tokenizer = default_tokenizer()
        for number, (question, sentences) in enumerate(passages):
            of_sentences = tokenizer.ids(list(sentences), LONGEST_PASSAGE)
            places.append(np.repeat(np.arange(len(of_sentences)), [len(ids) for ids in of_sentences]))
            asked = tokenizer.ids([question], LONGEST[Role.QUESTION])[0]
            head = tokenizer.ids([titles[number]], LONGEST_PASSAGE)[0] if titles else []
            body = list(chain.from_iterable(of_sentences))[:LONGEST_PASSAGE]
            made = list(windows([(Role.QUESTION, asked), (Role.PASSAGE, body)], head=head))
            rows += made
            owners += [number] * len(made)
        said = self.model.read(rows)
        sums = [np.zeros(len(sentences)) for _, sentences in passages]
        counts = [np.zeros(len(sentences)) for _, sentences in passages]
        for row, owner, logits in zip(rows, owners, said.tokens, strict=True):
            inside = self.model.probability("keep", logits[row.begin : row.begin + row.size, Token.KEEP])
            at = places[owner][row.skipped : row.skipped + row.size]
            np.add.at(sums[owner], at, inside)
            np.add.at(counts[owner], at, 1)
        kept = [(total / np.maximum(count, 1)).astype(np.float32) for total, count in zip(sums, counts, strict=True)]
        ranks = strongest(said.rows[:, Judgement.RANK], np.array(owners, dtype=np.int64))
        return kept, self.model.probability("rank", ranks)

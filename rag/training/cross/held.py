"""Held-out examples as the skills read them: what calibration fits on and figures are measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.skills.cross import CrossEncoder, Judgement
from rag.skills.cross_rows import LONGEST, Role, Row, windows
from rag.skills.reader import Candidate, Reader
from rag.training.cross.examples import Asked, Judged, Stated
from rag.training.cross.negatives import hard_negatives
from rag.training.cross.sample import Tokens
from rag.training.cross.samples import stated
from rag.training.splits import fraction

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LONG", "Faces", "Reading", "with_negatives"]

LONG = 6_000
"""Characters from which on a passage is put beside no question of others: dozens of windows are read of an article."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with passages, those that came with it first."""

    question: Asked
    passages: tuple[Judged, ...]
    gold: int
    """How many of them are relevant or belong to the question; the others do not answer it."""


def with_negatives(asked: Sequence[Asked], most: int | None = None) -> list[Reading]:
    """Questions with the passages that BM25 finds for them, each set in turn until there are `most`."""
    by_source: dict[str, list[int]] = {}
    for place in sorted(range(len(asked)), key=lambda place: fraction(asked[place].question)):
        by_source.setdefault(asked[place].source, []).append(place)
    share = len(asked) if most is None else -(-most // max(1, len(by_source)))
    chosen = {place for places in by_source.values() for place in places[:share]}
    readings = []
    for place, near in enumerate(hard_negatives(asked)):
        if place in chosen:
            own = [passage for passage in asked[place].passages if passage.relevant is not False]
            rest = [passage for passage in asked[place].passages if passage.relevant is False]
            short = (passage for passage in near if len(passage.text) <= LONG)
            readings.append(Reading(asked[place], (*own, *rest, *short), len(own)))
    return readings


class Faces:
    """A cross-encoder as it is used, logits in place of probabilities."""

    def __init__(self, model: CrossEncoder) -> None:
        self.model = model
        self.reader = Reader(model.arrays, model.facts)
        self.reader.model = model

    def candidates(self, readings: Sequence[Reading]) -> list[list[Candidate]]:
        """The spans of each reading."""
        return self.reader.candidates(
            [
                (
                    reading.question.question,
                    [passage.text for passage in reading.passages],
                    [passage.title for passage in reading.passages],
                )
                for reading in readings
            ]
        )

    def ranks(
        self, readings: Sequence[Reading]
    ) -> tuple[NDArray[np.float32], list[tuple[NDArray[np.float32], NDArray[np.bool_] | None]]]:
        """The rank logit of each passage, and of each window its tokens' logits and which of them are to be kept."""
        from rag.encoders.tokenizer import default_tokenizer

        rows: list[Row] = []
        owners: list[int] = []
        wanted: list[NDArray[np.bool_] | None] = []
        number = 0
        for reading in readings:
            ids = default_tokenizer().ids([reading.question.question], LONGEST[Role.QUESTION])[0]
            for passage in reading.passages:
                tokens = Tokens.of(passage.text)
                head = default_tokenizer().ids([passage.title], LONGEST[Role.QUESTION])[0]
                kept = _kept(passage, tokens)
                for made in windows([(Role.QUESTION, ids), (Role.PASSAGE, tokens.ids)], head=head):
                    rows.append(made)
                    owners.append(number)
                    wanted.append(None if kept is None else kept[made.skipped : made.skipped + made.size])
                number += 1
        said = self.model.read(rows)
        ranks = np.full(number, -np.inf, dtype=np.float32)
        np.maximum.at(ranks, owners, said.rows[:, Judgement.RANK])
        parts = [
            (logits[row.begin : row.begin + row.size], want)
            for row, logits, want in zip(rows, said.tokens, wanted, strict=True)
        ]
        return ranks, parts

    def logits(self, statements: Sequence[Stated]) -> NDArray[np.float32]:
        """By `Judgement`, `[n, 3]`."""
        samples = [stated(statement) for statement in statements]
        return self.model.read([Row(sample.ids, sample.roles, 0, 0) for sample in samples]).rows


def _kept(passage: Judged, tokens: Tokens) -> NDArray[np.bool_] | None:
    if passage.kept is None:
        return None
    found = np.zeros(len(tokens.ids), dtype=np.bool_)
    for span in filter(None, map(tokens.span, passage.kept)):
        found[span[0] : span[1] + 1] = True
    return found

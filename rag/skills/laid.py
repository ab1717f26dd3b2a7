"""Passages beside a question as rows of tokens, and where in the passages the tokens stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.tokenizer import default_tokenizer
from rag.segmenters.sentences import sentences
from rag.skills.cross_rows import LONGEST, TOGETHER, Role, Row, body, windows
from rag.skills.relevance import LONGEST_PASSAGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Laid", "lay_out"]

_STOPS = (".", "!", "?", "…", '"', "”", "'", ")")
_ROW = re.compile(r"\n(?=[^\n]*(?: \| |; \w[^\n;:]{0,40}: ))")
"""A line as loaders write rows of tables: `a | b` or `name: a; name: b`."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A row whose body is of passages."""

    row: Row
    group: int
    """Which of the groups it is of."""
    owners: NDArray[np.int32]
    """`[row.size]`: the place of the passage that a token is of, -1 where it is of a title."""
    characters: NDArray[np.int32]
    """`[row.size, 2]`: the first character of a token in its passage, and the one after its last."""
    stretches: NDArray[np.int32]
    """`[row.size]`: which sentence or row of its passage a token is of; no answer reaches from one into another."""


def lay_out(
    question: str,
    passages: Sequence[str],
    titles: Sequence[str] = (),
    groups: Sequence[Sequence[int]] | None = None,
    *,
    longest: int = TOGETHER,
) -> Iterator[Laid]:
    """The windows of each group of passages.

    Args:
        question: stand-alone.
        passages: of which the first `LONGEST_PASSAGE` tokens are read.
        titles: of the passages; none at all where not given.
        groups: places of passages that are read as one text, in that order; None for each alone.
        longest: tokens of a row of several passages at most.
    """
    tokenizer = default_tokenizer()
    parts = [(Role.QUESTION, tokenizer.ids([question], LONGEST[Role.QUESTION])[0])]
    heads = tokenizer.ids(list(titles), LONGEST_PASSAGE) if titles else [[]] * len(passages)
    found = tokenizer.engine.encode_batch(list(passages), add_special_tokens=False)
    ids = [encoding.ids[:LONGEST_PASSAGE] for encoding in found]
    places = [np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2) for encoding in found]
    within = [_stretches(text, some) for text, some in zip(passages, places, strict=True)]
    for number, group in enumerate([[place] for place in range(len(passages))] if groups is None else groups):
        if len(group) == 1:
            (place,) = group
            owners, characters, stretches = np.full(len(ids[place]), place, np.int32), places[place], within[place]
            rows = windows([*parts, (Role.PASSAGE, ids[place])], head=heads[place])
        else:
            whole = body([(heads[place], ids[place]) for place in group])
            owners = np.array([*group, -1], np.int32)[whole.owners]
            characters, stretches = np.zeros((len(whole.ids), 2), np.int32), np.zeros(len(whole.ids), np.int32)
            for place in group:
                characters[owners == place] = places[place][: len(ids[place])]
                stretches[owners == place] = within[place][: len(ids[place])]
            rows = windows([*parts, (Role.PASSAGE, whole.ids)], longest)
        for made in rows:
            inside = slice(made.skipped, made.skipped + made.size)
            yield Laid(made, number, owners[inside], characters[inside], stretches[inside])


def _stretches(text: str, characters: NDArray[np.int32]) -> NDArray[np.int32]:
    """Sentences by rule, and rows of tables, numbered: one number for each token. A line that is broken goes on."""
    ended = {start for start, _ in sentences(text) if text[max(0, start - 4) : start].rstrip().endswith(_STOPS)}
    starts = sorted(ended | {match.end() for match in _ROW.finditer(text)})
    return np.searchsorted(starts, characters[:, 0], "right").astype(np.int32)

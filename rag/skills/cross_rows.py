"""What the cross-encoder reads: the parts of a pair or triple as one row of tokens, each marked with its role.

    [CLS] question [SEP] passage [SEP]                     what is asked, and where the answer may stand
    [CLS] question [SEP] passage passage [SEP]             the same, where the answer follows from several
    [CLS] claim [SEP] passage [SEP]                        what is said, and what may bear it out

The role of a token is added to it as BERT adds its segment; that of `[CLS]` tells which judgement is wanted. Training
and use lay rows out by this one file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CLS", "HEAD", "LONGEST", "SEP", "TOGETHER", "WINDOW", "Body", "Role", "Row", "body", "row", "windows"]

CLS, SEP = 101, 102
WINDOW = 256
"""Tokens of a row at most, special tokens included."""
TOGETHER = 384
"""The same where a row holds several passages."""
STRIDE = 64
"""Tokens that two neighbouring windows of a long passage share."""


class Role(IntEnum):
    """What a token is part of; a row of the role table."""

    QUESTION = 0
    PASSAGE = 1
    CLAIM = 2
    JUDGE_PASSAGE = 3
    """`[CLS]` of question and passage."""
    JUDGE_CLAIM = 4
    """`[CLS]` of claim and passage."""


LONGEST = {Role.QUESTION: 64, Role.CLAIM: 96}
"""Tokens of the parts that come first; of the last part is read what there is room for."""
HEAD = 24
"""Tokens of a title."""


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens that are read at once."""

    ids: list[int]
    roles: list[int]
    begin: int
    """Where the body of the last part begins in the row."""
    size: int
    """How many tokens of the body are in the row."""
    skipped: int = 0
    """How many tokens of the body stand before those."""


Parts = Sequence[tuple[Role, Sequence[int]]]
"""Role and token ids of each, special tokens left out; a passage or a candidate is last."""


def row(parts: Parts, window: int = WINDOW, *, head: Sequence[int] = (), skip: int = 0) -> Row:
    """One row of the parts; of the last one, the body, is read what there is room for.

    Args:
        parts: of the pair or triple.
        window: tokens at most.
        head: tokens in front of the body that belong to its role, a title's: read in every window of it.
        skip: tokens of the body that are left out in front.
    """
    first, last = parts[0][0], parts[-1][0]
    judge = Role.JUDGE_CLAIM if first is Role.CLAIM else Role.JUDGE_PASSAGE
    ids, roles = [CLS], [int(judge)]
    for role, part in parts[:-1]:
        cut = list(part[: LONGEST[role]])
        ids += [*cut, SEP]
        roles += [int(role)] * (len(cut) + 1)
    ids += head[:HEAD]
    begin = len(ids)
    body = list(parts[-1][1][skip : skip + window - begin - 1])
    ids += [*body, SEP]
    roles += [int(last)] * (len(ids) - len(roles))
    return Row(ids, roles, begin, len(body), skip)


def windows(parts: Parts, window: int = WINDOW, *, head: Sequence[int] = ()) -> Iterator[Row]:
    """The rows that together hold all of the body, neighbours sharing `STRIDE` tokens."""
    skip, whole = 0, len(parts[-1][1])
    while True:
        made = row(parts, window, head=head, skip=skip)
        yield made
        if skip + made.size >= whole:
            return
        skip += max(1, made.size - STRIDE)


@dataclass(frozen=True, slots=True)
class Body:
    """Several passages in a row, each behind its title."""

    ids: list[int]
    owners: NDArray[np.int32]
    """Of each token the place of its passage, -1 for a title's."""
    places: NDArray[np.int32]
    """Which token of its passage it is."""


def body(passages: Sequence[tuple[Sequence[int], Sequence[int]]]) -> Body:
    """Passages as one.

    Args:
        passages: tokens of the title and of the text of each.
    """
    ids: list[int] = []
    owners, places = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for number, (head, text) in enumerate(passages):
        cut = head[:HEAD]
        ids += [*cut, *text]
        owners += [np.full(len(cut), -1, np.int32), np.full(len(text), number, np.int32)]
        places += [np.zeros(len(cut), np.int32), np.arange(len(text), dtype=np.int32)]
    return Body(ids, np.concatenate(owners), np.concatenate(places))

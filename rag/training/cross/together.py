"""Several passages in one row: where an answer follows from two, neither alone tells it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from rag.skills.cross import Judgement
from rag.skills.cross_rows import TOGETHER, Body, Role, body, row
from rag.training.cross.examples import Asked, Judged
from rag.training.cross.sample import UNKNOWN, Sample, Tokens

__all__ = ["chosen", "together"]

WITHOUT_OTHERS = 0.5
"""How often a row holds nothing but passages that bear the answer."""


def chosen(question: Asked, near: Sequence[Judged], chance: random.Random) -> list[Judged]:
    """Two or three passages in random order: of those that bear the answer one or two, and one that does not.

    Args:
        question: with its own passages.
        near: others that do not answer it, the likest first.
        chance: draws them.
    """
    own = [passage for passage in question.passages if passage.relevant is not False]
    others = [passage for passage in question.passages if passage.relevant is False] or list(near[:6])
    some = chance.sample(own, min(2, len(own)))
    answering = [passage for passage in own if passage.answers]
    if answering and not any(passage.answers for passage in some):
        some[0] = chance.choice([passage for passage in answering if passage not in some])
    if len(some) < 2 or chance.random() > WITHOUT_OTHERS:
        some += chance.sample(others, min(1, len(others)))
    chance.shuffle(some)
    return some


def together(
    asked: list[int], passages: Sequence[tuple[Judged, Tokens, Sequence[int]]], chance: random.Random
) -> Sample | None:
    """The row and where the answer stands in it; None where nothing can be learnt from it.

    Args:
        asked: the question in tokens.
        passages: each with its tokens and those of its title.
        chance: draws the window that is read where there are several; one with an answer, if there is one.
    """
    if len(passages) < 2:
        return None
    whole = body([(head, tokens.ids) for _, tokens, head in passages])
    firsts = [_first(whole, number) for number in range(len(passages))]
    answers = [
        (first + span[0], first + span[1])
        for first, (passage, tokens, _) in zip(firsts, passages, strict=True)
        for span in map(tokens.span, passage.answers)
        if span
    ]
    parts = [(Role.QUESTION, asked), (Role.PASSAGE, whole.ids)]
    room = row(parts, TOGETHER).size
    spare = max(0, len(whole.ids) - room)
    shown = [chance.randint(max(0, b - room + 1), min(a, spare)) for a, b in answers if b - room < min(a, spare)]
    ends = [skip for skip in (0, spare) if any(skip <= a and b < skip + room for a, b in answers)]
    skip = chance.choice([*ends, *shown] or [0, spare])
    made = row(parts, TOGETHER, skip=skip)
    begin, end = made.begin, made.begin + made.size
    sample = Sample(made.ids, made.roles)
    inside = [(a - skip + begin, b - skip + begin) for a, b in answers if skip <= a and b < skip + made.size]
    if inside:
        sample.starts, sample.ends = [a for a, _ in inside], [b for _, b in inside]
        sample.judged[Judgement.ANSWERABLE] = 1.0
    elif not answers and all(passage.told for passage, _, _ in passages):
        sample.starts = sample.ends = [0]
        sample.judged[Judgement.ANSWERABLE] = 0.0
    kept = _kept(whole, firsts, passages)
    sample.keep = [UNKNOWN] * begin + kept[skip : skip + made.size] + [UNKNOWN] * (len(made.ids) - end)
    return sample if inside or sample.starts or max(sample.keep) > UNKNOWN else None


def _first(whole: Body, number: int) -> int:
    """Where a passage's text begins."""
    mine = (whole.owners == number).nonzero()[0]
    return int(mine[0]) if len(mine) else 0


def _kept(whole: Body, firsts: Sequence[int], passages: Sequence[tuple[Judged, Tokens, Sequence[int]]]) -> list[int]:
    """For each token of the body 1, 0 or `UNKNOWN`."""
    kept = [UNKNOWN] * len(whole.ids)
    for first, (passage, tokens, _) in zip(firsts, passages, strict=True):
        if passage.kept is None:
            continue
        kept[first : first + len(tokens.ids)] = [0] * len(tokens.ids)
        for a, b in filter(None, map(tokens.span, passage.kept)):
            kept[first + a : first + b + 1] = [1] * (b - a + 1)
    return kept

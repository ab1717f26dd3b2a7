"""Questions with the passages that `tokens` learns to tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rag.training.cross.examples import Asked, Judged, split
from rag.training.cross.files import read
from rag.training.cross.negatives import hard_negatives
from rag.training.splits import fraction

__all__ = ["BATCH", "Data", "Group", "Question", "batched", "parts", "text_of"]

TUNED = 0.3
"""Share of the held-out documents that a training is stopped by: the same as the cross-encoder's."""
QUESTIONS = 8_000
"""Learnt from, drawn evenly from the sets."""
STOPPED_BY = 240
MEASURED = 150
"""Questions of a set that are measured on."""
NEGATIVES = 5
"""Passages of BM25 beside the right one, of which each epoch draws `BESIDE`."""
BESIDE = 2
BATCH = 12


@dataclass(frozen=True)
class Question:
    """A question with passages."""

    text: str
    right: tuple[str, ...]
    """Passages that answer it, at least one."""
    wrong: tuple[str, ...]
    """Passages that look like it, the likeliest first."""
    source: str = ""
    """The data set."""


@dataclass(frozen=True)
class Data:
    """Questions in parts; no document is in two of them."""

    train: Sequence[Question]
    dev: Sequence[Question]
    tests: Mapping[str, Sequence[Question]]
    """By data set."""


@dataclass(frozen=True)
class Group:
    """A question beside a right passage, first, and wrong ones."""

    question: str
    passages: tuple[str, ...]
    teacher: tuple[float, ...]
    """How well each answers, as a logit."""
    right: frozenset[str]
    source: str = ""
    """The data set."""


def parts(files: Sequence[Path]) -> Data:
    """The questions of some files that have a right passage and a wrong one."""
    trained, held = split(read(files))
    sources: dict[str, list[Asked]] = {}
    for one in trained:
        if isinstance(one, Asked):
            sources.setdefault(one.source, []).append(one)
    drawn = _drawn(sources)
    asked = [one for one in held if isinstance(one, Asked)]
    dev = [one for one in asked if fraction(f"tune {one.key}") < TUNED]
    chosen = set(map(id, dev))
    tests: dict[str, list[Asked]] = {}
    for one in asked:
        if id(one) not in chosen:
            tests.setdefault(one.source, []).append(one)
    made = {source: _questions(some)[:MEASURED] for source, some in tests.items()}
    return Data(_questions(drawn), _spread(_questions(dev), STOPPED_BY), {name: q for name, q in made.items() if q})


def text_of(passage: Judged) -> str:
    """As an index gives it to an encoder: its title in front."""
    return f"{passage.title}\n{passage.text}" if passage.title else passage.text


def batched(groups: Sequence[Group], chance: Random) -> list[list[Group]]:
    """An epoch: every group once, with the right passage and some of the wrong ones.

    No passage stands first for one question of a batch and is right for another.
    """
    order = list(groups)
    chance.shuffle(order)
    done: list[list[Group]] = []
    open_: list[list[Group]] = []
    for group in order:
        beside = sorted(chance.sample(range(1, len(group.passages)), BESIDE))
        places = [0, *beside]
        some = Group(
            group.question,
            tuple(group.passages[place] for place in places),
            tuple(group.teacher[place] for place in places),
            group.right,
            group.source,
        )
        fitting = next((b for b in open_ if all(some.passages[0] not in other.right for other in b)), None)
        if fitting is None:
            fitting = []
            open_.append(fitting)
        fitting.append(some)
        if len(fitting) == BATCH:
            open_.remove(fitting)
            done.append(fitting)
    return done + open_


def _drawn(sources: Mapping[str, Sequence[Asked]]) -> list[Asked]:
    """`QUESTIONS` of all sets, as many of each as of the others where there are so many."""
    left, found = QUESTIONS, []
    for place, name in enumerate(sorted(sources, key=lambda name: len(sources[name]))):
        some = sorted(sources[name], key=lambda one: fraction(f"tokens {one.question}"))
        share = left // (len(sources) - place)
        found += some[:share]
        left -= min(share, len(some))
    return found


def _questions(asked: Sequence[Asked]) -> list[Question]:
    """Those with a right passage and enough wrong ones: BM25's, then others given beside it."""
    found = []
    for one, near in zip(asked, hard_negatives(asked), strict=True):
        right = tuple(dict.fromkeys(text_of(p) for p in one.passages if p.relevant and (p.answers or not one.answers)))
        right = right or tuple(dict.fromkeys(text_of(p) for p in one.passages if p.relevant))
        given = [text_of(passage) for passage in one.passages if passage.relevant is False]
        every = {text_of(passage) for passage in one.passages if passage.relevant}
        wrong = tuple(text for text in dict.fromkeys([*map(text_of, near), *given]) if text not in every)
        if one.answerable and right and len(wrong) >= NEGATIVES:
            found.append(
                Question(one.question, tuple(dict.fromkeys([*right, *sorted(every)])), wrong[:NEGATIVES], one.source)
            )
    return found


def _spread(questions: Sequence[Question], count: int) -> list[Question]:
    step = max(1, len(questions) // count)
    return list(questions[::step][:count])

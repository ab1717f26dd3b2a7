"""Questions with what is known about the retrieval they need, read from the data sets' own records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.skills.complexity import CLASSES
from rag.skills.question_shape import plain
from rag.training.records import records
from rag.training.splits import Part, part

__all__ = ["Question", "read_questions"]

SILVER = {"A": "none", "B": "single", "C": "multi"}
STEPS = ("decomposition", "question_decomposition", "hops", "wiki_links", "paragraphs")
"""A record that holds one of these is of a question over several documents."""
SPLITS = ("train", "dev", "valid", "test")


@dataclass(frozen=True, slots=True)
class Question:
    """One labelled question."""

    text: str
    label: int
    """A place in `CLASSES`."""
    outcome: bool
    """Whether the label tells what happened; else it tells where the question is from."""
    group: str
    """The data set, for figures and for leaving one out."""
    part: Part
    right: Mapping[str, bool] = field(default_factory=dict)
    """Which routes answered it right, where `rag route label` has tried them."""
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    """What each took."""
    reason: str = ""
    """Why it is asked this way, where `rag route reason` had a model say so."""


def read_questions(files: Sequence[Path]) -> list[Question]:
    """Every question once; one that is measured on is not learnt from.

    Raises:
        UsageError: the files hold no question with a label.
    """
    found: dict[tuple[str, bool], Question] = {}
    for name, record in records(files):
        for question in _labelled(name, record):
            key = plain(question.text), question.outcome
            if key not in found or question.part == "test":
                found[key] = question
    measured = {text for (text, _), question in found.items() if question.part == "test"}
    kept = [q for (text, _), q in found.items() if q.part == "test" or text not in measured]
    if len({question.label for question in kept}) < 2:
        raise UsageError(
            "--data: found no questions of two kinds; a record holds `question` and `route` (none, single, multi)"
        )
    return kept


def _labelled(name: str, record: dict[str, Any]) -> Iterator[Question]:
    """The questions of one record, by the fields it has."""
    folder, _, stem = name.partition("/")
    first = stem.partition("_")[0]
    group = folder if first in SPLITS or first == folder or first.isdigit() else first
    if "qas" in record:
        place = part(str(record.get("pid") or record.get("context")))
        group = stem if folder == "squadshifts" else folder
        yield from (_known(qa["question"], 1, group, place) for qa in record["qas"])
        return
    text = record.get("question") or record.get("Question")
    if not isinstance(text, str) or not plain(text):
        return
    place = part(plain(text))
    if "simplest" in record:
        place = "test" if first in ("valid", "test") else "dev" if place == "dev" else "train"
        label = CLASSES.index(SILVER[record["simplest"]])
        yield Question(text, label, True, folder, place, reason=str(record.get("rationale") or ""))
    elif "route" in record:
        if record["route"] not in CLASSES:
            raise UsageError(f"{name}: route {record['route']!r} of {text!r}: should be one of {', '.join(CLASSES)}")
        label = CLASSES.index(record["route"])
        tried = record.get("right") or {}, record.get("milliseconds") or {}
        yield Question(text, label, True, group, place, *tried, reason=str(record.get("rationale") or ""))
        yield _known(text, label, group, place)
    else:
        yield _known(text, 2 if any(key in record for key in STEPS) else 1, group, place)


def _known(text: str, label: int, group: str, place: Part) -> Question:
    return Question(text, label, False, group, place)

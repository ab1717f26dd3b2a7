"""Texts as paragraphs of sentences, read from the data sets' own records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from rag.errors import UsageError
from rag.segmenters.sentences import sentences
from rag.training.records import records
from rag.training.sources import measured_only
from rag.training.splits import Part, part

__all__ = ["Text", "laid_out", "mixed", "read_texts"]

_CLAUSE = re.compile(r"[,;:] ")
BLANK = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Text:
    """A document."""

    group: str
    """The data set."""
    part: Part
    paragraphs: tuple[tuple[str, ...], ...]
    """Each a tuple of sentences, none empty."""

    def cut(self, count: int) -> Text:
        """Its first paragraphs, as many as hold at most `count` sentences; at least two."""
        ends = accumulate(len(paragraph) for paragraph in self.paragraphs)
        kept = max(2, sum(end <= count for end in ends))
        return replace(self, paragraphs=self.paragraphs[:kept])

    @property
    def sentences(self) -> list[str]:
        """All of them."""
        return [sentence for paragraph in self.paragraphs for sentence in paragraph]

    @property
    def seams(self) -> list[bool]:
        """Of every two neighbours, whether they are in the same paragraph."""
        found: list[bool] = []
        for paragraph in self.paragraphs:
            found += [
                *([False] if found or paragraph is not self.paragraphs[0] else []),
                *[True] * (len(paragraph) - 1),
            ]
        return found


def read_texts(files: Sequence[Path]) -> list[Text]:
    """Every document of at least two paragraphs and three sentences.

    Raises:
        UsageError: there is none.
    """
    found, articles = [], dict[tuple[str, str], list[tuple[str, ...]]]()
    for name, record in records(files):
        if "context" in record and "title" in record:
            articles.setdefault((name, record["title"]), []).append(_split(record["context"]))
        else:
            key, paragraphs = _paragraphs(record)
            found.append(_text(name, key, paragraphs))
    found += [_text(name, title, paragraphs) for (name, title), paragraphs in articles.items()]
    kept = [text for text in found if len(text.paragraphs) > 1 and len(text.sentences) > 2]
    if not kept:
        raise UsageError("--data: found no text of several paragraphs; a record holds `paras`: lists of sentences")
    return kept


def mixed(texts: Sequence[Text], count: int, seed: int) -> list[Text]:
    """Documents of ten stretches of 3 to 11 sentences, each out of another text: topics that change for certain [1].

    [1] Choi: Advances in domain independent linear text segmentation (2000).
    """
    chance = Random(seed)  # noqa: S311 - not a secret
    long = [text.sentences for text in texts if len(text.sentences) >= 11]
    if len(long) < 10:
        return []
    made = []
    for _ in range(count):
        stretches = []
        for source in chance.sample(long, 10):
            length = chance.randint(3, 11)
            start = chance.randint(0, len(source) - length)
            stretches.append(tuple(source[start : start + length]))
        made.append(Text("mixed", "train", tuple(stretches)))
    return made


def laid_out(texts: Sequence[Text], seed: int) -> list[Text]:
    """The texts once more, with made-up headings before some paragraphs and made-up lists behind some.

    A heading is a few words of what follows; an item is a clause of what came before. Each is a paragraph of its own.
    """
    chance = Random(seed)  # noqa: S311 - not a secret
    made = []
    for text in texts:
        paragraphs: list[tuple[str, ...]] = []
        for paragraph in text.paragraphs:
            if chance.random() < 0.25:
                paragraphs.append((_heading(chance, chance.choice(paragraph)),))
            paragraphs.append(paragraph)
            clauses = [clause for sentence in paragraph for clause in _CLAUSE.split(sentence) if clause.count(" ") < 9]
            if len(clauses) > 2 and chance.random() < 0.2:
                items = [clause.strip(" .?!") for clause in chance.sample(clauses, min(len(clauses), 5))]
                paragraphs += [(item,) for item in items if item]
        made.append(replace(text, group=f"{text.group} laid out", paragraphs=tuple(paragraphs)))
    return made


def _heading(chance: Random, sentence: str) -> str:
    words = [word.strip(".,;:!?\"'()") for word in sentence.split()]
    start = chance.randrange(max(1, len(words) - 2))
    words = words[start : start + chance.randint(1, 5)]
    return " ".join(words).title() if chance.random() < 0.5 else " ".join(words).capitalize() or sentence


def _text(name: str, key: str, paragraphs: Sequence[Sequence[str]]) -> Text:
    place: Part = "test" if measured_only(name) else part(f"{key}")
    kept = (tuple(s.strip() for s in paragraph if s.strip()) for paragraph in paragraphs)
    return Text(name, place, tuple(paragraph for paragraph in kept if paragraph))


def _paragraphs(record: dict[str, Any]) -> tuple[str, list[Sequence[str]]]:
    """What names the document, and its paragraphs."""
    if "paras" in record:
        return str(record.get("id", record["paras"])), record["paras"]
    if "blocks" in record:
        return str(record["id"]), [block["sents"] for block in record["blocks"]]
    if "segments" in record:
        return str(record["id"]), record["segments"]
    if "meeting_transcripts" in record:
        turns = [turn["content"] for turn in record["meeting_transcripts"]]
        return turns[0], [_split(re.sub(r"\{\w+\}", "", turn)) for turn in turns]
    if isinstance(record.get("document"), str):
        parts = BLANK.split(record["document"])
        return parts[0] + parts[-1], [_split(" ".join(paragraph.split())) for paragraph in parts]
    return "", []


def _split(text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in sentences(text))

"""What `boundary` is trained and measured on: documents as sentences, and examples made of them [1].

[1] Frohmann et al.: Segment Any Text (2024), section 3.2.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.encoders.minilm import CLS, SEP
from rag.segmenters.sentences import sentences
from rag.skills.written import pieces, written
from rag.training.corruption import GOLD, SILVER, Marked, corrupted, gaps, joined, plain
from rag.training.sources import measured_only
from rag.training.splits import part

__all__ = ["Data", "Row", "Text", "batched", "cut", "development", "epoch", "marked", "place", "prose", "row"]

LETTERS, LONGEST = 760, 254
"""Characters of an example, about, and its tokens at most."""
TOKENS = 3072
"""Of a batch, padding included."""
SILVER_SHARE = 3.0
"""Examples cut by rule in an epoch, for each that people marked."""
FEWEST, RUN = 3, 12
"""Sentences of a text that was cut by rule: fewer teach nothing, of more several runs are made."""
_SAID = re.compile(r"\{[a-z]+\}\s?")
"""Marks of a meeting's transcript for what is no word."""

Text = list[str]
"""The sentences of a document; that which ends a paragraph ends with a newline."""


@dataclass
class Data:
    """Documents as sentences."""

    gold: dict[str, list[Text]]
    """By part; ends that people marked."""
    silver: dict[str, list[Text]]
    """Ends by rule, by set; only learnt from, and never as they are."""
    tests: dict[str, list[Text]]
    """By set, each measured alone."""
    languages: dict[str, list[tuple[str, Text]]] = field(default_factory=dict)
    """Of the golden rules: by language, texts as they are with their sentences."""


@dataclass(slots=True)
class Row:
    """An example as tokens."""

    ids: list[int]
    kinds: list[int]
    ends: list[bool]


def place(data: Data, name: str, paragraphs: Iterable[Sequence[str]]) -> None:
    """Puts a document that people marked into its part."""
    text = [
        f"{sentence}\n" if last else sentence
        for sentences in paragraphs
        for sentence, last in zip(sentences, [*[False] * (len(sentences) - 1), True], strict=True)
    ]
    stem = name.partition("/")[2]
    if measured_only(name) or "test" in stem:
        data.tests.setdefault(name, []).append(text)
    else:
        data.gold["dev" if "dev" in stem or ("train" not in stem and part(text[0]) != "train") else "train"].append(
            text
        )


def prose(record: dict[str, Any]) -> Iterator[str]:
    """The running text of a record of SQuAD's or HotpotQA's shape."""
    if isinstance(record.get("context"), str):
        yield record["context"]
    if isinstance(record.get("document"), str):
        yield " ".join(record["document"].split())
    for given in record.get("paragraphs") or ():
        if isinstance(given, dict):
            yield given.get("text") or " ".join(given.get("sents") or ())
    if contexts := record.get("contexts"):
        yield " ".join(contexts)
    if turns := record.get("meeting_transcripts"):
        yield " ".join(_SAID.sub("", turn["content"]) for turn in turns)


def cut(texts: Iterable[str]) -> Iterator[Text]:
    """Runs of sentences, cut by rule, of the texts that are learnt from."""
    for text in dict.fromkeys(texts):
        if part(text[:200]) != "train":
            continue
        found = [text[start:end] for start, end in sentences(text)]
        found[-1:] = [f"{last}\n" for last in found[-1:]]
        yield from (found[at : at + RUN] for at in range(0, len(found), RUN) if len(found[at : at + RUN]) >= FEWEST)


def epoch(data: Data, seed: int, number: int) -> list[Row]:
    """Every marked document in pieces, and a share of what was cut by rule."""
    chance = random.Random(1000 * seed + number)  # noqa: S311 - not a secret
    rows = [
        row(corrupted(piece, GOLD, chance)) for text in data.gold["train"] for piece in _pieces(text, LETTERS, chance)
    ]
    sets = list(data.silver.values())
    wanted = round(SILVER_SHARE * len(rows)) or sum(map(len, sets))
    for _ in range(wanted if sets else 0):
        texts, text = chance.choice(sets), Text()
        while sum(map(len, text)) < LETTERS:
            text += chance.choice(texts)
        rows.append(row(corrupted(next(_pieces(text, LETTERS, chance)), SILVER, chance)))
    chance.shuffle(rows)
    return rows


def _pieces(text: Text, letters: int, chance: random.Random) -> Iterator[Text]:
    """A document as runs of sentences of about so many characters; the first run is shorter, by chance."""
    piece: Text = []
    room = letters * chance.uniform(0.3, 1)
    for sentence in text:
        if piece and sum(map(len, piece)) + len(sentence) > room:
            yield piece
            piece, room = [], letters
        piece.append(sentence)
    if piece:
        yield piece


def marked(text: Text, mode: str, behind: str = " ") -> Marked:
    """A document changed by a mode, with `behind` between its paragraphs."""
    changed = [plain(sentence, mode, random.Random(0)) for sentence in text]  # noqa: S311 - not a secret
    return joined(changed, gaps(text, " ", behind))


def development(data: Data) -> list[Marked]:
    """Of every development document pieces in paragraphs, in one line, and in one line without case and punctuation."""
    chance = random.Random(7)  # noqa: S311 - not a secret
    silver = [text for some in data.silver.values() for text in some]
    texts = data.gold["dev"] or data.gold["train"][:40] or silver[:40]
    ways = (("clean", " "), ("bare", " "), ("clean", "\n\n"), ("bare", " "))
    return [
        marked(piece, *ways[number % len(ways)])
        for text in texts
        for number, piece in enumerate(_pieces(text, LETTERS, chance), zlib.crc32(text[0].encode()))
    ]


def row(made: Marked) -> Row:
    """An example as the model reads it."""
    ids, spans = pieces(made.text)
    ids, spans = ids[:LONGEST], spans[:LONGEST]
    ends = set(made.ends)
    kinds = written(made.text, spans)
    return Row([CLS, *ids, SEP], [0, *kinds.tolist(), 0], [False, *(int(end) in ends for end in spans[:, 1]), False])


def batched(rows: Sequence[Row], seed: int) -> Iterator[list[Row]]:
    """Rows of like length together, at most `TOKENS` in all, in an order drawn by the seed."""
    groups: list[list[Row]] = [[]]
    for one in sorted(rows, key=lambda one: len(one.ids)):
        if groups[-1] and (len(groups[-1]) + 1) * len(one.ids) > TOKENS:
            groups.append([])
        groups[-1].append(one)
    random.Random(seed).shuffle(groups)  # noqa: S311 - not a secret
    yield from (group for group in groups if group)

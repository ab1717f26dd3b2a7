"""The parts of the agent `translator` against terms that translators marked.

    .venv/bin/python benchmarks/translation.py DATA

DATA is a folder with `deen.jsonl.gz` (medical abstracts), `encs.jsonl.gz` (computational linguistics) and
`zhen.jsonl.gz` (a novel) of the WMT 2023 terminology task, each row with `src`, `ref` and `terms`. The first half of
each file was used to choose, the second half is what is printed; `--tune` prints the first. Nothing is translated.

- detector: of the terms marked in eight consecutive rows, the share among the first K that it finds, beside the same
  phrases in order of frequency and in random order.
- glossary: every second block of 64 rows is the glossary, the others are text. Recall: of the marked terms whose
  translation is in the glossary, the share found with it; precision: of what was found, the share that overlaps a
  marked term, and of that the share with the marked translation. A term that nobody marked counts as wrong, and so does
  a synonym. Translations are compared by stems. Exact: the same letters but for case.
- judge: the right translation of a term is known by a sentence of another document with that term, the wrong one by a
  sentence with another term; which of both lies nearer to the row? Also with three wrong ones.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import report

from rag.encoders.minilm import MiniLM
from rag.translation.detect import detected
from rag.translation.glossary import Entry, Glossary
from rag.translation.graph import Candidate, Node
from rag.translation.judge import judged
from rag.translation.wording import Wording

SETS = {"deen": ("de", "en"), "encs": ("en", "cs"), "zhen": ("zh", "en")}
DEPTHS = (10, 20, 30)
DOCUMENT, BLOCK = 8, 64

Rows = list[dict[str, Any]]


def read(folder: Path, name: str, tune: bool) -> Rows:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    half = len(rows) // 2
    return rows[:half] if tune else rows[half:]


def recall_of_detector(name: str, rows: Rows) -> list[dict[str, Any]]:
    language = SETS[name][0]
    wording = Wording(language)
    chance = random.Random(0)
    orders: dict[str, Callable[[list[Any]], list[Any]]] = {
        "detector": lambda found: found,
        "frequency": lambda found: sorted(found, key=lambda one: (-len(one.places), one.places[0])),
        "random": lambda found: chance.sample(found, len(found)),
    }
    reached: dict[str, dict[int, list[float]]] = {order: defaultdict(list) for order in orders}
    marked: list[int] = []
    for start in range(0, len(rows), DOCUMENT):
        some = rows[start : start + DOCUMENT]
        right = {wording.keys(term[language]) for row in some for term in row["terms"]} - {()}
        if not right:
            continue
        marked.append(len(right))
        found = detected("\n\n".join(row["src"] for row in some), wording, 1_000)
        for order, ordered in orders.items():
            keys = [wording.keys(one.term) for one in ordered(found)]
            for depth in DEPTHS:
                reached[order][depth].append(len(right & set(keys[:depth])) / len(right))
    return [
        {
            "texts": name,
            "order": order,
            "marked": float(np.mean(marked)),
            **{f"recall@{depth}": float(np.mean(reached[order][depth])) for depth in DEPTHS},
        }
        for order in orders
    ]


def blocks(rows: Rows) -> tuple[Rows, Rows]:
    """Every second block of rows, and the others: documents stay whole, mostly."""
    sides: tuple[Rows, Rows] = ([], [])
    for place, row in enumerate(rows):
        sides[place // BLOCK % 2].append(row)
    return sides


def lookup(name: str, rows: Rows) -> list[dict[str, Any]]:
    source, target = SETS[name]
    known, texts = blocks(rows)
    listed = ((term[source].strip(), term[target].strip()) for row in known for term in row["terms"])
    pairs = [pair for pair in dict.fromkeys(listed) if all(pair)]
    entries = [Entry(term, translation) for term, translation in pairs]
    glossary = Glossary(entries, Wording(source))
    stems = Wording(target).keys
    translations = {stems(translation) for _, translation in pairs}
    return [
        {"texts": name, "lookup": label, **_looked_up(texts, find, translations, (source, target), stems)}
        for label, find in (("exact", _exact(pairs, stems)), ("tolerant", _tolerant(glossary, stems)))
    ]


Stems = tuple[str, ...]
Find = Callable[[str], list[tuple[int, int, set[Stems]]]]


def _tolerant(glossary: Glossary, stems: Callable[[str], Stems]) -> Find:
    return lambda text: [
        (match.start, match.end, {stems(entry.translation) for entry in match.entries}) for match in glossary.find(text)
    ]


def _exact(pairs: Sequence[tuple[str, str]], stems: Callable[[str], Stems]) -> Find:
    """The longest alternative of one pattern, between word boundaries where the script has words."""
    senses: dict[str, set[Stems]] = defaultdict(set)
    for term, translation in pairs:
        senses[term.casefold()].add(stems(translation))
    longest = sorted(senses, key=len, reverse=True)
    spaced = all(not re.match("[\u3400-\u9fff]", term) for term in longest)
    edge = r"\b" if spaced else ""
    pattern = re.compile(f"{edge}(?:{'|'.join(map(re.escape, longest))}){edge}", re.IGNORECASE)
    return lambda text: [(m.start(), m.end(), senses.get(m[0].casefold(), set())) for m in pattern.finditer(text)]


def _looked_up(
    texts: Rows, find: Find, known: set[Stems], languages: tuple[str, str], stems: Callable[[str], Stems]
) -> dict[str, Any]:
    source, target = languages
    wanted = reached = hits = overlapping = right = 0
    for row in texts:
        text = row["src"]
        found = find(text)
        spans = [(at, at + len(term[source]), stems(term[target])) for term in row["terms"]
                 if (at := text.casefold().find(term[source].casefold())) >= 0]  # fmt: skip
        hits += len(found)
        for start, end, senses in found:
            beside = [translation for first, last, translation in spans if start < last and first < end]
            overlapping += bool(beside)
            right += any(translation in senses for translation in beside)
        for first, last, translation in spans:
            if translation in known:
                wanted += 1
                reached += any(translation in senses and s < last and first < e for s, e, senses in found)
    return {
        "found": hits,
        "precision": overlapping / max(1, hits),
        "of these right": right / max(1, overlapping),
        "coverable": wanted,
        "recall": reached / max(1, wanted),
    }


def choices(name: str, rows: Rows, encoder: MiniLM, wrong: int, most: int = 400) -> dict[str, Any]:
    """How often the judge keeps the right one of `1 + wrong` senses; on the English side, which the encoder reads."""
    side, language = ("ref", "en") if SETS[name][1] == "en" else ("src", "en")
    where: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for term in {one[language].casefold() for one in row["terms"]}:
            if term in row[side].casefold():
                where[term].append(place)
    chance = random.Random(0)
    tried: Counter[bool] = Counter()
    terms = sorted(term for term, places in where.items() if places[-1] - places[0] > BLOCK)
    others = sorted(where)
    for term in chance.sample(terms, len(terms)):
        if tried.total() >= most:
            break
        here = where[term][0]
        there = next(place for place in where[term] if place - here > BLOCK)
        planted = [
            rows[chance.choice(where[other])][side]
            for other in chance.sample(others, 4 * wrong)
            if term not in rows[where[other][0]][side].casefold()
        ][:wrong]
        meanings = [rows[there][side], *planted]
        order = chance.sample(range(len(meanings)), len(meanings))
        senses = tuple(Candidate(f"sense {number}", meanings[number]) for number in order)
        text = rows[here][side]
        at = text.casefold().find(term)
        node = Node(text[at : at + len(term)], ((at, at + len(term)),), candidates=senses)
        kept = [verdict.candidate.translation for verdict in judged(node, text, encoder, 0.0) if verdict.kept]
        tried[kept[:1] == ["sense 0"]] += 1
    return {"texts": name, "senses": 1 + wrong, "terms": tried.total(), "right": tried[True] / max(1, tried.total()),
            "chance": 1 / (1 + wrong)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--tune", action="store_true", help="the half that was used to choose")
    parser.add_argument("--only", choices=("detector", "glossary", "judge"))
    given = parser.parse_args()
    encoder = MiniLM()
    halves = {name: read(given.data, name, given.tune) for name in SETS}
    suffix = "-tune" if given.tune else ""
    if given.only in (None, "detector"):
        report(
            f"translation-detector{suffix}",
            [row for name, rows in halves.items() for row in recall_of_detector(name, rows)],
        )
    if given.only in (None, "glossary"):
        report(f"translation-glossary{suffix}", [row for name, rows in halves.items() for row in lookup(name, rows)])
    if given.only in (None, "judge"):
        report(
            f"translation-judge{suffix}",
            [choices(name, halves[name], encoder, wrong) for name in ("deen", "encs") for wrong in (1, 3)],
        )


if __name__ == "__main__":
    main()

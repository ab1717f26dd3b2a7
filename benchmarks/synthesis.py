"""The thresholds of `rag synthesize`, on questions whose evidence is known by its characters.

    python benchmarks/synthesis.py FOLDER

FOLDER holds corpora.jsonl.gz ({id, text}) and questions.jsonl.gz ({question, corpus, references: [{start_index,
end_index}]}), the layout of Smith and Troynikov: Evaluating chunking strategies for retrieval (2024). References are
copied with errors and looked for in a window that holds them and in one that does not; questions are compared with
their references, with random sentences of the same corpus, and with each other. The numbers stand in
docs/decisions/evaluation.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rag.encoders.minilm import MiniLM
from rag.evaluation.synthesis.locate import locate
from rag.segmenters.sentences import sentences

WINDOW = 4000


def typed(text: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(text) - 1)
    return text[:place] + chance.choice(["", text[place] * 2, "x"]) + text[place + 1 :]


def without(text: str, number: int, chance: random.Random) -> str:
    words = text.split()
    for _ in range(number):
        words.pop(chance.randrange(1, len(words) - 1))
    return " ".join(words)


def replaced(text: str, number: int, chance: random.Random) -> str:
    words = text.split()
    for _ in range(number):
        words[chance.randrange(1, len(words) - 1)] = chance.choice(["also", "thing", "may", "new", "process"])
    return " ".join(words)


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "case, spaces": lambda text, _: " ".join(text.upper().split()),
    "a typing error": typed,
    "1 word left out": lambda text, chance: without(text, 1, chance),
    "3 left out": lambda text, chance: without(text, 3, chance),
    "1 replaced": lambda text, chance: replaced(text, 1, chance),
    "3 replaced": lambda text, chance: replaced(text, 3, chance),
}


def read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def excerpts(texts: dict[str, str], questions: list[dict[str, Any]]) -> None:
    """Shares of copies that are found, and how well the span is the true one."""
    chance = random.Random(1)
    cases = []
    for question in questions:
        text = texts[question["corpus"]]
        for reference in question["references"]:
            start, end = reference["start_index"], reference["end_index"]
            begin = max(0, start - chance.randrange(WINDOW - 1000))
            if end - start >= 60 and len(text[start:end].split()) >= 8 and end <= begin + WINDOW:
                cases.append((text, begin, start, end))
    for similarity in (0.8, 0.85, 0.9, 0.95):
        told = []
        for name, change in CHANGES.items():
            chance = random.Random(5)
            overlaps = []
            for text, begin, start, end in cases:
                copy = change(text[start:end], chance)
                if span := locate(copy, text[begin : begin + WINDOW], similarity=similarity):
                    first, last = span.start + begin, span.end + begin
                    shared = max(0, min(last, end) - max(first, start))
                    overlaps.append(shared / (max(last, end) - min(first, start)))
            told.append(f"{name} {len(overlaps) / len(cases):.3f} (IoU {np.mean(overlaps):.3f})")
        chance, wrong, other = random.Random(6), 0, 0
        for text, _, start, end in cases:
            begin = chance.randrange(len(text) - WINDOW)
            if begin < end and begin + WINDOW > start:
                continue
            other += 1
            copy = without(text[start:end], 1, chance)
            wrong += locate(copy, text[begin : begin + WINDOW], similarity=similarity) is not None
        print(f"{similarity:.2f} of {len(cases)}: {', '.join(told)}; found where it is not {wrong} of {other}")


def cosines(texts: dict[str, str], questions: list[dict[str, Any]]) -> None:
    """What each threshold loses and keeps."""
    encoder, chance = MiniLM(), random.Random(0)
    asked = encoder.encode([question["question"] for question in questions], query=True)
    pool = {name: [text[a:b] for a, b in sentences(text) if 60 < b - a < 400] for name, text in texts.items()}
    good, foreign = [], []
    for question, vector in zip(questions, asked, strict=True):
        text = texts[question["corpus"]]
        own = [text[reference["start_index"] : reference["end_index"]] for reference in question["references"]]
        good.append(float((encoder.encode(own) @ vector).min()))
        foreign += (encoder.encode(chance.sample(pool[question["corpus"]], 5)) @ vector).tolist()
    for threshold in (0.2, 0.25, 0.3, 0.36, 0.45):
        lost, kept = np.mean(np.array(good) < threshold), np.mean(np.array(foreign) >= threshold)
        print(f"relevance {threshold:.2f}: {lost:.3f} of good questions lost, {kept:.3f} of random sentences kept")
    near = asked @ asked.T
    pairs = near[np.triu_indices(len(near), 1)]
    for threshold in (0.78, 0.8, 0.85):
        print(f"similarity {threshold:.2f}: {int((pairs > threshold).sum())} pairs of different questions")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    texts = {row["id"]: row["text"] for row in read(folder / "corpora.jsonl.gz")}
    questions = read(folder / "questions.jsonl.gz")
    excerpts(texts, questions)
    cosines(texts, questions)


if __name__ == "__main__":
    main()

"""Reading passages together: F1 of the reader's likeliest words, alone, in pairs, several in one row.

    python benchmarks/held_out.py FOLDER_OF_TASKS HELD hop-hotpotqa hop-2wiki hop-musique --data FILE ... --hops
    python benchmarks/together.py HELD/TASK.jsonl ... [--part test] [--limit 60]

Of every question the ten best passages. `pairs n`: the best one in a row with each of the next n - 1; `row n`: the n
best in one. Nothing is routed, and nothing abstains.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import report
from held_out import Question, stored

from rag import skills
from rag.evaluation.answers import f1
from rag.index.context import headings_context

TOP = 10
PAIRS, ROWS = (3, 5, 7), (3, 4)


def groups(count: int) -> Mapping[str, Sequence[Sequence[int]]]:
    """What is read together in each way, of so many passages."""
    pairs = {f"pairs {n}": [(0, place) for place in range(1, min(n, count))] for n in PAIRS}
    return {**pairs, **{f"row {n}": [range(min(n, count))] for n in ROWS}}


def scores(question: Question, reader: Any) -> dict[str, float]:
    """F1 in each way."""
    passages = question.passages[:TOP]
    texts = [passage.page_content for passage in passages]
    titles = [headings_context(passage.metadata) for passage in passages]
    (alone,) = reader.candidates([(question.text, texts, titles)])
    found = {"alone": alone}
    for name, some in groups(len(texts)).items():
        found[name] = reader.together(question.text, texts, titles, some) or alone
    words = {name: reader.weighed(some, texts, most=1)[0] for name, some in found.items()}
    return {
        name: max(f1(best[0].text, answer) for answer in question.answers) if best else 0.0
        for name, best in words.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--part", choices=("tune", "test"), default="test")
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--weights", type=Path, help="the shipped ones where not given")
    given = parser.parse_args()
    reader = skills.load("reader", given.weights)
    rows = []
    for file in given.files:
        questions = stored(file, given.part, given.limit)
        each = [scores(question, reader) for question in questions]
        means = {name: float(np.mean([one[name] for one in each])) for name in each[0]}
        rows.append({"task": file.stem, "questions": len(questions), **means})
        print(rows[-1], flush=True)
    report("together", rows)


if __name__ == "__main__":
    main()

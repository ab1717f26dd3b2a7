"""Answers in sentences: how often they hold the answer, and how much else, by `extractive` and by `reader`.

    python benchmarks/held_out.py FOLDER_OF_TASKS HELD --data FILE ...
    python benchmarks/quoted.py HELD/TASK.jsonl ... [--part test] [--limit 40]

Every question is answered in sentences, those too that `reader` would answer in brief, from its ten best passages.
`first` is the share of questions whose likeliest sentence holds an answer, `any` of those where one of the quoted ones
does, `of all` the share of the quoted sentences that do; questions whose passages hold no answer are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from common import report
from held_out import Question, stored

from rag.evaluation.answers import normalize
from rag.generators.extractive import Extractive
from rag.generators.reader import Reader
from rag.schema import Turn

TOP = 10


def quotes(generator: Extractive, asked: Question) -> list[str]:
    """What is quoted, the likeliest first where it is one sentence."""
    answer = generator.invoke(Turn(asked.text, passages=tuple(asked.passages[:TOP]))).answer
    return [citation.quote for citation in answer.citations] if answer else []


def holds(text: str, answers: Sequence[str]) -> bool:
    return any(normalize(answer) in normalize(text) for answer in answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("held", type=Path, nargs="+")
    parser.add_argument("--part", choices=["tune", "test"], default="test")
    parser.add_argument("--limit", type=int, default=40)
    options = parser.parse_args()
    generators = {
        "extractive": (Extractive(abstain_below=0), Extractive(abstain_below=0, max_sentences=1)),
        "reader": (Reader(abstain_below=0, brief_from=1), Reader(abstain_below=0, brief_from=1, max_sentences=1)),
    }
    rows = []
    for file in options.held:
        asked = [
            one
            for one in stored(file, options.part, options.limit)
            if any(holds(passage.page_content, one.answers) for passage in one.passages[:TOP])
        ]
        for name, (several, one_only) in generators.items():
            first = [any(holds(quote, one.answers) for quote in quotes(one_only, one)) for one in asked]
            held = [[holds(quote, one.answers) for quote in quotes(several, one)] for one in asked]
            rows.append(
                {
                    "task": file.stem,
                    "questions": len(asked),
                    "by": name,
                    "first": float(np.mean(first)),
                    "any": float(np.mean([any(some) for some in held])),
                    "of all": float(np.mean([one for some in held for one in some])),
                    "sentences": float(np.mean([len(some) for some in held])),
                }
            )
            print(rows[-1], flush=True)
    report("quoted", rows)


if __name__ == "__main__":
    main()

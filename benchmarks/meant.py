"""Which of several prices, people or times of a page is given: the one that is asked for, or another.

    python benchmarks/meant.py [--part report] [--config default] [--show]

Price lists, offices, opening hours and the like in sentences, lists and tables, each an index of its own, with
questions whose answer stands among others of its kind (`meant.jsonl`). An answer is right that holds what is expected.
`before` is the reader's likeliest words, `now` those that `rag.generators.meant` takes. `choice` took part in choosing
its weights.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from common import report

from rag import Pipeline
from rag.generators import reader
from rag.generators.meant import meant

QUESTIONS = Path(__file__).with_name("meant.jsonl")


def answers(config: str, part: str) -> Iterator[tuple[str, str, str, str]]:
    """Question, what is expected, the answer before and now."""
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        if one["part"] != part:
            continue
        with tempfile.TemporaryDirectory() as folder:
            for name, text in one["files"].items():
                (Path(folder) / name).write_text(text, encoding="utf-8")
            pipeline = Pipeline.from_yaml(config, index=f"{folder}/.index")
            pipeline.index([f"{folder}/{name}" for name in one["files"]])
            for question, expected in one["asked"]:
                said = []
                for way in (lambda _, __, ___, best: best, meant):
                    reader.meant = way
                    said.append(pipeline.invoke(question).text)
                yield question, expected, said[0], said[1]


def holds(said: str, expected: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(expected)}(?!\w)", said) is not None


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("choice", "report"), default="report")
    parser.add_argument("--config", default="default")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    found = list(answers(given.config, given.part))
    for question, expected, before, now in found if given.show else []:
        print(f"{question} -> {before!r}, {now!r} ({expected})")
    right = {
        "before": sum(holds(before, expected) for _, expected, before, _ in found),
        "now": sum(holds(now, expected) for _, expected, _, now in found),
    }
    report("meant", [{"part": given.part, "questions": len(found)} | right])


if __name__ == "__main__":
    main()

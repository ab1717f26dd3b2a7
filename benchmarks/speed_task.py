"""A task without judgements, for `rag bench`: as many passages as are asked for, and questions from their words.

    python benchmarks/speed_task.py OUT [--passages 100000] [--queries 200]

Writes OUT/corpus.jsonl and OUT/queries.jsonl. The text is that of benchmarks/texts.py: every machine has it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from texts import passages, questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    written = {
        "corpus": [{"_id": f"p{place}", "text": text} for place, text in enumerate(passages(arguments.passages))],
        "queries": [{"_id": f"q{place}", "text": text} for place, text in enumerate(questions(arguments.queries))],
    }
    for name, rows in written.items():
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (arguments.out / f"{name}.jsonl").write_text(lines, encoding="utf-8")
        print(f"{arguments.out / name}.jsonl: {len(rows):,}")


if __name__ == "__main__":
    main()

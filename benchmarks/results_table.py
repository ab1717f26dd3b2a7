"""The table of docs/results: configurations on BEIR folders, each figure with its 95 % interval.

    python benchmarks/results_table.py FOLDER_OF_TASKS [TASK ...] [--limit 500] [--only default]
        [--page docs/results/retrieval.md]

Every cell is a `rag eval` of its own, kept below .rag/runs: a second run asks nothing. Of a page the rows that were
measured are replaced, and those that are new stand at the end of their table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from rag.config import Configuration, load
from rag.evaluation import Result, evaluate, read_dataset

INDEX = {"path": "unused", "segment": {"use": "recursive", "max_tokens": 200}}
BM25, DENSE = ({"use": name, "top_k": 100} for name in ("bm25", "dense"))
RETRIEVERS: dict[str, Any] = {
    "bm25": BM25,
    "dense": DENSE,
    "fusion": {"use": "fusion", "of": [BM25, DENSE], "top_k": 100},
}
FIGURES = ("ndcg@10", "recall@10", "recall@100", "mrr@10", "map")
MARKER = "<!-- table -->"
ANSWERS = ("exact_match", "f1", "containment", "answer_equivalence", "context_tokens")


def configurations() -> Iterator[tuple[str, Configuration]]:
    for name, retriever in RETRIEVERS.items():
        yield name, load({"version": 1, "index": INDEX, "pipeline": [{"retrieve": retriever}]})
    yield "default", load("default")


def rows(folder: Path, tasks: list[str], limit: int | None, only: list[str]) -> Iterator[tuple[str, Result, float]]:
    for path in sorted(folder.iterdir()):
        if not path.is_dir() or (tasks and path.name not in tasks):
            continue
        data = read_dataset(path)
        for name, configuration in configurations():
            if only and name not in only:
                continue
            started = perf_counter()
            folder_of_run = Path(".rag/runs") / f"table-{path.name}-{name}"
            result = evaluate(configuration, data, limit=limit, folder=folder_of_run)
            seconds = perf_counter() - started
            told = " ".join(f"{figure} {result.metrics[figure].mean:.3f}" for figure in FIGURES[:2])
            print(f"{path.name} {name}: {told}, {seconds:.1f} s, {result.reused} reused", file=sys.stderr, flush=True)
            yield name, result, seconds


def cell(result: Result, figure: str) -> str:
    if figure not in result.metrics:
        return ""
    metric = result.metrics[figure]
    places = 0 if figure.startswith(("context", "latency")) else 3
    short = [
        f"{value:.{places}f}".replace("0.", ".", 1) if places else f"{value:.0f}"
        for value in (metric.mean, metric.low, metric.high)
    ]
    return f"{short[0]} ({short[1]} to {short[2]})"


def lines(done: list[tuple[str, Result, float]], figures: tuple[str, ...], only: str | None = None) -> Iterator[str]:
    """Rows of a table: task, number of questions, configuration, figures."""
    for name, result, _ in done:
        if (only is None or name == only) and any(figure in result.metrics for figure in figures[:2]):
            cells = " | ".join(cell(result, figure) for figure in figures)
            yield f"| {result.dataset} | {len(result.ids):,} | {name} | {cells} |"


def table(before: str, figures: tuple[str, ...], fresh: Iterator[str]) -> str:
    """The table with these figures as it stood in `before`, measured rows in place of theirs."""
    head = ["| task | queries | | " + " | ".join(figures) + " |", "|---|---|---|" + "---|" * len(figures)]
    _, found, rest = before.partition("\n".join(head) + "\n")
    kept = {key(line): line for line in rest.partition("\n\n")[0].splitlines()} if found else {}
    return "\n".join([*head, *(kept | {key(line): line for line in fresh}).values()])


def key(line: str) -> tuple[str, str]:
    """Task and configuration of a row."""
    task, _, name = line.removeprefix("| ").split(" | ")[:3]
    return task, name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--only", nargs="+", default=[], help="names of configurations")
    parser.add_argument("--page", type=Path)
    arguments = parser.parse_args()
    done = list(rows(arguments.folder, arguments.tasks, arguments.limit, arguments.only))
    head, _, before = arguments.page.read_text(encoding="utf-8").partition(MARKER) if arguments.page else ("", "", "")
    tables = (table(before, FIGURES, lines(done, FIGURES)), table(before, ANSWERS, lines(done, ANSWERS, "default")))
    print(text := "\n\n".join(tables) + "\n")
    print(f"{sum(seconds for *_, seconds in done):.1f} s", file=sys.stderr)
    if arguments.page:
        arguments.page.write_text(f"{head}{MARKER}\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()

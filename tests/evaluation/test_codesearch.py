import csv
import json
import math
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import UsageError
from rag.evaluation.codesearch import evaluate_codesearch, read_annotations, read_predictions


def table(path: Path, header: list[str], rows: list[list[Any]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


ANNOTATED = ["Language", "Query", "GitHubUrl", "Relevance", "Notes"]
PREDICTED = ["language", "query", "url"]


def brute(rows: list[list[Any]], predicted: list[list[Any]], *, within: bool) -> float:
    """The definition, query by query."""
    totals = []
    for query in {row[1] for row in rows}:
        given: dict[str, list[int]] = {}
        for _, _, url, relevance, _ in (row for row in rows if row[1] == query):
            given.setdefault(url, []).append(int(relevance))
        relevance_of = {url: sum(values) / len(values) for url, values in given.items()}
        ideal = sum((2**r - 1) / math.log2(i + 2) for i, r in enumerate(sorted(relevance_of.values(), reverse=True)))
        if ideal == 0:
            continue
        rank, reached, seen = 1, 0.0, set()
        for _, _, url in [row for row in predicted if row[1].lower() == query.lower()]:
            if url in seen:
                continue
            seen.add(url)
            if url in relevance_of:
                reached += (2 ** relevance_of[url] - 1) / math.log2(rank + 1)
            rank += not within or url in relevance_of
        totals.append(reached / ideal)
    return sum(totals) / len(totals)


def test_random_annotations_are_scored_as_defined(tmp_path: Path) -> None:
    chance = random.Random(11)
    for _ in range(40):
        rows, predicted = [], []
        for query in (f"Query {place}" for place in range(8)):
            urls = [f"u{place}" for place in range(chance.randint(1, 9))]
            top = chance.choice([0, 3, 3, 3])  # of some queries nothing is relevant
            rows += [["Python", query, chance.choice(urls), chance.randint(0, top), ""] for _ in range(12)]
            if chance.random() < 0.8:  # some are not predicted
                predicted += [
                    ["python", query.lower(), chance.choice([*urls, "x1", "x2", "x3"])]
                    for _ in range(chance.randint(1, 9))
                ]
        annotations = read_annotations(table(tmp_path / "a.csv", ANNOTATED, rows))
        [score] = evaluate_codesearch(annotations, read_predictions(table(tmp_path / "p.csv", PREDICTED, predicted)))
        assert score.within == pytest.approx(brute(rows, predicted, within=True))
        assert score.all == pytest.approx(brute(rows, predicted, within=False))
        assert score.queries + score.skipped == 8


ROWS = [["Go", "Sort a list", url, relevance, ""] for url, relevance in [("a", 3), ("b", 0), ("c", 1), ("a", 2)]]


def predicted(tmp_path: Path, *urls: str) -> Path:
    return table(tmp_path / "p.csv", PREDICTED, [["go", "sort a list", url] for url in urls])


def test_the_ideal_order_is_1_and_junk_lowers_only_all(tmp_path: Path) -> None:
    annotations = read_annotations(table(tmp_path / "a.csv", ANNOTATED, ROWS))
    [ideal] = evaluate_codesearch(annotations, read_predictions(predicted(tmp_path, "a", "c", "b")))
    assert (ideal.within, ideal.all, ideal.coverage) == (1.0, 1.0, 1.0)
    [junk] = evaluate_codesearch(annotations, read_predictions(predicted(tmp_path, "x", "a", "y", "c", "z", "b")))
    assert junk.within == 1.0
    assert junk.all == pytest.approx(
        ((2**2.5 - 1) / math.log2(3) + 1 / math.log2(5)) / ((2**2.5 - 1) + 1 / math.log2(3))
    )


def test_only_the_first_300_count_and_a_repeated_url_once(tmp_path: Path) -> None:
    annotations = read_annotations(table(tmp_path / "a.csv", ANNOTATED, ROWS))
    [late] = evaluate_codesearch(annotations, read_predictions(predicted(tmp_path, *map(str, range(300)), "a")))
    assert (late.within, late.coverage) == (0.0, 0.0)
    [twice] = evaluate_codesearch(annotations, read_predictions(predicted(tmp_path, "a", "a", "c", "b")))
    assert twice.within == 1.0


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        (["Language", "Query"], ["Go", "q"], "a.csv:1: no column githuburl, relevance"),
        (ANNOTATED, ["Go", "q", "u", "high", ""], "a.csv:2: the relevance 'high' is not a number"),
        (ANNOTATED, ["Go", "q", "u", "4", ""], "is not in 0 to 3"),
        (ANNOTATED, ["Go", "", "u", "1", ""], "a.csv:2: a cell of"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, header: list[str], row: list[str], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_annotations(table(tmp_path / "a.csv", header, [row]))
    assert says in str(caught.value)


def test_the_command(tmp_path: Path) -> None:
    annotations = table(tmp_path / "a.csv", ANNOTATED, ROWS)
    flags = ["--predictions", str(predicted(tmp_path, "a", "c", "b"))]
    shown = CliRunner().invoke(app, ["eval", str(annotations), *flags])
    assert shown.exit_code == 0 and "1.0000" in shown.stdout
    printed = CliRunner().invoke(app, ["eval", str(annotations), *flags, "--json", "-"])
    assert json.loads(printed.stdout)["metrics"] == {"ndcg_within": 1.0, "ndcg_all": 1.0, "coverage": 1.0}
    alone = CliRunner().invoke(app, ["eval", str(annotations)])
    assert alone.exit_code == 2 and "--predictions" in alone.output

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import UsageError
from rag.evaluation import Result
from rag.evaluation.comparison import compare, letter
from rag.evaluation.measures import summary
from rag.evaluation.stored import Run, named


def result(config: str, ndcg: list[float], ids: list[str] | None = None, dataset: str = "handbook") -> Result:
    table = {"ndcg@10": ndcg, "context_tokens": [100.0 * value for value in ndcg]}
    names = ids or [f"q{place}" for place in range(len(ndcg))]
    return Result(dataset, config, summary(table), names, table, 10, config)


def run(config: str, ndcg: list[float], ids: list[str] | None = None, dataset: str = "handbook") -> Run:
    return Run.of(result(config, ndcg, ids, dataset))


RANDOM = np.random.default_rng(3)
GOOD = RANDOM.uniform(0.6, 1.0, 60).tolist()
BAD = [value - 0.2 for value in GOOD]
SAME = [value + (0.01 if place % 2 else -0.01) for place, value in enumerate(GOOD)]


def test_who_beats_whom() -> None:
    found = compare([run("good", GOOD), run("bad", BAD), run("same", SAME)])
    rows = {row.figure: row for row in found.rows}
    assert [cell.beats for cell in rows["ndcg@10"].cells] == [(1,), (), (1,)]
    # fewer tokens are better: the same difference the other way round
    assert [cell.beats for cell in rows["context_tokens"].cells] == [(), (0, 2), ()]
    assert rows["ndcg@10"].best == (0, 2)  # the same mean
    assert rows["context_tokens"].best == (1,)


def test_the_change_is_told_against_the_first() -> None:
    row = compare([run("bad", BAD), run("good", GOOD)]).rows[0]
    assert row.cells[0].change is None
    change = row.cells[1].change
    assert change is not None
    assert change.difference == pytest.approx(0.2)
    assert change.p < 0.001


def test_p_values_are_corrected_over_pairs() -> None:
    pair = compare([run("a", GOOD), run("b", SAME)]).rows[0].cells[1].change
    several = compare([run("a", GOOD), run("b", SAME), run("c", SAME)]).rows[0].cells[1].change
    assert pair is not None
    assert several is not None
    assert several.p >= pair.p


def test_only_common_queries_are_compared() -> None:
    first = run("a", [1.0, 0.0, 0.5], ["q1", "q2", "q3"])
    second = run("b", [0.0, 1.0], ["q2", "q1"])
    found = compare([first, second])
    assert found.queries == 2
    means = [cell.metric.mean for cell in found.rows[0].cells if cell.metric]
    assert means == [0.5, 0.5]
    assert found.rows[0].cells[1].change is not None
    assert found.rows[0].cells[1].change.difference == 0.0  # the same values, query by query


def test_figures_that_one_run_lacks() -> None:
    lacking = Run.of(replace(result("b", GOOD), metrics={}, table={}))
    row = compare([run("a", GOOD), lacking]).rows[0]
    assert row.cells[1].metric is None
    assert row.best == ()


def test_chosen_figures() -> None:
    assert [row.figure for row in compare([run("a", GOOD)], ["context_tokens"]).rows] == ["context_tokens"]


@pytest.mark.parametrize(
    ("runs", "figures", "says"),
    [
        ([], [], "nothing to compare"),
        ([run("a", GOOD), run("b", GOOD, dataset="other")], [], "several data sets .handbook, other."),
        ([run("a", [1.0], ["q1"]), run("b", [1.0], ["q2"])], [], "no query in common"),
        ([run("a", GOOD)], ["ndgc@10"], "no run has a figure 'ndgc@10'; did you mean 'ndcg@10'"),
    ],
)
def test_what_cannot_be_compared(runs: list[Run], figures: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        compare(runs, figures)


def folder_of(tmp_path: Path, name: str, text: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "run.yaml").write_text(text)
    (folder / "queries.jsonl").write_text("")
    return folder


def test_runs_of_one_configuration_are_told_apart(tmp_path: Path) -> None:
    text = "version: 1\npipeline:\n  - retrieve: {use: bm25, top_k: %d}\n"
    runs = [
        Run("default", result("default", GOOD), folder_of(tmp_path, name, text % top_k))
        for name, top_k in (("first", 10), ("second", 20), ("third", 20))
    ]
    assert [run.name for run in named(runs)] == ["default (top_k=10)", "second", "third"]
    assert compare(runs).settings == {"pipeline.0.retrieve.top_k": [10, 20, 20]}


def test_json_has_no_nan() -> None:
    odd = compare([run("a", [math.nan, 1.0]), run("b", [1.0, math.nan])]).to_dict()
    assert "change" not in odd["figures"]["ndcg@10"][1]


def test_letters() -> None:
    assert [letter(place) for place in (0, 25, 26)] == ["a", "z", "27"]

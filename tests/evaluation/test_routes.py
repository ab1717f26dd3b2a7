from pathlib import Path
from typing import Any

import pytest

from rag.config import load
from rag.errors import UsageError
from rag.evaluation import evaluate, read_dataset

ROUTED: dict[str, Any] = {
    "version": 1,
    "encoder": "static",
    "index": {"path": "unused"},
    "pipeline": [
        {
            "route": {
                "use": "rules",
                "rules": [{"to": "wide", "words": ["trips", "meals", "leave"]}],
                "to": {
                    "wide": [{"retrieve": {"use": "bm25", "top_k": 3}}],
                    "none": [],
                },
                "otherwise": "none",
            }
        },
        {"generate": {"use": "extractive"}},
    ],
}


def test_the_regret_is_what_the_best_branch_would_have_added(task: Path, tmp_path: Path) -> None:
    text = (task / "queries.jsonl").read_text().replace('"_id": "q1"', '"route": "none", "_id": "q1"')
    (task / "queries.jsonl").write_text(text.replace('"_id": "q2"', '"route": "wide", "_id": "q2"'))
    data = read_dataset(task)
    result = evaluate(load(ROUTED), data, folder=tmp_path / "run", indexes=tmp_path, routes=True)
    table = {name: dict(zip(result.ids, column, strict=True)) for name, column in result.table.items()}
    assert table["route_accuracy"]["q1"] == 0.0
    assert table["route_accuracy"]["q2"] == 1.0
    assert table["steps"]["q1"] == 1.0
    assert table["steps"]["q4"] == 0.0
    # q4 is sent down the branch without passages: the whole F1 of the other one is lost.
    assert table["route_regret"]["q4"] == pytest.approx(table["route/wide"]["q4"])
    assert table["route_regret"]["q4"] > 0
    assert table["route_regret"]["q1"] == 0.0
    # q5 has no answer, and silence is right: both branches may say so.
    assert table["route/none"]["q5"] == 1.0
    again = evaluate(load(ROUTED), data, folder=tmp_path / "run", indexes=tmp_path, routes=True)
    assert again.reused == 5


def test_without_a_router_there_is_nothing_to_force(task: Path, tmp_path: Path) -> None:
    plain = load({**ROUTED, "pipeline": [{"retrieve": {"use": "bm25"}}]})
    with pytest.raises(UsageError, match="no route to force"):
        evaluate(plain, read_dataset(task), folder=tmp_path / "run", indexes=tmp_path, routes=True)

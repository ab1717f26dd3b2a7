"""Steps without those that answer, in branches too."""

from __future__ import annotations

from typing import Any

from rag import Pipeline
from rag.component import walk
from rag.steps.generate import Generate
from rag.steps.searching import without_generators


def steps_of(*steps: dict[str, Any]) -> Any:
    return Pipeline.from_yaml({"version": 1, "encoder": {"use": "static"}, "pipeline": list(steps)}).steps


RETRIEVE: dict[str, Any] = {"retrieve": {"use": "bm25"}}
GENERATE: dict[str, Any] = {"generate": {"use": "extractive"}}


def test_generators_go_and_all_else_stays() -> None:
    assert without_generators(steps_of(RETRIEVE, GENERATE)) == steps_of(RETRIEVE)


def test_in_every_branch_of_a_route() -> None:
    def routed(*last: dict[str, Any]) -> Any:
        return steps_of(
            {"route": {"use": "complexity", "none": [*last], "single": [RETRIEVE, *last], "multi": [RETRIEVE, *last]}},
            *last,
        )

    found = without_generators(routed(GENERATE))
    assert found == routed()
    assert not [part for part in walk(found) if isinstance(part, Generate)]


def test_in_branches_that_are_named() -> None:
    def routed(*last: dict[str, Any]) -> Any:
        return steps_of({"route": {"use": "rules", "to": {"plain": [RETRIEVE, *last]}, "otherwise": "plain"}})

    assert without_generators(routed(GENERATE)) == routed()

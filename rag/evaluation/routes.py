"""What a router costs: every question asked down every branch, and how far the chosen one stays behind the best [1].

[1] Jeong et al.: Adaptive-RAG, Learning to Adapt Retrieval-Augmented Large Language Models through Question Complexity
(2024), Table 1: the oracle's row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rag.errors import UsageError
from rag.evaluation.dataset import Query
from rag.evaluation.measures import values
from rag.pipeline import Pipeline
from rag.steps import Steps
from rag.steps.route import Route

__all__ = ["branches", "regret"]

_QUALITY = ("f1", "ndcg@10")
"""The first that applies to a question."""


def branches(pipeline: Pipeline) -> dict[str, Pipeline]:
    """The pipeline with its router's choice made, once for each branch.

    Raises:
        UsageError: no step of the pipeline is a route.
    """
    steps = pipeline.steps.steps
    place = next((place for place, step in enumerate(steps) if isinstance(step, Route)), None)
    if place is None:
        raise UsageError("the pipeline has no route to force: add a `route:` step, or leave --routes out")
    route = steps[place]
    assert isinstance(route, Route)
    return {
        name: Pipeline(
            Steps(steps=(*steps[:place], *branch.steps, *steps[place + 1 :])),
            store=pipeline.store,
            configuration=pipeline.configuration,
        )
        for name, branch in route.router.branches().items()
    }


def regret(
    queries: Sequence[Query],
    chosen: Mapping[str, Sequence[float]],
    forced: Mapping[str, Sequence[Mapping[str, Any]]],
    measures: Sequence[str],
) -> dict[str, list[float]]:
    """Columns for the figures of a run.

    Args:
        queries: the questions.
        chosen: figure to one value a question, of the run itself.
        forced: branch to what happened at each question.
        measures: retrieval figures.

    Returns:
        `route_regret`: quality of the best branch less that of the chosen one, at least 0; `route_best`: that of the
        best; `route/NAME`: that of each branch. Quality is F1 where answers are known, else nDCG@10.
    """
    names = tuple(dict.fromkeys([*measures, "ndcg@10"]))
    columns = {
        f"route/{name}": _quality(values(queries, records, names), len(queries)) for name, records in forced.items()
    }
    own = _quality(chosen, len(queries))
    best = [
        max((v for v in found if not math.isnan(v)), default=math.nan)
        for found in zip(own, *columns.values(), strict=True)
    ]
    lost = [top - mine for top, mine in zip(best, own, strict=True)]
    return {"route_regret": lost, "route_best": best, **columns}


def _quality(table: Mapping[str, Sequence[float]], size: int) -> list[float]:
    columns = [table[name] for name in _QUALITY if name in table] or [[math.nan] * size]
    return [next((value for value in found if not math.isnan(value)), math.nan) for found in zip(*columns, strict=True)]

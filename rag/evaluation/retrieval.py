"""Retrieval figures, computed by trec_eval through ir-measures [1].

[1] MacAvaney, Macdonald, Ounis: Streamlining Evaluation with ir-measures (2022).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rag.errors import UsageError

__all__ = ["DEFAULT", "measure", "ranked"]

DEFAULT = ("ndcg@10", "recall@10", "recall@100", "mrr@10", "map", "precision@10", "r_precision")
_NAMES = {
    "ndcg": "nDCG",
    "recall": "R",
    "mrr": "RR",
    "map": "AP",
    "precision": "P",
    "r_precision": "Rprec",
    "success": "Success",
    "hit": "Success",
}

Ranking = Sequence[str] | Mapping[str, float]


@lru_cache(maxsize=256)
def _parsed(name: str) -> Any:
    """A measure of ir-measures, by our name or its own: `ndcg@10`, `nDCG@10`, `Bpref`, `IPrec@0.1`."""
    import ir_measures

    base, at, cut = name.partition("@")
    known = f"{_NAMES.get(base, base)}{at}{cut}"
    try:
        parsed = ir_measures.parse_measure(known)
        ir_measures.evaluator([parsed], {"q": {"d": 1}})
    except (ValueError, NameError, KeyError, SyntaxError) as error:
        raise UsageError(
            f"no retrieval measure is called {name!r} ({error}); there are: "
            f"{', '.join(f'{known}@k' for known in _NAMES)} and those of ir-measures, as Bpref or IPrec@0.1"
        ) from None
    return parsed


def ranked(documents: Iterable[str]) -> dict[str, float]:
    """A ranking as scores, so that its order stands: each document once, where it first appears."""
    return {name: -float(rank) for rank, name in enumerate(dict.fromkeys(documents))}


def _scores(ranking: Ranking) -> dict[str, float]:
    """A ranking without ties: the providers of ir-measures do not break them alike."""
    if isinstance(ranking, Mapping):
        return ranked(sorted(ranking, key=lambda name: (ranking[name], name), reverse=True))
    return ranked(ranking)


def measure(
    qrels: Mapping[str, Mapping[str, int]], run: Mapping[str, Ranking], names: Sequence[str] = DEFAULT
) -> dict[str, dict[str, float]]:
    """Each figure of each query that has relevant documents.

    Args:
        qrels: query to document to gain; what is not named has gain 0.
        run: query to its documents in order, best first; or to scores, of which equal ones are ordered by the
            document's id, descending, as trec_eval does.
        names: figures, as `ndcg@10`.

    Returns:
        Figure to query to value, 0 for a query that the run lacks.

    Raises:
        UsageError: no figure has that name.
    """
    import ir_measures

    judged = {query: dict(gains) for query, gains in qrels.items() if any(gain > 0 for gain in gains.values())}
    asked = {_parsed(name): name for name in names}
    found = {name: dict.fromkeys(judged, 0.0) for name in names}
    scored = {query: _scores(run[query]) for query in judged if query in run}
    scored = {query: scores for query, scores in scored.items() if scores}
    if judged and scored:
        for one in ir_measures.iter_calc(list(asked), judged, scored):
            if one.query_id in judged and not math.isnan(one.value):
                found[asked[one.measure]][one.query_id] = float(one.value)
    return found

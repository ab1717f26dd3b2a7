"""How figures are grouped, ordered and written, wherever they are shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rag.evaluation.statistics import Metric

__all__ = ["GROUPS", "QUALITY", "grouped", "main_figures", "shown"]

GROUPS = {
    "retrieval": ("ndcg", "recall@", "mrr", "map", "precision@", "r_precision", "success", "hit", "reference_recall"),
    "answers": ("exact_match", "f1", "answer_equivalence", "containment", "rouge_l", "abstention"),
    "context": ("context_",),
    "routing": ("route", "steps"),
    "cost": ("llm_calls", "prompt_tokens", "completion_tokens", "cost"),
    "time": ("index_seconds", "latency_ms_"),
}
"""Group to the beginnings of its figures' names."""
QUALITY = ("ndcg@10", "answer_equivalence", "f1", "reference_recall")
"""What a run is judged by first, where it has it."""

_CALLS = ("llm_calls", "prompt_tokens", "completion_tokens")


def grouped(metrics: Mapping[str, Metric]) -> dict[str, list[str]]:
    """Figures by group, in the order of `GROUPS`; what no group claims is `other`.

    Left out is what tells nothing: times of single steps, which stand in a table of their own, calls and tokens where
    no model was called, and the number of retrievals where nothing decides on it.
    """
    silent = {name for name in _CALLS if name in metrics}
    if any(metrics[name].mean for name in silent):
        silent = set()
    if not any(name.startswith("route") for name in metrics):
        silent.add("steps")
    left = [name for name in metrics if name not in silent and not name.startswith("latency_ms/")]
    found: dict[str, list[str]] = {}
    for group, heads in GROUPS.items():
        if mine := [name for name in left if name.startswith(heads)]:
            found[group] = mine
            left = [name for name in left if name not in mine]
    return {**found, **({"other": left} if left else {})}


def main_figures(names: Sequence[str]) -> list[str]:
    """Those of `QUALITY` that there are; the first figure where there is none."""
    return [name for name in QUALITY if name in names] or list(names[:1])


def shown(name: str, value: float) -> str:
    """A figure with as many places as mean something."""
    if math.isnan(value):
        return "-"
    if name.startswith(("latency", "index_seconds")):
        return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"
    if name.endswith("tokens"):
        return f"{value:,.0f}"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:,.2f}"

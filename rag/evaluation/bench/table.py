"""A bench as one Markdown table."""

from __future__ import annotations

from collections.abc import Iterator

from rag.evaluation.bench.result import FIGURES, Benched, Row

__all__ = ["cell", "markdown"]

_COMPARED = ("passages/s", "query_ms_p50")
"""Shown with ratios; the JSON has those of the others."""


def markdown(benched: Benched) -> str:
    """The table with its heading, and what each row did below it."""
    return "\n".join(_lines(benched)) + "\n"


def cell(row: Row, name: str, *, interval: bool = True) -> str:
    """A figure, and in brackets how many times the reference is better; empty where it was not measured."""
    metric = row.figures.get(name)
    if metric is None:
        return ""
    if name == "ndcg@10":
        return f"{metric.mean:.3f}" + (f" ({metric.low:.3f} to {metric.high:.3f})" if interval else "")
    ratio = row.ratios.get(name) if name in _COMPARED else None
    return _rounded(metric.mean) + ("" if ratio is None else f" ({_rounded(ratio)}x)")


def _rounded(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _lines(benched: Benched) -> Iterator[str]:
    machine = ", ".join(f"{name} {value}" for name, value in benched.machine.items())
    yield (
        f"{benched.dataset}: {benched.documents:,} documents as {benched.passages:,} passages, {benched.queries:,}"
        f" questions, {benched.k} passages each; median of {benched.repeats} repeats. {machine}."
    )
    yield ""
    shown = [name for name in FIGURES if any(name in row.figures for row in benched.rows)]
    yield "| | " + " | ".join(["mode", *(FIGURES[name] for name in shown)]) + " |"
    yield "|---|---|" + "---|" * len(shown)
    for row in benched.rows:
        cells = [cell(row, name) for name in shown]
        if row.error:
            cells = [f"failed: {_inline(row.error)}", *cells[1:]]
        yield f"| {' | '.join([row.title, row.mode, *cells])} |"
    yield ""
    if any(row.ratios for row in benched.rows):
        title = next((row.title for row in benched.rows if row.adapter == benched.reference), benched.reference)
        yield f"(3.0x): {title}, asked in the same mode, is three times better; below 1 it is worse."
        yield ""
    for title, (about, versions) in {row.title: (row.about, row.versions) for row in benched.rows}.items():
        told = ", ".join(f"{name} {version}" for name, version in versions.items())
        yield f"- {title}: {'; '.join(filter(None, (about, told)))}"


def _inline(text: str) -> str:
    return " ".join(text.replace("|", "/").split())

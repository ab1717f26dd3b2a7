"""The figures of a run as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.config.shipped import said
from rag.evaluation.figures import grouped, shown

if TYPE_CHECKING:
    from rag.evaluation import Metric, Result

__all__ = ["print_figures"]


def print_figures(result: Result, before: Result | None = None) -> None:
    """Every figure with its interval, in groups; beside a baseline's where there is one."""
    from rich.table import Table
    from rich.text import Text

    from rag.cli.terminal import out

    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    columns = ("", "mean", "95 % interval", *(("baseline", "change") if before else ()), "queries")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right")
    for group, names in grouped(result.metrics).items():
        table.add_row(Text(group, style="bold"))
        for name in names:
            table.add_row(*_row(name, result.metrics[name], before))
    console = out()
    console.print(f"{result.dataset}, {said(result.config)}: {len(result.ids):,} queries", soft_wrap=True)
    console.print(table)
    _print_steps(result)


def _print_steps(result: Result) -> None:
    """Milliseconds of each step."""
    from rich.table import Table

    from rag.cli.terminal import out

    names = [name[:-4] for name in result.metrics if name.startswith("latency_ms/") and name.endswith("_p50")]
    if not names:
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, column in enumerate(("step", "ms p50", "p95")):
        table.add_column(column, justify="left" if place == 0 else "right")
    for name in names:
        cells = [f"{result.metrics[f'{name}_{q}'].mean:,.1f}" for q in ("p50", "p95")]
        table.add_row(f"  {name.removeprefix('latency_ms/')}", *cells)
    out().print()
    out().print(table)


def _row(name: str, metric: Metric, before: Result | None) -> list[str]:
    interval = f"{shown(name, metric.low)} to {shown(name, metric.high)}" if metric.low != metric.high else ""
    cells = [f"  {name}", shown(name, metric.mean), interval]
    if before is not None:
        old = before.metrics.get(name)
        change = "" if old is None else f"{metric.mean - old.mean:+.4g}"
        cells += ["" if old is None else shown(name, old.mean), change]
    return [*cells, f"{metric.queries:,}"]

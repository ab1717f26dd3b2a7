"""A bench as a table in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.evaluation.bench import Benched

__all__ = ["print_benched"]

_SHORT = {
    "passages/s": "passages/s",
    "query_ms_p50": "ms p50",
    "query_ms_p95": "p95",
    "cold_seconds": "cold s",
    "serve_peak_mb": "MB",
    "ndcg@10": "nDCG@10",
}
"""What fits a terminal; bench.md has the rest."""


def print_benched(benched: Benched) -> None:
    """One line an engine and mode."""
    from rich.table import Table

    from rag.cli.terminal import out
    from rag.evaluation.bench.table import cell

    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    shown = [name for name in _SHORT if any(name in row.figures for row in benched.rows)]
    table.add_column("")
    table.add_column("mode")
    for name in shown:
        table.add_column(_SHORT[name], justify="right")
    for row in benched.rows:
        cells = [cell(row, name, interval=False) for name in shown]
        if row.error:
            cells = ["failed", *cells[1:]]
        table.add_row(row.title, row.mode, *cells)
    console = out()
    console.print(
        f"{benched.dataset}: {benched.passages:,} passages, {benched.queries:,} questions, {benched.repeats} repeats",
        soft_wrap=True,
    )
    if console.is_terminal:
        console.print(table)
    else:
        console.print(table, width=240)

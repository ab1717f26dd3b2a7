"""Runs as Markdown, for a pull request: what the gate says, the figures, what changed, the queries that fell most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rag.evaluation.comparison import ALPHA, Comparison, Row, letter
from rag.evaluation.figures import main_figures, shown
from rag.evaluation.gate import Verdict, common
from rag.evaluation.measures import lower_is_better

__all__ = ["markdown"]

_MOST = 10
"""Queries that are named."""


def markdown(comparison: Comparison, verdicts: Sequence[Verdict] = ()) -> str:
    """The text. Two runs are told with their change and its p; more with letters for those that each run beats.

    Args:
        comparison: the first run is what the others are told against.
        verdicts: of the gate.
    """
    return "\n".join(_lines(comparison, verdicts)).rstrip() + "\n"


def _lines(comparison: Comparison, verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield f"### {_plain(comparison.dataset)}: {' · '.join(_plain(run.name) for run in comparison.runs)}"
    yield ""
    if verdicts:
        failed = sum(verdict.failed for verdict in verdicts)
        yield f"**{'The gate fails' if failed else 'The gate passes'}**"
        yield ""
        yield from (f"- {'❌' if verdict.failed else '✅'} {_plain(verdict.sentence)}" for verdict in verdicts)
        yield ""
    yield f"{comparison.queries:,} queries."
    yield ""
    yield from _table(comparison)
    yield ""
    if len(comparison.runs) > 2:
        yield (
            "A letter behind a value names a run that it beats by more than chance (paired randomisation test, p < .05 "
            "after Holm's correction over the pairs of runs)."
        )
        yield ""
    if comparison.settings:
        yield from _settings(comparison)
    if len(comparison.runs) == 2:
        yield from _fallen(comparison)


def _table(comparison: Comparison) -> Iterator[str]:
    pair, single = len(comparison.runs) == 2, len(comparison.runs) == 1
    heads = ["mean", "95 % interval"] if single else [_head(comparison, place) for place in range(len(comparison.runs))]
    heads += ["change", "p"] if pair else []
    yield f"| | {' | '.join(heads)} |"
    yield "|---|" + "---:|" * len(heads)
    for row in comparison.rows:
        yield f"| {_plain(row.figure)} | {' | '.join(_cells(row, pair, single))} |"


def _cells(row: Row, pair: bool, single: bool) -> Iterator[str]:
    for place, cell in enumerate(row.cells):
        value = "-" if cell.metric is None else shown(row.figure, cell.metric.mean)
        marks = f" <sup>{''.join(map(letter, cell.beats))}</sup>" if cell.beats and not pair else ""
        yield (f"**{value}**" if place in row.best else value) + marks
    if single and (metric := row.cells[0].metric):
        low, high = shown(row.figure, metric.low), shown(row.figure, metric.high)
        yield f"{low} to {high}" if metric.low != metric.high else ""
    if pair:
        old, new = (cell.metric for cell in row.cells)
        if old is None or new is None:
            yield from ("", "")
            return
        change = row.cells[1].change
        difference = new.mean - old.mean
        sure = change is not None and change.queries and change.p < ALPHA and difference
        better = (difference < 0) == lower_is_better(row.figure)
        yield f"{difference:+.4g}{(' 🟢' if better else ' 🔴') if sure else ''}"
        yield "" if change is None or not change.queries else "<.001" if change.p < 0.001 else f"{change.p:.3f}"


def _settings(comparison: Comparison) -> Iterator[str]:
    yield "<details><summary>Settings that differ</summary>"
    yield ""
    yield "| | " + " | ".join(_head(comparison, place) for place in range(len(comparison.runs))) + " |"
    yield "|---|" + "---|" * len(comparison.runs)
    for path, values in comparison.settings.items():
        yield f"| `{path}` | " + " | ".join("-" if value is None else f"`{_plain(value)}`" for value in values) + " |"
    yield ""
    yield "</details>"
    yield ""


def _fallen(comparison: Comparison) -> Iterator[str]:
    """The queries whose main figure fell most."""
    old, new = (run.result for run in comparison.runs)
    figures = main_figures([name for name in old.table if name in new.table])
    if not figures:
        return
    figure = figures[0]
    before, after = (np.asarray(column, dtype=float) for column in common(old, new, figure))
    change = (after - before) * (-1 if lower_is_better(figure) else 1)
    fallen = [int(place) for place in np.argsort(np.where(np.isnan(change), np.inf, change), kind="stable")]
    fallen = [place for place in fallen if change[place] < 0]
    if not fallen:
        return
    ids = [name for name in old.ids if name in set(new.ids)]
    questions = {record["id"]: record["question"] for record in comparison.runs[1].records()}
    yield f"<details><summary>{len(fallen):,} queries fell by {_plain(figure)}</summary>"
    yield ""
    yield f"| query | {_head(comparison, 0)} | {_head(comparison, 1)} |"
    yield "|---|---:|---:|"
    for place in fallen[:_MOST]:
        question = questions.get(ids[place], ids[place])
        yield f"| {_plain(question)} | {shown(figure, before[place])} | {shown(figure, after[place])} |"
    if len(fallen) > _MOST:
        yield f"| ... and {len(fallen) - _MOST:,} more | | |"
    yield ""
    yield "</details>"
    yield ""


def _head(comparison: Comparison, place: int) -> str:
    name = _plain(comparison.runs[place].name)
    return f"{letter(place)} {name}" if len(comparison.runs) > 2 else name


def _plain(value: object) -> str:
    """On one line, and no part of the table or of HTML."""
    text = " ".join(str(value).split())
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")

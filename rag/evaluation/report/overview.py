"""The parts of a page that need no script: what each run reached, as bars and as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from rag.evaluation.comparison import Cell, Comparison, Row, letter
from rag.evaluation.figures import shown
from rag.evaluation.gate import Verdict
from rag.evaluation.measures import lower_is_better
from rag.evaluation.statistics import Metric

__all__ = ["bars", "settings", "steps", "table", "verdicts"]

_BARRED = ("retrieval", "answers", "context", "routing")
"""Groups whose figures lie between 0 and 1, so that their bars can share a scale."""


def bars(comparison: Comparison) -> str:
    """A bar for each run under each figure, with its 95 % interval."""
    lines = []
    for row in comparison.rows:
        if row.group in _BARRED and all(0 <= cell.metric.mean <= 1 for cell in row.cells if cell.metric):
            lines.append(f'<div class="figure"><h3>{escape(row.figure)}</h3>')
            lines += [_bar(row.figure, cell.metric, place) for place, cell in enumerate(row.cells) if cell.metric]
            lines.append("</div>")
    alone = " alone" if len(comparison.runs) == 1 else ""
    return f'<div class="bars{alone}">{"".join(lines)}</div>' if lines else ""


def _bar(figure: str, metric: Metric, place: int) -> str:
    value, low, high = (100 * min(max(x, 0.0), 1.0) for x in (metric.mean, metric.low, metric.high))
    told = f"{shown(figure, metric.mean)}, 95 % interval {shown(figure, metric.low)} to {shown(figure, metric.high)}"
    whisker = f'<i style="left:{low:.2f}%;width:{high - low:.2f}%"></i>' if high >= low else ""
    return (
        f'<div class="bar run{place % 8}" title="{told}"><span>{letter(place)}</span>'
        f'<div><b style="width:{value:.2f}%"></b>{whisker}</div><output>{shown(figure, metric.mean)}</output></div>'
    )


def table(comparison: Comparison) -> str:
    """Every figure of every run. Letters behind a value name the runs that it beats by more than chance."""
    several = len(comparison.runs) > 1
    pair = len(comparison.runs) == 2
    heads = "".join(
        f'<th scope="col" class="run{place % 8}">{_named(place, run.name) if several else "mean"}</th>'
        for place, run in enumerate(comparison.runs)
    )
    heads += '<th scope="col">change</th><th scope="col">p</th>' if pair else ""
    heads += "" if several else '<th scope="col">95 % interval</th><th scope="col">queries</th>'
    lines = [f'<table><thead><tr><th scope="col"></th>{heads}</tr></thead><tbody>']
    group = ""
    for row in comparison.rows:
        if row.group != group:
            group = row.group
            lines.append(f'<tr class="group"><th scope="rowgroup" colspan="{len(row.cells) + 3}">{group}</th></tr>')
        lines.append(_row(row, several, pair))
    return "".join([*lines, "</tbody></table>"])


def _row(row: Row, several: bool, pair: bool) -> str:
    cells = [_cell(row, place, cell, several) for place, cell in enumerate(row.cells)]
    if pair:
        cells += _changed(row.figure, row.cells[0].metric, row.cells[1])
    if not several and (metric := row.cells[0].metric):
        low, high = shown(row.figure, metric.low), shown(row.figure, metric.high)
        cells += [
            f"<td>{low} to {high}</td>" if metric.low != metric.high else "<td></td>",
            f"<td>{metric.queries:,}</td>",
        ]
    return f'<tr><th scope="row">{escape(row.figure)}</th>{"".join(cells)}</tr>'


def _cell(row: Row, place: int, cell: Cell, several: bool) -> str:
    if cell.metric is None:
        return '<td class="none">-</td>'
    title = f"95 % interval {shown(row.figure, cell.metric.low)} to {shown(row.figure, cell.metric.high)}"
    value = shown(row.figure, cell.metric.mean)
    marks = f"<sup>{''.join(map(letter, cell.beats))}</sup>" if cell.beats else ""
    best = ' class="best"' if place in row.best else ""
    return f'<td{best} title="{title}, {cell.metric.queries:,} queries">{value}{marks}</td>'


def _changed(figure: str, old: Metric | None, cell: Cell) -> list[str]:
    if cell.metric is None or old is None:
        return ["<td></td>", "<td></td>"]
    change = cell.metric.mean - old.mean
    better = (change < 0) == lower_is_better(figure)
    known = cell.change if cell.change is not None and cell.change.queries else None
    sure = known is not None and known.p < 0.05 and change != 0
    kind = f' class="{"up" if better else "down"}"' if sure else ""
    title = f' title="95 % interval {known.low:+.4g} to {known.high:+.4g}"' if known else ""
    return [f"<td{kind}{title}>{change:+.4g}</td>", f"<td>{_p(known.p)}</td>" if known else "<td></td>"]


def _p(value: float) -> str:
    return "&lt;.001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def settings(comparison: Comparison) -> str:
    """What the configurations say differently."""
    if not comparison.settings:
        return ""
    heads = "".join(
        f'<th scope="col" class="run{place % 8}">{_named(place, run.name)}</th>'
        for place, run in enumerate(comparison.runs)
    )
    lines = [f'<table class="settings"><thead><tr><th scope="col"></th>{heads}</tr></thead><tbody>']
    for path, values in comparison.settings.items():
        cells = "".join(f"<td>{escape(_plain(value))}</td>" for value in values)
        lines.append(f'<tr><th scope="row"><code>{escape(path)}</code></th>{cells}</tr>')
    table = "".join([*lines, "</tbody></table>"])
    return f"<details><summary>{len(comparison.settings):,} settings</summary>{table}</details>"


def _plain(value: Any) -> str:
    return "-" if value is None else json.dumps(value, ensure_ascii=False).strip('"')


def steps(comparison: Comparison) -> str:
    """Median and 95th percentile of each step's milliseconds, as bars."""
    return "".join(_steps(comparison, place) for place in range(len(comparison.runs)))


def _steps(comparison: Comparison, place: int) -> str:
    metrics = comparison.runs[place].result.metrics
    names = [name[:-4] for name in metrics if name.startswith("latency_ms/") and name.endswith("_p50")]
    rows = [
        (name.removeprefix("latency_ms/"), metrics[f"{name}_p50"].mean, metrics[f"{name}_p95"].mean) for name in names
    ]
    if not rows:
        return ""
    longest = max(p95 for *_, p95 in rows) or 1.0
    lines = [
        f'<div class="step"><span>{escape(name)}</span><div title="p50 {p50:,.1f} ms, p95 {p95:,.1f} ms">'
        f'<i style="width:{100 * p95 / longest:.2f}%"></i><b style="width:{100 * p50 / longest:.2f}%"></b></div>'
        f"<output>{p50:,.1f}</output><output>{p95:,.1f}</output></div>"
        for name, p50, p95 in rows
    ]
    head = '<div class="step head"><span>step</span><div></div><output>ms p50</output><output>p95</output></div>'
    title = f"<h3>{_named(place, comparison.runs[place].name)}</h3>" if len(comparison.runs) > 1 else ""
    return f'<div class="steps run{place % 8}">{title}{head}{"".join(lines)}</div>'


def verdicts(found: Sequence[Verdict]) -> str:
    """What the gate says."""
    return "".join(_verdicts(found))


def _verdicts(found: Sequence[Verdict]) -> Iterator[str]:
    for verdict in found:
        kind = "fail" if verdict.failed else "pass"
        yield f'<p class="verdict {kind}"><b>{kind}</b> {escape(verdict.sentence)}</p>'


def _named(place: int, name: str) -> str:
    return f"<em>{letter(place)}</em> {escape(name)}"

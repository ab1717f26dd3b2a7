"""Charts in Office files: their titles and the numbers they were drawn from, as a table."""

from __future__ import annotations

from rag.loaders.office import Office
from rag.loaders.part import Draft
from rag.loaders.table import write_rows
from rag.loaders.xmltree import Element

__all__ = ["charts_of", "write_chart"]

MOST_POINTS = 1_000
"""Of one series: more is a measurement, not a statement."""


def charts_of(office: Office, name: str) -> dict[str, Element]:
    """Charts that a part shows, by relationship."""
    return {
        relation.id: office.part(relation.target)
        for relation in office.relations(name)
        if relation.kind == "chart" and relation.target in office.archive.names
    }


def write_chart(draft: Draft, chart: Element) -> None:
    """Append a chart: its title, then a line for each category with the value of every series."""
    title = chart.find("{*}chart/{*}title")
    draft.gap()
    if title is not None:
        draft.block("".join(node.text or "" for node in title.iter("{*}t")), "\n")
    series = list(chart.iter("{*}ser"))
    names = [" ".join(_points(node, "tx").values()) or f"Series {number}" for number, node in enumerate(series, 1)]
    labels: dict[str, str] = {}
    for node in series:
        labels = _points(node, "cat") | _points(node, "xVal") | labels
    values = [_points(node, "val") or _points(node, "yVal") for node in series]
    order = list(dict.fromkeys([*labels, *(index for column in values for index in column)]))[:MOST_POINTS]
    rows = [[labels.get(index, index), *(column.get(index, "") for column in values)] for index in order]
    if rows:
        write_rows(draft, [["Category", *names], *rows])
    draft.gap()


def _points(series: Element, role: str) -> dict[str, str]:
    """Cached values of one role, by index."""
    found = series.find(f"{{*}}{role}")
    if found is None:
        return {}
    points = {node.get("idx", ""): _plain((node.findtext("{*}v") or "").strip()) for node in found.iter("{*}pt")}
    return points or {"0": (found.findtext("{*}v") or "").strip()}


def _plain(value: str) -> str:
    """A number without the noise of binary fractions."""
    try:
        return f"{float(value):.15g}"
    except ValueError:
        return value

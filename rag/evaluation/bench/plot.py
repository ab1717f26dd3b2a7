"""A bench as one picture: quality over the time of a question and over the speed of indexing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from rag.evaluation.bench.result import FIGURES, Benched, Row
from rag.evaluation.plot import Linear, Logarithmic, Panel, circle, document, ring, shape, text

__all__ = ["plot"]

_WIDTH, _HEIGHT = 460, 360
_COLOURS = [
    "#0f766e",
    "#d97706",
    "#2563eb",
    "#b91c1c",
    "#7c3aed",
    "#64748b",
    "#be185d",
    "#4d7c0f",
    "#0891b2",
    "#a16207",
]
_LINE = 18
"""Pixels of a line of the legend."""


def plot(benched: Benched) -> str:
    """The picture as SVG. An engine has a colour, a mode a shape; the reference is ringed.

    Where relevance is judged, nDCG@10 stands over both speeds; else one speed stands over the other.
    """
    engines = list(dict.fromkeys(row.title for row in benched.rows))
    colours = {title: _COLOURS[place % len(_COLOURS)] for place, title in enumerate(engines)}
    modes = list(dict.fromkeys(row.mode for row in benched.rows))
    judged = any("ndcg@10" in row.figures for row in benched.rows)
    pairs = [("query_ms_p50", "ndcg@10"), ("passages/s", "ndcg@10")] if judged else [("passages/s", "query_ms_p50")]
    body: list[str] = []
    for place, (across, up) in enumerate(pairs):
        panel = _panel(benched, across, up, colours, modes)
        body += [f'<g transform="translate({place * _WIDTH} 0)">', *panel, "</g>"]
    columns = 2 * len(pairs)
    lines = -(-len(modes) // columns) - (-len(engines) // columns)
    return document(
        _WIDTH * len(pairs), _HEIGHT + 8 + lines * _LINE, [*body, *_legend(colours, modes, columns, _HEIGHT + 10)]
    )


def _panel(benched: Benched, across: str, up: str, colours: dict[str, str], modes: Sequence[str]) -> Iterator[str]:
    rows = [row for row in benched.rows if across in row.figures and up in row.figures]
    if not rows:
        yield text(Panel.LEFT, _HEIGHT / 2, f"nothing was measured of {FIGURES[across]} and {FIGURES[up]}")
        return
    xs, ys = _values(rows, across), _values(rows, up)
    vertical = Linear if up == "ndcg@10" else Logarithmic
    panel = Panel(
        Logarithmic(xs, Panel.LEFT, _WIDTH - Panel.RIGHT),
        vertical(ys, _HEIGHT - Panel.BOTTOM, Panel.TOP),
        FIGURES[across],
        FIGURES[up],
        _WIDTH,
        _HEIGHT,
    )
    yield from panel.frame()
    for row, x, y in zip(rows, xs, ys, strict=True):
        at = panel.x.place(x), panel.y.place(y)
        told = f"{row.title}, {row.mode}: {FIGURES[across]} {x:,.3g}, {FIGURES[up]} {y:,.3g}"
        yield f"<g><title>{escape(told)}</title>{shape(*at, colours[row.title], modes.index(row.mode))}"
        yield (ring(*at, colours[row.title]) if row.adapter == benched.reference else "") + "</g>"


def _values(rows: Sequence[Row], name: str) -> list[float]:
    return [row.figures[name].mean for row in rows]


def _legend(colours: dict[str, str], modes: Sequence[str], columns: int, top: float) -> Iterator[str]:
    """The shapes, then the colours."""
    below = top - (-len(modes) // columns) * _LINE
    for place, mode in enumerate(modes):
        x, y = Panel.LEFT + place % columns * (_WIDTH / 2 - 20), top + place // columns * _LINE
        yield shape(x, y, "#444", place) + text(x + 10, y + 4, mode)
    for place, (title, colour) in enumerate(colours.items()):
        x, y = Panel.LEFT + place % columns * (_WIDTH / 2 - 20), below + place // columns * _LINE
        yield circle(x, y, colour) + text(x + 10, y + 4, title)

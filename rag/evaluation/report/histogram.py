"""How a figure is spread over the queries: a mean of .5 may be everything half right, or half of it wrong."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from rag.evaluation.figures import main_figures, shown
from rag.evaluation.result import Result

__all__ = ["histograms"]

_BINS = 20
_WIDTH, _HEIGHT = 420, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 10, 30, 34


def histograms(result: Result) -> list[str]:
    """A picture, as SVG, for the main figures and for the time of an answer."""
    names = [*main_figures(list(result.table))[:3], *(["latency_ms"] if "latency_ms" in result.table else [])]
    found = {name: np.asarray(result.table[name], dtype=float) for name in dict.fromkeys(names)}
    known = {name: column[~np.isnan(column)] for name, column in found.items()}
    return ["".join(_histogram(name, column)) for name, column in known.items() if len(column)]


def _histogram(name: str, column: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Iterator[str]:
    high = max(1.0, float(column.max())) if not name.startswith("latency") else float(np.quantile(column, 0.99))
    low = min(0.0, float(column.min()))
    counts, edges = np.histogram(np.clip(column, low, high), _BINS, (low, high if high > low else low + 1))
    across, up = (_WIDTH - _LEFT - _RIGHT) / _BINS, (_HEIGHT - _TOP - _BOTTOM) / max(1, counts.max())
    bottom = _HEIGHT - _BOTTOM
    title = escape(f"{name}, spread over queries")
    yield f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" class="run0" role="img" aria-label="{title}">'
    yield f'<text x="{_LEFT}" y="16">{escape(name)}</text>'
    yield f'<path class="grid" d="M{_LEFT} {bottom}H{_WIDTH - _RIGHT}"/>'
    for place, count in enumerate(counts):
        x, height = _LEFT + place * across + 0.5, count * up
        told = f"{shown(name, edges[place])} to {shown(name, edges[place + 1])}: {count:,} queries"
        size = f'width="{across - 1:.1f}" height="{height:.1f}"'
        yield f'<rect class="bin" x="{x:.1f}" y="{bottom - height:.1f}" {size}><title>{told}</title></rect>'
    for place, anchor in ((0, "start"), (_BINS // 2, "middle"), (_BINS, "end")):
        x, more = _LEFT + place * across, place == _BINS and name.startswith("latency")
        value = f"{edges[place]:,.4g}{' and more' if more else ''}"
        yield f'<text class="tick" x="{x:.1f}" y="{bottom + 16}" text-anchor="{anchor}">{value}</text>'
    yield f'<text class="tick" x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{counts.max():,}</text></svg>'

"""Runs as points: quality against context tokens and against time, those that no other run beats filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape

from rag.evaluation.comparison import Comparison, letter
from rag.evaluation.figures import main_figures, shown
from rag.evaluation.plot import Linear, Scale
from rag.evaluation.statistics import Metric
from rag.evaluation.tuning.front import pareto

__all__ = ["plots"]

_COSTS = ("context_tokens", "latency_ms_p50")
_WIDTH, _HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 18, 30, 44
_LABELLED = 12
"""Runs that are labelled beside their points; where there are more, their titles tell."""
_LONG = 22
"""Characters of a name that are set beside a point; a longer one is its letter."""


def plots(comparison: Comparison) -> list[str]:
    """A picture, as SVG, for each main figure and cost that two runs have. Colours are those of the page's runs."""
    names = dict.fromkeys(name for run in comparison.runs for name in run.result.metrics)
    qualities = main_figures([name for name in names if name not in _COSTS])[:2]
    found = [_Plot(comparison, quality, cost) for quality in qualities for cost in _COSTS]
    return ["".join(plot.lines()) for plot in found if len(plot.points) > 1]


@dataclass(frozen=True)
class _Plot:
    comparison: Comparison
    quality: str
    cost: str

    @cached_property
    def points(self) -> dict[int, tuple[Metric, Metric]]:
        """Place of a run to what it costs and how good it is, where it has both."""
        found = {}
        for place, run in enumerate(self.comparison.runs):
            metrics = run.result.metrics
            if self.quality in metrics and self.cost in metrics:
                found[place] = (metrics[self.cost], metrics[self.quality])
        return found

    @cached_property
    def front(self) -> list[int]:
        """Places of the runs that no other run beats in both."""
        places = list(self.points)
        rows = [{"cost": cost.mean, "quality": quality.mean} for cost, quality in self.points.values()]
        return [places[place] for place in pareto(rows, {"quality": "maximize", "cost": "minimize"})]

    @cached_property
    def x(self) -> Scale:
        """What a run costs, to pixels."""
        return Linear([end for cost, _ in self.points.values() for end in _ends(cost)], _LEFT, _WIDTH - _RIGHT)

    @cached_property
    def y(self) -> Scale:
        """How good a run is, to pixels."""
        return Linear([end for _, quality in self.points.values() for end in _ends(quality)], _HEIGHT - _BOTTOM, _TOP)

    def lines(self) -> Iterator[str]:
        """The whole picture."""
        title = escape(f"{self.quality} against {self.cost}")
        yield f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
        for value in self.x.ticks:
            at, low = self.x.place(value), _HEIGHT - _BOTTOM
            yield f'<path class="grid" d="M{at:.1f} {_TOP}V{low}"/>'
            yield f'<text class="tick" x="{at:.1f}" y="{low + 15}" text-anchor="middle">{value:,.6g}</text>'
        for value in self.y.ticks:
            at = self.y.place(value)
            yield f'<path class="grid" d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}"/>'
            yield f'<text class="tick" x="{_LEFT - 6}" y="{at + 3.5:.1f}" text-anchor="end">{value:,.6g}</text>'
        yield f'<text x="{_LEFT}" y="16">{escape(self.quality)}</text>'
        below = escape(f"{self.cost} (less is better)")
        yield f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 8}" text-anchor="end">{below}</text>'
        yield from self._staircase()
        for place in self.points:
            yield from self._point(place)
        yield "</svg>"

    def _staircase(self) -> Iterator[str]:
        """Below it a run is beaten."""
        means = ((self.points[place][0].mean, self.points[place][1].mean) for place in self.front)
        (x, y), *rest = sorted((self.x.place(cost), self.y.place(quality)) for cost, quality in means)
        if rest:
            steps = "".join(f"H{across:.1f}V{up:.1f}" for across, up in rest)
            yield f'<path class="front" d="M{x:.1f} {y:.1f}{steps}"/>'

    def _point(self, place: int) -> Iterator[str]:
        cost, quality = self.points[place]
        x, y = self.x.place(cost.mean), self.y.place(quality.mean)
        left, right = map(self.x.place, _ends(cost))
        low, high = map(self.y.place, _ends(quality))
        name = self.comparison.runs[place].name
        values = f"{self.quality} {shown(self.quality, quality.mean)}, {self.cost} {shown(self.cost, cost.mean)}"
        yield f'<g class="run{place % 8}"><title>{escape(f"{name}: {values}")}</title>'
        yield f'<path class="whisker" d="M{left:.1f} {y:.1f}H{right:.1f}M{x:.1f} {low:.1f}V{high:.1f}"/>'
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="{"on" if place in self.front else "off"}"/>'
        if len(self.comparison.runs) <= _LABELLED:
            at, anchor = (x - 8, "end") if x > _WIDTH / 2 else (x + 8, "start")
            label = escape(name if len(name) <= _LONG else letter(place))
            yield f'<text x="{at:.1f}" y="{y - 6:.1f}" text-anchor="{anchor}">{label}</text>'
        yield "</g>"


def _ends(metric: Metric) -> tuple[float, float]:
    """The interval; the value itself where there is none."""
    return (metric.low, metric.high) if metric.low == metric.low else (metric.mean, metric.mean)

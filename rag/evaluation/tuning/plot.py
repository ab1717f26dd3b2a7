"""The trials as points: the first objective against each of the others, the Pareto front marked. Plain SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from rag.evaluation.tuning.found import Found
from rag.evaluation.tuning.trials import Trial

__all__ = ["plot"]

_WIDTH, _HEIGHT = 420, 340
"""Of one panel, in pixels."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 16, 34, 46
_TICKS = 5
_NUMBER = "trial"
"""What lies across where there is one objective only."""


def plot(found: Found) -> str:
    """The picture as SVG: a panel for each objective after the first; over the trials' numbers where there is one."""
    first, *others = found.objectives
    panels = others or [_NUMBER]
    trials = [t for t in found.trials if t.state == "done" and t.metrics.keys() >= found.objectives.keys()]
    width = _WIDTH * len(panels)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT + 28}" width="{width}"'
        f' height="{_HEIGHT + 28}" font-family="system-ui, sans-serif" font-size="11">',
        f'<rect width="{width}" height="{_HEIGHT + 28}" fill="#fff"/>',
    ]
    for place, name in enumerate(panels):
        lines.append(f'<g transform="translate({place * _WIDTH} 0)">')
        lines += _panel(found, trials, name, first)
        lines.append("</g>")
    lines += _legend(_HEIGHT + 10)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _value(trial: Trial, name: str) -> float:
    return float(trial.number) if name == _NUMBER else trial.metrics[name]


def _panel(found: Found, trials: Sequence[Trial], name: str, first: str) -> Iterator[str]:
    across = _Scale([_value(trial, name) for trial in trials], _LEFT, _WIDTH - _RIGHT)
    up = _Scale([_value(trial, first) for trial in trials], _HEIGHT - _BOTTOM, _TOP)
    for value in across.ticks:
        at = across.place(value)
        yield f'<line x1="{at:.1f}" y1="{_TOP}" x2="{at:.1f}" y2="{_HEIGHT - _BOTTOM}" stroke="#e6e6e6"/>'
        yield f'<text x="{at:.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle" fill="#555">{value:,.6g}</text>'
    for value in up.ticks:
        at = up.place(value)
        yield f'<line x1="{_LEFT}" y1="{at:.1f}" x2="{_WIDTH - _RIGHT}" y2="{at:.1f}" stroke="#e6e6e6"/>'
        yield f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end" fill="#555">{value:,.6g}</text>'
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle}" y="{_HEIGHT - 10}" text-anchor="middle">{escape(_titled(found, name))}</text>'
    yield f'<text x="{_LEFT}" y="18">{escape(_titled(found, first))}</text>'
    for trial in sorted(trials, key=lambda trial: (trial.number in found.front, trial.number in (0, found.winner))):
        at_x, at_y = across.place(_value(trial, name)), up.place(_value(trial, first))
        told = ", ".join(f"{path} = {value}" for path, value in found.changed(trial.number).items()) or "the default"
        yield f"<g><title>{escape(f'trial {trial.number}: {told}')}</title>"
        yield _mark(at_x, at_y, "#0f766e" if trial.number in found.front else "#b8b8b8")
        if trial.number == 0:
            yield f'<rect x="{at_x - 7:.1f}" y="{at_y - 7:.1f}" width="14" height="14" fill="none" stroke="#d97706"/>'
        if trial.number == found.winner:
            yield f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="8" fill="none" stroke="#b91c1c" stroke-width="1.5"/>'
        yield "</g>"


def _legend(y: float) -> Iterator[str]:
    marks = (
        (_mark(_LEFT, y, "#0f766e"), "Pareto front"),
        (_mark(_LEFT + 90, y, "#b8b8b8"), "other trials"),
        (f'<rect x="{_LEFT + 173}" y="{y - 7}" width="14" height="14" fill="none" stroke="#d97706"/>', "default"),
        (f'<circle cx="{_LEFT + 250}" cy="{y}" r="8" fill="none" stroke="#b91c1c" stroke-width="1.5"/>', "winner"),
    )
    for (mark, text), x in zip(marks, (10, 100, 194, 264), strict=True):
        yield f'{mark}<text x="{_LEFT + x}" y="{y + 4}">{text}</text>'


def _mark(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}" fill-opacity="0.85"/>'


def _titled(found: Found, name: str) -> str:
    arrow = {"maximize": " (more is better)", "minimize": " (less is better)"}
    return f"{name}{arrow.get(found.objectives.get(name, ''), '')}"


class _Scale:
    """Values to pixels, with round numbers along the way."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        low, high = min(values), max(values)
        margin = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
        self.low, self.high, self.start, self.end = low - margin, high + margin, start, end
        raw = (self.high - self.low) / _TICKS
        power = 10.0 ** np.floor(np.log10(raw))
        step = next(float(power * unit) for unit in (1, 2, 5, 10) if power * unit >= raw)
        count = np.arange(np.ceil(self.low / step), np.floor(self.high / step) + 1)
        self.ticks = [float(tick) for tick in count * step]

    def place(self, value: float) -> float:
        """Where a value lies, in pixels."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

"""The trials as points: the first objective against each of the others, the Pareto front marked. Plain SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from rag.evaluation.plot import Panel, circle, document, ring, square, text
from rag.evaluation.tuning.found import Found
from rag.evaluation.tuning.trials import Trial

__all__ = ["plot"]

_WIDTH, _HEIGHT = 420, 340
"""Of one panel, in pixels."""
_NUMBER = "trial"
"""What lies across where there is one objective only."""
_FRONT, _OTHER, _DEFAULT, _WINNER = "#0f766e", "#b8b8b8", "#d97706", "#b91c1c"


def plot(found: Found) -> str:
    """The picture as SVG: a panel for each objective after the first; over the trials' numbers where there is one."""
    first, *others = found.objectives
    panels = others or [_NUMBER]
    trials = [t for t in found.trials if t.state == "done" and t.metrics.keys() >= found.objectives.keys()]
    body: list[str] = []
    for place, name in enumerate(panels):
        body += [f'<g transform="translate({place * _WIDTH} 0)">', *_panel(found, trials, name, first), "</g>"]
    return document(_WIDTH * len(panels), _HEIGHT + 28, [*body, *_legend(_HEIGHT + 10)])


def _value(trial: Trial, name: str) -> float:
    return float(trial.number) if name == _NUMBER else trial.metrics[name]


def _panel(found: Found, trials: Sequence[Trial], name: str, first: str) -> Iterator[str]:
    panel = Panel.over(
        [_value(trial, name) for trial in trials],
        [_value(trial, first) for trial in trials],
        _titled(found, name),
        _titled(found, first),
        width=_WIDTH,
        height=_HEIGHT,
    )
    yield from panel.frame()
    for trial in sorted(trials, key=lambda trial: (trial.number in found.front, trial.number in (0, found.winner))):
        at = panel.x.place(_value(trial, name)), panel.y.place(_value(trial, first))
        told = ", ".join(f"{path} = {value}" for path, value in found.changed(trial.number).items()) or "the default"
        yield f"<g><title>{escape(f'trial {trial.number}: {told}')}</title>"
        yield circle(*at, _FRONT if trial.number in found.front else _OTHER)
        if trial.number == 0:
            yield square(*at, _DEFAULT)
        if trial.number == found.winner:
            yield ring(*at, _WINNER)
        yield "</g>"


def _legend(y: float) -> Iterator[str]:
    left = Panel.LEFT
    marks = (
        (circle(left, y, _FRONT), left + 10, "Pareto front"),
        (circle(left + 90, y, _OTHER), left + 100, "other trials"),
        (square(left + 180, y, _DEFAULT), left + 194, "default"),
        (ring(left + 250, y, _WINNER), left + 264, "winner"),
    )
    for mark, x, told in marks:
        yield mark + text(x, y + 4, told)


def _titled(found: Found, name: str) -> str:
    arrow = {"maximize": " (more is better)", "minimize": " (less is better)"}
    return f"{name}{arrow.get(found.objectives.get(name, ''), '')}"

"""What a search found, in words and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.evaluation.figures import shown

if TYPE_CHECKING:
    from rag.evaluation.tuning import Found, HeldOut

__all__ = ["print_found"]


def print_found(found: Found) -> None:
    """The Pareto front, the winner against the default, and where the files are."""
    from rag.cli.answer import plural
    from rag.cli.columns import Columns
    from rag.cli.terminal import note, out, rich_text

    console, (searched, held) = out(), found.queries
    done = plural(len(found.trials), "trial")
    console.print(f"{found.dataset}, {found.config}: {done} on {searched:,} queries", soft_wrap=True)
    console.print()
    head = ("trial", *found.objectives, "changed")
    right = range(len(found.objectives) + 1)
    numbers = list(dict.fromkeys([0, *sorted(found.front, key=lambda number: _order(found, number))]))
    Columns(head, right=right, styles=[""] * (len(head) - 1) + ["dim"], flexible=-1).print(
        [_row(found, number) for number in numbers]
    )
    console.print()
    console.print(rich_text(("on the other ", ""), (f"{held:,}", ""), " queries, held out from the search:"))
    rows = [_compared(name, part) for name, part in found.held_out.items()]
    Columns(("", "default", "winner", "difference"), right=(1, 2), styles=("", "", "bold"), flexible=-1).print(rows)
    console.print()
    console.print(_verdict(found), soft_wrap=True)
    for trial in found.trials:
        if trial.state == "refused":
            note(f"trial {trial.number} could not be measured: {trial.reason}")
    reused = f" ({plural(found.reused, 'trial')} reused)" if found.reused else ""
    note(f"{found.folder}: tuned.yaml, front.svg, tune.json{reused}")


def _order(found: Found, number: int) -> float:
    name, direction = next(iter(found.objectives.items()))
    value = found.trial(number).metrics[name]
    return -value if direction == "maximize" else value


def _row(found: Found, number: int) -> list[str]:
    metrics = found.trial(number).metrics
    changed = ", ".join(f"{path}={value}" for path, value in found.changed(number).items())
    said = changed if number else "the default"
    marks = ("*" if number == found.winner else "") + str(number)
    return [marks, *(shown(name, metrics[name]) for name in found.objectives), said]


def _compared(name: str, part: HeldOut) -> list[str]:
    said = ""
    if part.difference is not None:
        d = part.difference
        said = f"{d.difference:+.4g}, 95 % interval {d.low:+.4g} to {d.high:+.4g}, p = {d.p:.3g}"
    return [name, shown(name, part.default.mean), shown(name, part.winner.mean), said]


def _verdict(found: Found) -> str:
    if found.winner == 0:
        return "The default configuration wins: nothing that was tried is better."
    name, direction = next(iter(found.objectives.items()))
    part = found.held_out[name]
    changed = ", ".join(f"{path}={value}" for path, value in found.changed(found.winner).items())
    gain = (part.winner.mean - part.default.mean) * (1 if direction == "maximize" else -1)
    said = "better" if gain > 0 else "no better" if gain == 0 else "worse"
    by = f" by {shown(name, abs(gain))} {name}" if gain else f" in {name}"
    sure = ""
    if part.difference is not None and part.difference.low <= 0 <= part.difference.high and gain:
        sure = "; the interval holds 0, so this may be chance"
    return f"Trial {found.winner} ({changed}) is {said} than the default{by} on queries it was not chosen by{sure}."

"""Work done in portions while there is time for them: a long step that can end early.

A step whose work is done so is not left out as a whole. What it takes beside its portions is known from before, as of
any step; the portions are as many as fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

from rag.spending.allowance import PORTION, current

__all__ = ["affordable", "portions", "timed"]


def affordable(names: Sequence[str], size: int) -> list[bool]:
    """Which of several works on one thing there is time for beside what must follow: the quickest in any case.

    Nothing is kept for what later steps do in portions: whether that is worth more is not for this to say. What is left
    out stands in the trace.

    Args:
        names: of the works, as `timed` remembers them.
        size: of the thing, in tokens.
    """
    allowance = current()
    if allowance is None or allowance.limits.latency_ms is None:
        return [True] * len(names)
    takes = [allowance.costs.takes(name, size) for name in names]
    room = allowance.spare
    fits = [seconds <= max(room, min(takes)) for seconds in takes]
    for name, seconds, fit in zip(names, takes, fits, strict=True):
        if not fit:
            allowance.costs.skipped(name)
            allowance.untold.append(f"latency_ms: {name} takes {seconds * 1e3:.0f} ms")
    return fits


@contextmanager
def timed(name: str, size: int) -> Iterator[None]:
    """Remembers how long some work takes for each token of a thing, where time is limited."""
    began = perf_counter()
    yield
    if (allowance := current()) is not None and allowance.limits.latency_ms is not None:
        allowance.costs.note_work(name, max(1, size), perf_counter() - began)


def portions(name: str, sizes: Sequence[int], *, needed: bool = True, first: bool = False) -> Iterator[tuple[int, int]]:
    """Which items to do next: all at once without a limit of time, else a few while there is time for them.

    The time until the next ones are asked for is taken for theirs; where the last ones took longer than expected, so
    will the next. How long nobody knows yet is tried.

    Args:
        name: of the work; how long its tokens take is remembered by it.
        sizes: of the items in tokens, the most important first; 0 for one that costs nothing.
        needed: whether the first item that costs anything is done however little time there is.
        first: whether the first portion is worth more than any of what the step does in portions behind it.

    Yields:
        The first item and the one after the last, without gaps.
    """
    allowance = current()
    if allowance is None or allowance.limits.latency_ms is None:
        if sizes:
            yield 0, len(sizes)
        return
    start, slower, begun = 0, 1.0, False
    while start < len(sizes):
        (base, pace), free = allowance.costs.fit(name), allowance.free(name, first=first and not begun) / slower
        most = min(PORTION, (free - base) / pace) if pace else PORTION
        end, tokens = start + 1, sizes[start]
        while end < len(sizes) and tokens + sizes[end] <= max(most, 0):
            tokens += sizes[end]
            end += 1
        expected = base + pace * tokens if tokens else 0.0
        if (begun or not needed) and expected > max(free, 0.0):
            if not begun:
                allowance.costs.skipped(name)
            return
        began = perf_counter()
        yield start, end
        seconds = perf_counter() - began
        allowance.paced += seconds
        if tokens:
            begun = True
            slower = max(1.0, seconds / expected) if expected else 1.0
            allowance.costs.note_work(name, tokens, seconds)
        start = end

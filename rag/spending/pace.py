"""Work done in portions while there is time for them: a long step that can end early.

A step whose work is done so is not left out as a whole. What it takes beside its portions is known from before, as of
any step; the portions are as many as fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

from rag.spending.allowance import PORTION, current

__all__ = ["portions"]


def portions(name: str, sizes: Sequence[int], *, needed: bool = True) -> Iterator[tuple[int, int]]:
    """Which items to do next: all at once without a limit of time, else a few while there is time for them.

    The time until the next ones are asked for is taken for theirs. The first few always come where they are needed.

    Args:
        name: of the work; how long its tokens take is remembered by it.
        sizes: of the items in tokens, the most important first; 0 for one that costs nothing.
        needed: whether the work must not be left out as a whole.

    Yields:
        The first item and the one after the last, without gaps.
    """
    allowance = current()
    if allowance is None or allowance.limits.latency_ms is None:
        if sizes:
            yield 0, len(sizes)
        return
    start, latest = 0, 0.0
    while start < len(sizes):
        end, tokens = start + 1, sizes[start]
        while end < len(sizes) and tokens + sizes[end] <= PORTION:
            tokens += sizes[end]
            end += 1
        if (start or not needed) and tokens * max(latest, allowance.costs.pace(name)) > allowance.free(name):
            return
        began = perf_counter()
        yield start, end
        seconds = perf_counter() - began
        allowance.paced += seconds
        if tokens:
            latest = seconds / tokens
            allowance.costs.note_pace(name, latest)
        start = end

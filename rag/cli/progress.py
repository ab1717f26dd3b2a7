"""Signs of life on stderr for whatever takes over a second; none where stderr is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

from rag.cli.terminal import err

if TYPE_CHECKING:
    from rag.index import Progress

__all__ = ["PATIENCE", "bar", "stages", "waiting"]

PATIENCE = 1.0
"""Seconds without a sign."""


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """A spinner while the body runs, from the second second on."""
    console = err()
    if not console.is_terminal:
        yield
        return
    status = console.status(f"{message} ...", spinner="dots")
    timer = Timer(PATIENCE, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()


@contextmanager
def bar() -> Iterator[Callable[[Progress], None] | None]:
    """What `Index.add` tells its progress to: a bar, from the second second on; None where nobody watches."""
    console = err()
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    text = TextColumn("{task.description}", style="dim"), TextColumn("{task.fields[told]}", style="dim")
    bars = Bars(
        text[0], BarColumn(bar_width=24), text[1], TimeRemainingColumn(compact=True), console=console, transient=True
    )
    task = bars.add_task("starting", total=None, told="")
    timer = Timer(PATIENCE, bars.start)
    timer.daemon = True
    timer.start()

    def tell(now: Progress) -> None:
        of = f" of {now.total:,}" if now.total is not None else ""
        told = f"{now.done:,}{of}" + (f", {now.passages:,} passages" if now.passages else "")
        bars.update(task, description=now.stage, completed=now.done, total=now.total, told=told)

    try:
        yield tell
    finally:
        timer.cancel()
        timer.join()
        bars.stop()


@contextmanager
def stages() -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar for work of several named stages: called with the stage, and how much of how much of it is done."""
    console = err()
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn

    text = TextColumn("{task.description}", style="dim"), TextColumn("{task.fields[told]}", style="dim")
    with Progress(text[0], BarColumn(bar_width=24), text[1], console=console, transient=True) as bars:
        task = bars.add_task("starting", total=None, told="")

        def tell(stage: str, done: int, total: int) -> None:
            bars.update(task, description=stage, completed=done, total=total, told=f"{done:,} of {total:,}")

        yield tell

"""`rag train`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rag.cli.options import Json
from rag.cli.report import INTERRUPTED
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.training.settings import Told


def train(  # noqa: PLR0913, PLR0917  # each is an option
    skill: Annotated[str, typer.Argument(metavar="SKILL", help="Which skill; a wrong name lists them.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", show_default=False, hidden=True)] = None,
    data: Annotated[
        list[Path] | None, typer.Option(metavar="FILE...", help="JSON lines to learn from, plain or gzipped.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder for weights, card and checkpoints.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="Train so often; figures are mean and spread.")] = 1,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the data.  [default: the recipe's]")] = None,
    minutes: Annotated[float | None, typer.Option(help="Keep what is best after so many, for each seed.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoints in --out.")] = False,
    start: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Weights to train further: `cross` on your own data; `dupmae`: any BERT."),
    ] = None,
    merge: Annotated[
        Path | None, typer.Option(metavar="FILE", help="`cross`: weights of another training to be averaged with.")
    ] = None,
    share: Annotated[float, typer.Option(min=0, max=1, help="How much of the average is theirs.")] = 0.4,
    drop: Annotated[
        float, typer.Option(min=0, max=0.99, help="DARE: share of what each changed that is dropped before.")
    ] = 0.0,
    frozen: Annotated[
        int, typer.Option(min=0, help="`cross`: how many of the lowest layers stay as they are; quicker.")
    ] = 0,
    losses: Annotated[
        Literal["repository", "paper"], typer.Option(help="`dupmae`: whose weight the bag of words has.")
    ] = "repository",
    json: Json = False,
) -> None:
    """Train a skill's small head on your data or on public sets; or pre-train a model for retrieval (`dupmae`).

    Prints figures on documents it did not learn from, and writes weights and a model card. Killed at any moment, the
    same command with --resume goes on after the last whole epoch.
    """
    from rag.training.train import train as run
    from rag.training.train import wants

    record = wants(skill)
    files = [*(data or []), *(more or [])]
    if not files:
        raise UsageError(f"rag train {skill}: --data FILE... is missing; a record holds {record}")
    if out is None:
        raise UsageError(f"rag train {skill}: --out DIR is missing: the folder for weights, card and checkpoints")
    if start is not None and skill != "dupmae" and not start.is_file():
        raise UsageError(f"--start {start}: there is no such file")
    if merge is not None and not merge.is_file():
        raise UsageError(f"--merge {merge}: there is no such file")
    if minutes is not None and minutes <= 0:
        raise UsageError(f"--minutes {minutes:g}: should be above 0")

    from rag.cli.terminal import note, print_json
    from rag.cli.trained import print_trained
    from rag.training.settings import Merge, Settings

    merging = None if merge is None else Merge(merge, share, drop)
    settings = Settings(out, seed, seeds, epochs, minutes, resume, start, losses, merging, frozen)
    try:
        with _bar() as tell:
            trained = run(skill, files, settings, tell)
    except KeyboardInterrupt:
        note("interrupted; the same command with --resume goes on after the last whole epoch")
        raise typer.Exit(INTERRUPTED) from None
    if json:
        print_json(trained.to_dict())
    else:
        print_trained(trained)


@contextmanager
def _bar() -> Iterator[Callable[[Told], None]]:
    """A bar with the loss and the best figure so far; nothing where nobody watches."""
    from rag.cli.terminal import err
    from rag.training.settings import silent

    console = err()
    if not console.is_terminal:
        yield silent
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    text = TextColumn("{task.description}", style="dim"), TextColumn("{task.fields[told]}", style="dim")
    bars = Progress(
        text[0], BarColumn(bar_width=24), text[1], TimeRemainingColumn(compact=True), console=console, transient=True
    )
    with bars:
        task = bars.add_task("starting", total=None, told="")

        def tell(now: Told) -> None:
            of = f"{now.done:,} of {now.total:,}" if now.total is not None else ""
            told = ", ".join(part for part in (of, now.note) if part)
            bars.update(task, description=now.stage, completed=now.done, total=now.total, told=told)

        yield tell

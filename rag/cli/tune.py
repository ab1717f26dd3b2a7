"""`rag tune`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.options import Chosen, Json
from rag.cli.report import INTERRUPTED
from rag.errors import ConfigError, Problem, UsageError

if TYPE_CHECKING:
    from rag.config.tuning import Tuning
    from rag.evaluation.tuning.search import Told

EXAMPLE = "--space pipeline.0.retrieve.top_k=[5,10,20]"


def tune(  # noqa: PLR0913, PLR0917  # each is an option
    dataset: Annotated[
        Path,
        typer.Argument(
            metavar="DATASET", help="A folder in BEIR layout, or a file of questions (.jsonl, .json, .csv)."
        ),
    ],
    chosen: Chosen,
    space: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH=SPEC", help="Search this key: a list, or {low: 5, high: 50, step: 5}. Repeatable."),
    ] = None,
    objective: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=maximize|minimize", help="Look for this. The first picks the winner. Repeatable."),
    ] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="Configurations to try.  [default: 30]")] = None,
    minutes: Annotated[float | None, typer.Option(help="Begin no trial after so many.")] = None,
    limit: Annotated[int | None, typer.Option(min=2, help="Only the first so many questions.")] = None,
    split: Annotated[str, typer.Option(help="Which qrels/NAME.tsv.")] = "test",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The search's folder.  [default: one below .rag/tune]")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the trials of an earlier search.")] = False,
    json: Json = False,
) -> None:
    """Search for a better configuration.

    Half of the questions are searched with; how much better the winner is than the default is told on the other half.
    Killed at any moment, the same command goes on where it stopped; Ctrl-C ends with what was found.
    """
    overrides = {"tune": {"space": dict(map(_searched, space))}} if space else None
    configuration = chosen.configuration(overrides)
    wanted = _wanted(configuration.tune, objective, trials, minutes)

    from rag.cli.found import print_found
    from rag.cli.terminal import note, print_json
    from rag.evaluation.dataset import read_dataset
    from rag.evaluation.tuning import tune as search

    data = read_dataset(dataset, split=split)
    if chosen.index:
        note("--index is not used: a search keeps its indexes below .rag/eval")
    try:
        with _bar(next(iter(wanted.objectives))) as progress:
            found = search(configuration, data, wanted, limit=limit, folder=out, fresh=fresh, progress=progress)
    except KeyboardInterrupt:
        note("interrupted; what was tried is kept, run the same command to go on")
        raise typer.Exit(INTERRUPTED) from None
    if json:
        print_json(found.to_dict())
    else:
        print_found(found)
    if found.interrupted:
        note("interrupted; run the same command to go on")
        raise typer.Exit(INTERRUPTED)


def _searched(text: str) -> tuple[str, Any]:
    """`PATH=SPEC` as path and plain data."""
    from rag.config.read import read_text

    path, equals, spec = text.partition("=")
    if not equals or not path.strip():
        raise UsageError(f"--space {text}: should be PATH=SPEC, as in {EXAMPLE}")
    node, problems = read_text(f"spec: {spec}", f"--space {path.strip()}")
    if problems:
        raise ConfigError([Problem(problems[0].message, "", f"--space {path.strip()}", hint=f"as in {EXAMPLE}")])
    return path.strip(), node.entries["spec"].plain()


def _wanted(tuning: Tuning | None, objective: list[str] | None, trials: int | None, minutes: float | None) -> Tuning:
    """What the configuration says under what the command line says."""
    from rag.config.tuning import Tuning

    said: dict[str, Any] = {"trials": trials, "minutes": minutes}
    if objective:
        pairs = [text.partition("=") for text in objective]
        for name, _, direction in pairs:
            if not name or direction not in ("maximize", "minimize"):
                raise UsageError(f"--objective {name}={direction}: should be NAME=maximize or NAME=minimize")
        said["objectives"] = {name: direction for name, _, direction in pairs}
    if minutes is not None and minutes <= 0:
        raise UsageError(f"--minutes {minutes:g}: should be above 0")
    given = {name: value for name, value in said.items() if value is not None}
    return (tuning or Tuning()).model_copy(update=given)


@contextmanager
def _bar(objective: str) -> Iterator[Callable[[Told], None] | None]:
    """A bar for each trial, with the best so far; None where nobody watches."""
    from rag.cli.terminal import err

    console = err()
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn

    text = TextColumn("{task.description}", style="dim"), TextColumn("{task.fields[told]}", style="dim")
    with Progress(text[0], BarColumn(bar_width=24), text[1], console=console, transient=True) as bars:
        task = bars.add_task("starting", total=None, told="")

        def tell(now: Told) -> None:
            best = "" if now.best is None else f", best {objective} {now.best:.4g}"
            inner = now.inner
            told = f"{inner.done:,} of {inner.total:,}{best}" if inner.total is not None else f"{inner.done:,}{best}"
            bars.update(
                task, description=f"{now.trial}: {inner.stage}", completed=inner.done, total=inner.total, told=told
            )

        yield tell

"""`rag route`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rag.cli.options import Chosen, Json
from rag.cli.report import INTERRUPTED
from rag.errors import RagError, UsageError

if TYPE_CHECKING:
    from rag.evaluation.labelling import Labels

ACTIONS = ("label",)
JUDGES = ("answers", "support")


def route(  # noqa: PLR0913, PLR0917  # each is an option
    action: Annotated[str, typer.Argument(metavar="label", help="What to do.")],
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="JSON lines, or a folder in BEIR layout.")],
    chosen: Chosen,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The labels, for `rag train complexity`.")] = Path(
        "labels.jsonl"
    ),
    judge: Annotated[
        str | None,
        typer.Option(help="answers (known ones) or support (do the cited passages say so?).  [default: what fits]"),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Questions at once. Milliseconds are right with 1.")] = 1,
    json: Json = False,
) -> None:
    """Label your questions with the cheapest route that answers them, to train the router on.

    Every question goes down every branch of the configuration's router. Then `rag train complexity --data FILE --out
    DIR` fits a router in seconds, and `weights: DIR` uses it. Killed at any moment, the same command goes on.
    """
    if action not in ACTIONS:
        raise UsageError(f"rag route {action}: the only action is {ACTIONS[0]}")
    if judge is not None and judge not in JUDGES:
        raise UsageError(f"--judge is {' or '.join(JUDGES)}, not {judge!r}")
    configuration = chosen.configuration()

    from rag.cli.progress import bar
    from rag.cli.terminal import note, print_json
    from rag.evaluation.dataset import read_dataset
    from rag.evaluation.labelling import label

    data = read_dataset(questions)
    index = chosen.index or (None if data.corpus else Path(str(configuration.index.path)))
    try:
        with bar() as progress:
            labels = label(
                configuration,
                data,
                out.with_name(f"{out.stem}.runs"),
                judge=cast(Any, judge),
                index=index,
                limit=limit,
                jobs=jobs,
                progress=progress,
            )
    except KeyboardInterrupt:
        note("interrupted; what was asked is kept, run the same command to go on")
        raise typer.Exit(INTERRUPTED) from None
    kept = labels.write(out)
    if json:
        print_json({**labels.to_dict(), "out": str(out)})
    else:
        _print(labels, kept, out)
    if not kept:
        raise RagError("no route answered any question right: there is nothing to train on")


def _print(labels: Labels, kept: int, out: Path) -> None:
    from rag.cli.columns import Columns
    from rag.cli.terminal import note

    told = labels.to_dict()
    head = ("route", "labels", "right if always taken", "ms a question")
    Columns(head, right=(1, 2, 3)).print(
        [
            (
                name,
                str(told["labels"].get(name, "")),
                f"{100 * told[name]['right']:.1f} %",
                f"{told[name]['milliseconds']:.0f}",
            )
            for name in (*labels.routes, "oracle")
        ]
    )
    note(f"{kept:,} of {told['questions']:,} questions labelled in {out}; {told['unanswered']:,} no route answered")
    note(f"next: rag train complexity --data {out} --out router")

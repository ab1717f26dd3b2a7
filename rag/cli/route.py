"""`rag route`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rag.cli.options import Chosen, Json
from rag.cli.report import INTERRUPTED
from rag.errors import RagError, UsageError

if TYPE_CHECKING:
    from rag.config import Configuration
    from rag.evaluation.labelling import Labels

ACTIONS = ("label", "reason")
JUDGES = ("answers", "support")


def route(  # noqa: PLR0913, PLR0917  # each is an option
    action: Annotated[str, typer.Argument(metavar="label|reason", help="What to do.")],
    questions: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Questions: JSON lines, or a folder in BEIR layout. For reason: labels."),
    ],
    chosen: Chosen,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="For `rag train complexity`.  [default: labels.jsonl, or reasons.jsonl]"),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(help="answers (known ones) or support (do the cited passages say so?).  [default: what fits]"),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Questions at once. Milliseconds are right with 1.")] = 1,
    json: Json = False,
) -> None:
    """Label your questions with the cheapest route that answers them, to train the router on.

    label: every question goes down every branch of the configuration's router. Then `rag train complexity --data FILE
    --out DIR` fits a router in seconds, and `weights: DIR` uses it.

    reason: the configuration's `llm` says of each labelled question why it needs what it needs; a router trained on
    that file learns from the reasons too.

    Killed at any moment, the same command goes on.
    """
    if action not in ACTIONS:
        raise UsageError(f"rag route {action}: the actions are {' and '.join(ACTIONS)}")
    if judge is not None and judge not in JUDGES:
        raise UsageError(f"--judge is {' or '.join(JUDGES)}, not {judge!r}")
    if judge is not None and action == "reason":
        raise UsageError("--judge is of `rag route label`: reasons are written for labels that are there")
    configuration = chosen.configuration()
    if action == "reason":
        _reason(configuration, questions, out or Path("reasons.jsonl"), limit, jobs, json=json)
        return
    out = out or Path("labels.jsonl")

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


def _reason(  # noqa: PLR0913  # what the options say
    configuration: Configuration, labels: Path, out: Path, limit: int | None, jobs: int, *, json: bool
) -> None:
    from rag.cli.progress import bar
    from rag.cli.terminal import note, print_json
    from rag.evaluation.reasons import labelled, reason
    from rag.index import Progress

    if configuration.llm is None:
        raise UsageError(f"{configuration.source} has no `llm:` to reason; add one, or take the preset `chat`")
    if out.resolve() == labels.resolve():
        raise UsageError(f"--out {out}: the labels stand there; name another file")
    records = labelled(labels)[:limit]
    try:
        with bar() as progress:
            told = reason(
                configuration.llm,
                records,
                out,
                jobs=jobs,
                tell=lambda done, total: progress(Progress("asking", done, total)) if progress else None,
            )
    except KeyboardInterrupt:
        note("interrupted; what was said is kept, run the same command to go on")
        raise typer.Exit(INTERRUPTED) from None
    if json:
        print_json({**told.to_dict(), "out": str(out)})
        return
    spent = told.usage.prompt_tokens + told.usage.completion_tokens
    note(f"{told.there + told.asked - told.empty:,} of {told.labels:,} labels have a reason in {out}")
    note(
        f"asked {told.asked:,} times, {spent:,} tokens" + (f"; {told.empty:,} replies were empty" if told.empty else "")
    )
    note(f"next: rag train complexity --data {out} --out router")


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

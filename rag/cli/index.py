"""`rag index`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Chosen, Json
from rag.cli.report import INTERRUPTED
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.index import Plan, Report

COUNTS = {"added": "green", "changed": "cyan", "unchanged": "", "deleted": "yellow", "failed": "red"}
NAMED = 5
"""Empty files that are named; all of them by --json."""
EXAMPLE = "rag index handbook/"


def index(
    chosen: Chosen,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Files, folders, globs, URLs; - reads standard input."),
    ] = None,
    delete: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE", help="Remove this document instead. Repeatable.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    json: Json = False,
) -> None:
    """Add or refresh files, folders, globs and URLs.

    What did not change costs nothing, what is gone from a folder is removed, and what cannot be read is reported and
    skipped. Interrupted at any moment, the same command goes on where it stopped. Without PATH, an index is brought in
    line with a configuration that has changed.
    """
    pipeline = chosen.pipeline()
    store = pipeline.store
    if paths and delete:
        raise UsageError("either PATH or --delete SOURCE, not both")
    if store is None or not (paths or store.exists()):
        raise UsageError(f"nothing to index: name files, folders, globs or URLs, as in {EXAMPLE}")

    from rag.cli.progress import bar, waiting
    from rag.cli.terminal import err, note, print_json

    try:
        if dry_run:
            with waiting("reading"):
                done: Report | Plan = store.plan(paths or [], pipeline.views())
        elif delete:
            done = store.delete(delete, pipeline.views())
        else:
            with bar() as progress:
                done = pipeline.index(paths or [], progress=progress)
    except KeyboardInterrupt:
        head = "\n" if err().is_terminal else ""
        note(f"{head}interrupted; what is done is kept, run the same command to go on")
        raise typer.Exit(INTERRUPTED) from None
    if json:
        print_json({**asdict(done), "failed": done.failed})
    else:
        _print(done, dry_run=dry_run)
    if paths and not (done.added or done.changed or done.unchanged or done.deleted or done.failed or done.empty):
        note(f"no documents were found in {', '.join(paths)}")
    if done.failed and not (done.added or done.changed or done.unchanged or done.deleted):
        raise typer.Exit(1)


def _print(done: Report | Plan, *, dry_run: bool) -> None:
    from rag.cli.answer import plural
    from rag.cli.terminal import out, rich_text

    console = out()
    parts: list[str | tuple[str, str]] = ["would be " if dry_run else ""]
    for number, (name, style) in enumerate(COUNTS.items()):
        value = getattr(done, name)
        count = value if isinstance(value, int) else len(value)
        parts += [", " if number else "", (f"{count:,} {name}", style if count else "dim")]
    if done.empty:
        parts.append((f", {len(done.empty):,} empty", "yellow"))
    console.print(rich_text(*parts), soft_wrap=True)
    about = "about " if dry_run else ""
    size = f"{plural(done.passages, 'passage')}, {plural(done.tokens, 'token')}, {about}{done.seconds:.1f} s"
    console.print(size, soft_wrap=True)
    for failure in done.failures:
        console.print(rich_text((failure.source, "red"), f": {failure.reason}"), soft_wrap=True)
    for source in done.empty[:NAMED]:
        console.print(rich_text((source, "yellow"), ": there is no text in it"), soft_wrap=True)
    if len(done.empty) > NAMED:
        console.print(f"and {len(done.empty) - NAMED:,} more without text; --json names them all", soft_wrap=True)
    if dry_run:
        for name in ("added", "changed", "deleted"):
            for source in getattr(done, name):
                console.print(rich_text((f"{name:8}", COUNTS[name]), source), soft_wrap=True)

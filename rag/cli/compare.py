"""`rag compare`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Json

if TYPE_CHECKING:
    from rich.text import Text

    from rag.evaluation.comparison import Comparison, Row

_MOST_SETTINGS = 20
"""Pipelines of other steps differ in every line; those are not told here."""


def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of `rag eval`, or what its --json wrote.")
    ],
    figures: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="Only these figures: ndcg@10,f1,context_tokens.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a report page.")] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write Markdown for a pull request; - prints it.")
    ] = None,
    json: Json = False,
) -> None:
    """Put runs of one data set side by side: which differ by more than chance, and where.

    The first run is what the others are told against. Letters behind a value name the runs that it beats: paired
    randomisation test, p below .05 after Holm's correction over the pairs of runs.
    """
    from rag.cli.terminal import note, print_json
    from rag.evaluation.comparison import compare as compared
    from rag.evaluation.stored import read_runs

    read = read_runs(runs)
    found = compared(read, [name.strip() for name in (figures or "").split(",") if name.strip()])
    if html is not None:
        from rag.evaluation.report import write_page

        write_page(read, html)
        note(f"report: {html}")
    if markdown is not None:
        from rag.cli.written import write_text
        from rag.evaluation.report import markdown as as_markdown

        write_text(markdown, as_markdown(found), "--markdown")
    if json:
        print_json(found.to_dict())
    elif str(markdown) != "-":
        _print(found)


def _print(found: Comparison) -> None:
    from rich.table import Table
    from rich.text import Text

    from rag.cli.terminal import out
    from rag.evaluation.comparison import letter

    console, pair = out(), len(found.runs) == 2
    console.print(f"{found.dataset}: {found.queries:,} queries", soft_wrap=True)
    for place, run in enumerate(found.runs):
        failed = f" ({run.result.failed:,} failed)" if run.result.failed else ""
        console.print(Text.assemble("  ", (letter(place), "bold"), f"  {run.name}", (failed, "red")), soft_wrap=True)
    console.print()
    table = Table(box=None, pad_edge=False, header_style="dim")
    heads = [letter(place) for place in range(len(found.runs))] + (["change", "p"] if pair else [])
    for column in ("", *heads):
        table.add_column(column, justify="right" if column else "left")
    room = [max(len(row.cells[place].beats) for row in found.rows) for place in range(len(found.runs))]
    group = ""
    for row in found.rows:
        if row.group != group:
            group = row.group
            table.add_row(Text(group, style="bold"))
        table.add_row(f"  {row.figure}", *_cells(row, room), *(_change(row) if pair else ()))
    console.print(table)
    if found.settings:
        console.print()
        _print_settings(found)


def _cells(row: Row, room: list[int]) -> Iterator[Text]:
    """Each run's value, with the letters of those that it beats; `room` is the letters that a column needs."""
    from rich.text import Text

    from rag.evaluation.comparison import letter
    from rag.evaluation.figures import shown

    for place, cell in enumerate(row.cells):
        value = "-" if cell.metric is None else shown(row.figure, cell.metric.mean)
        marks = "".join(map(letter, cell.beats)).ljust(room[place])
        style = "bold" if place in row.best else ""
        yield Text.assemble((value, style), (f" {marks}" if room[place] else "", "cyan"))


def _change(row: Row) -> list[Text | str]:
    """How the second run differs from the first, coloured where it is more than chance; and its p."""
    from rich.text import Text

    from rag.evaluation.comparison import ALPHA
    from rag.evaluation.measures import lower_is_better

    old, new = (cell.metric for cell in row.cells)
    if old is None or new is None:
        return []
    change, test = new.mean - old.mean, row.cells[1].change
    if test is None or not test.queries:
        return [f"{change:+.4g}"]
    colour = "green" if (change < 0) == lower_is_better(row.figure) else "red"
    p = "<.001" if test.p < 0.001 else f"{test.p:.3f}".removeprefix("0")
    return [Text(f"{change:+.4g}", style=colour if test.p < ALPHA and change else ""), p]


def _print_settings(found: Comparison) -> None:
    from json import dumps

    from rag.cli.columns import Columns
    from rag.cli.terminal import note
    from rag.evaluation.comparison import letter

    if len(found.settings) > _MOST_SETTINGS:
        note(f"{len(found.settings):,} settings differ: --json tells them all")
        return
    rows = [
        [path, *("-" if value is None else dumps(value, ensure_ascii=False).strip('"') for value in values)]
        for path, values in found.settings.items()
    ]
    head = ("settings that differ", *(letter(place) for place in range(len(found.runs))))
    Columns(head, flexible=0, crop=True).print(rows)

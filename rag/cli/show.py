"""`rag show`."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli.options import Chosen, Json


def show(
    chosen: Chosen,
    resolved: Annotated[bool, typer.Option("--resolved", help="Also the values that nobody set: defaults.")] = False,
    json: Json = False,
) -> None:
    """Print a configuration as it is used: every value with its path and where it comes from.

    Secrets are hidden.
    """
    from rag.cli.columns import Columns
    from rag.cli.terminal import print_json

    rows = [row for row in chosen.configuration().show() if resolved or row.origin != "default"]
    if json:
        print_json([{"path": row.path, "value": row.value, "origin": row.origin} for row in rows])
        return
    Columns(head=("path", "value", "from"), styles=("", "cyan", "dim"), flexible=1).print(
        [(row.path, str(row.value), row.origin) for row in rows]
    )

"""`rag doctor`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from rag.cli.options import Chosen, Json

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(
    chosen: Chosen,
    json: Json = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make damaged search structures of the index again.")
    ] = False,
) -> None:
    """Check this machine, the models and the index. Nothing is sent anywhere.

    Ends with 1 where a check fails; a warning is no failure.
    """
    from rag.cli.columns import Columns
    from rag.cli.health import examine
    from rag.cli.progress import waiting
    from rag.cli.terminal import print_json, rich_text

    with waiting("examining"):
        findings = list(examine(chosen, repair=repair))
    if json:
        print_json([asdict(finding) for finding in findings])
    else:
        Columns().print(
            (
                rich_text((finding.state, STYLES[finding.state])),
                finding.subject,
                rich_text(finding.text, (f"\n{finding.advice}" if finding.advice else "", "dim")),
            )
            for finding in findings
        )
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(1)

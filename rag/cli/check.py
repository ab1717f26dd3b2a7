"""`rag check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.completion import complete_config
from rag.cli.options import Chosen, Json
from rag.errors import ConfigError

if TYPE_CHECKING:
    from rag.errors import Problem


def check(
    chosen: Chosen,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|PRESET", help="What to check, instead of --config.", autocompletion=complete_config
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Find every mistake in a configuration: offline, and without loading a model.

    Ends with 0 where there is none and with 2 where there are some.
    """
    problems: list[Problem] = []
    sound: list[str] = []
    for source in files or [chosen.source]:
        try:
            chosen.with_config(source).configuration()
            sound.append(source)
        except ConfigError as error:
            problems.extend(error.problems)
    if json:
        from rag.cli.terminal import print_json

        print_json([as_dict(problem) for problem in problems])
        raise typer.Exit(ConfigError.exit_code if problems else 0)
    for source in sound:
        typer.echo(f"{source}: ok")  # a plain line: importing rich for it would take longer than saying it
    if problems:
        raise ConfigError(problems)


def as_dict(problem: Problem) -> dict[str, Any]:
    """A problem as JSON."""
    return {name: getattr(problem, name) for name in ("file", "line", "column", "path", "message", "hint")}

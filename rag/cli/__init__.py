"""The command line: `rag`. One command a file; a command's file is imported when the command runs."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from rag.cli.group import Lazy

__all__ = ["app", "main"]

app = typer.Typer(
    cls=Lazy,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(asked: bool) -> None:
    if asked:
        from rag import __version__

        typer.echo(f"rag {__version__}")
        raise typer.Exit


def _debug(ctx: typer.Context, asked: bool) -> None:
    ctx.meta["debug"] = ctx.meta.get("debug", False) or asked


@app.callback(epilog="Every command explains itself: rag ask --help. Guide: docs/command-line.md")
def rag(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            envvar="RAG_DEBUG",
            show_envvar=False,
            callback=_debug,
            expose_value=False,
            help="Show tracebacks.",
        ),
    ] = False,
) -> None:
    """Questions answered from your own files, every answer traced to characters of a source."""


def main() -> None:
    """The console script."""
    gc.disable()  # importing makes many objects and no garbage: a tenth of its time. `Chosen.configuration` enables it
    app(prog_name="rag")

"""How a failure is told: a message on stderr and an exit code, a traceback only for those who ask."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from rag.errors import ConfigError, RagError

__all__ = ["INTERRUPTED", "message_of", "reported"]

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


@contextmanager
def reported(debug: Callable[[], bool]) -> Iterator[None]:
    """Turns what is raised inside into a message and an exit code; `debug` says whether tracebacks are wanted."""
    try:
        yield
        sys.stdout.flush()  # a reader that went away shows here and not at interpreter exit
    except (typer.Exit, typer.Abort):
        raise
    except BrokenPipeError:
        _hush()
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        _say("\ninterrupted" if sys.stderr.isatty() else "interrupted")  # below the ^C that the terminal shows
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        if _is_usage(error):
            raise
        if debug():
            traceback.print_exc()
        _tell(error)
        raise typer.Exit(getattr(error, "exit_code", 1)) from None


def _is_usage(error: Exception) -> bool:
    """Typer prints its own usage errors; where their class lives depends on its version."""
    return hasattr(error, "format_message")


def _tell(error: Exception) -> None:
    if isinstance(error, ConfigError):
        from rag.cli.problems import print_problems

        print_problems(error.problems)
    elif isinstance(error, (RagError, OSError)):
        _say(message_of(error), "error")
    else:
        _say(f"{type(error).__name__}: {error}", "unexpected error")
        _say("This is a fault of the program. Please report it with what the same command prints under RAG_DEBUG=1.")


def message_of(error: RagError | OSError) -> str:
    """The sentence that tells it."""
    if isinstance(error, OSError):
        return ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
    return str(error)


def _say(message: str, head: str = "") -> None:
    from rich.text import Text

    from rag.cli.terminal import err

    err().print(Text.assemble((f"{head}: ", "bold red"), message) if head else Text(message), soft_wrap=True)


def _hush() -> None:
    """What is still buffered goes nowhere: the interpreter would complain about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

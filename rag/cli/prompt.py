"""Where the lines of a conversation come from: a terminal with history, or a pipe."""

from __future__ import annotations

import sys
from pathlib import Path

from rag.cli.terminal import note

__all__ = ["Prompt"]

KEPT = 1000
"""Lines of history kept from one conversation to the next."""


class Prompt:
    """Asks for lines."""

    def __init__(self) -> None:
        self.watched = sys.stdin.isatty() and sys.stdout.isatty()
        """Whether a person sits there."""
        if self.watched:
            _remember()

    def ask(self) -> str | None:
        """The next line that holds something; None at the end."""
        while True:
            try:
                line = input("\n> ") if self.watched else sys.stdin.readline()
            except EOFError:
                print_newline()
                return None
            except KeyboardInterrupt:  # as shells have it: the line is dropped, the conversation goes on
                note("\nCtrl-D ends")
                continue
            if not line and not self.watched:
                return None
            if line.strip():
                return line.strip()


def print_newline() -> None:
    """Leaves the prompt's line."""
    sys.stdout.write("\n")


def _remember() -> None:
    """Line editing with arrows and history, kept between conversations, readable by its owner only."""
    try:
        import readline
    except ImportError:  # Windows has none; its console edits lines itself
        return
    import atexit

    from platformdirs import user_state_path

    path = Path(user_state_path("composable-rag", ensure_exists=True)) / "chat_history"
    path.touch(mode=0o600)
    readline.set_history_length(KEPT)
    readline.read_history_file(path)
    atexit.register(readline.write_history_file, path)

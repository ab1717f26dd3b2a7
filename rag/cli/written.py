"""Files that an option names."""

from __future__ import annotations

from pathlib import Path

from rag.errors import UsageError

__all__ = ["write_text"]


def write_text(path: Path, text: str, option: str) -> None:
    """Writes a file, making the folders on its way; `-` is standard output.

    Raises:
        UsageError: nothing can be written there; names the option.
    """
    if str(path) == "-":
        from rag.cli.terminal import out

        out().print(text, end="", soft_wrap=True)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{option} {path}: {error.strerror}") from None

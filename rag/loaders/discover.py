"""What the user named - files, folders, patterns, URLs, `-` - to single sources, each once and in a steady order."""

from __future__ import annotations

import glob
import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import LoadError, did_you_mean
from rag.loaders.limits import Limits

__all__ = ["STDIN", "Found", "discover", "shown", "spoken"]

STDIN = "stdin:"
SCHEMES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Found:
    """One source. Two of the same `uri` are the same source."""

    uri: str
    """Absolute and unique: the real path of a file, a URL, or `stdin:`."""
    source: str
    """What is shown and cited: a path relative to the current folder where it lies beneath it, else the uri."""
    size: int
    """Bytes; 0 where it is not known before reading (URL, standard input)."""
    mtime_ns: int
    """Last change, in ns since 1970; the moment of asking where it is not known, so that it always looks changed."""
    root: str
    """The folder argument it was found under, absolute; its own `uri` where it was named itself or by a pattern. What
    was under a root before and is not any more has been deleted."""

    @property
    def is_url(self) -> bool:
        """Whether it is fetched over HTTP."""
        return self.uri.startswith(SCHEMES)


def discover(paths: Sequence[str | Path], *, limits: Limits | None = None) -> Iterator[Found | LoadError]:
    """Every source that the arguments name, and a `LoadError` for each that cannot be one.

    Folders are walked in order of name. Left out in silence: hidden files and folders, `node_modules`, `__pycache__`,
    virtual environments, and files that hold no text (pictures, programs, archives of code). Reported: documents that
    no reader knows, broken links, loops, and links that lead out of the folder (name their target to index it).

    Args:
        paths: files, folders, patterns (`docs/**/*.md`), http(s) URLs, `-` for standard input.
        limits: `max_bytes` is checked by size before anything is read.
    """
    limits = limits or Limits()
    seen: set[str] = set()
    for argument in paths:
        for item in _named(str(argument)):
            if isinstance(item, Found):
                if item.uri in seen:
                    continue
                seen.add(item.uri)
                if item.size > limits.max_bytes:
                    reason = f"{item.size:,} bytes, more than {limits.max_bytes:,} (max_bytes)"
                    yield LoadError(item.source, reason)
                    continue
            yield item


def _named(argument: str) -> Iterator[Found | LoadError]:
    if argument == "-":
        yield Found(STDIN, "stdin", 0, time.time_ns(), STDIN)
    elif argument.lower().startswith(SCHEMES):
        yield Found(argument, argument, 0, time.time_ns(), argument)
    elif os.path.lexists(argument):
        yield from _path(argument)
    elif glob.has_magic(argument):
        yield from _pattern(argument)
    else:
        folder = Path(argument).parent
        near = did_you_mean(Path(argument).name, (path.name for path in folder.iterdir())) if folder.is_dir() else ""
        yield LoadError(spoken(argument), f"no such file or folder{'; ' if near else ''}{near}")


def _path(argument: str) -> Iterator[Found | LoadError]:
    from rag.loaders.walk import walk

    path = Path(argument)
    if path.is_dir():
        yield from walk(path)
    else:
        yield found_at(path)


def _pattern(argument: str) -> Iterator[Found | LoadError]:
    matched = sorted(glob.iglob(str(Path(argument).expanduser()), recursive=True))  # noqa: PTH207  (it may be absolute)
    files = [Path(name) for name in matched if not Path(name).is_dir()]
    if not files:
        yield LoadError(spoken(argument), "no file matches this pattern")
    for path in files:
        yield found_at(path)


def found_at(path: Path, root: str = "") -> Found | LoadError:
    """A file as a source, or why it cannot be one.

    Args:
        path: as it was named; links are followed.
        root: the folder it was found under, or nothing.
    """
    source = shown(path)
    try:
        status = path.stat()
        uri = str(path.resolve())
    except (OSError, RuntimeError) as error:
        loop = isinstance(error, RuntimeError) or "symbolic" in str(error)
        reason = "a symbolic link to itself" if loop else "a broken link" if path.is_symlink() else _why(error)
        return LoadError(source, reason)
    if not stat.S_ISREG(status.st_mode):
        return LoadError(source, "not a regular file (pipe it in with `-`)")
    if not uri.isprintable() and _unspeakable(uri):
        return LoadError(source, "its name is not valid Unicode: rename it")
    return Found(uri, source, status.st_size, status.st_mtime_ns, root or uri)


def shown(path: Path) -> str:
    """A path as it is cited."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  (links stay as they were named)
    here = Path.cwd()
    told = absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else str(absolute)
    return spoken(told)


def spoken(name: str) -> str:
    """A name as text that can be printed and stored: what is no Unicode in it stands there in hexadecimal digits."""
    return name if name.isascii() else name.encode(errors="backslashreplace").decode()


def _unspeakable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _why(error: Exception) -> str:
    return ((error.strerror if isinstance(error, OSError) else "") or str(error)).lower()

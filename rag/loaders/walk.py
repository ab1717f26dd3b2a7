"""A folder to the sources in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from rag.errors import LoadError
from rag.loaders import IGNORED, NAMES, SUFFIXES, UNSUPPORTED
from rag.loaders.detect import format_of, suffix_of
from rag.loaders.discover import Found, found_at, shown
from rag.loaders.part import Blob, Unreadable
from rag.loaders.text import Binary, decode

__all__ = ["walk"]

SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
SKIPPED_FILES = frozenset({"desktop.ini", "thumbs.db"})
INDEX = frozenset({"index.sqlite", "lock", "segments", "writer.json"})
SAMPLE = 4096


def walk(folder: Path) -> Iterator[Found | LoadError]:
    """Every source beneath a folder, in order of name, files and folders alike."""
    root = os.path.realpath(folder)
    stack = [folder]
    while stack:
        path = stack.pop()
        name = path.name
        if path is not folder and _is_skipped(name):
            continue
        try:
            if path is not folder and path.is_symlink():
                yield from _link(path, root)
            elif path.is_dir():
                stack.extend(sorted(_children(path), key=lambda child: child.name, reverse=True))
            else:
                yield from _file(path, root)
        except OSError as error:
            yield LoadError(shown(path), (error.strerror or str(error)).lower())


def _children(folder: Path) -> list[Path]:
    """What lies in a folder, without the files of an index that lies there too."""
    children = list(folder.iterdir())
    own = INDEX if any(child.name == "index.sqlite" for child in children) else ()
    return [child for child in children if child.name not in own]


def _is_skipped(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in SKIPPED_FOLDERS or name.lower() in SKIPPED_FILES


def _link(path: Path, root: str) -> Iterator[Found | LoadError]:
    """A link to what the walk finds anyway is left out; a loop and a way out are reported."""
    target = os.path.realpath(path)
    if not os.path.lexists(target) or Path(target).is_symlink():
        reason = "a symbolic link to itself" if Path(target).is_symlink() else f"a broken link to {target}"
        yield LoadError(shown(path), reason)
    elif Path(os.path.realpath(path.parent)).is_relative_to(target):
        yield LoadError(shown(path), f"a symbolic link loop: it leads back to {shown(Path(target))}")
    elif not Path(target).is_relative_to(root):
        yield LoadError(shown(path), f"a link that leads out of {shown(Path(root))} to {target}: name that to index it")
    elif any(map(_is_skipped, Path(target).relative_to(root).parts)) and not Path(target).is_dir():
        yield from _file(path, root)  # the target itself is passed over


def _file(path: Path, root: str) -> Iterator[Found | LoadError]:
    suffix = suffix_of(path.name)
    if suffix in SUFFIXES or path.name.lower() in NAMES:
        yield found_at(path, root)
    elif suffix in UNSUPPORTED:
        yield LoadError(shown(path), f"no reader for {suffix}: {UNSUPPORTED[suffix]}")
    elif suffix not in IGNORED and path.is_file():
        try:
            with path.open("rb") as file:
                head = file.read(SAMPLE)
            if format_of(Blob(head, path.name, "")) == "text":
                decode(head[: -(len(head) % 4) or None])
        except (Binary, Unreadable):
            return  # nobody expects text of it
        else:
            yield found_at(path, root)

"""What an installed wheel has: every package and every data file, not only what an editable install sees."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
FOLDERS = {package: ROOT / folder for package, folder in SETTINGS["package-dir"].items()}


def test_every_package_is_listed() -> None:
    found = set()
    for package, folder in FOLDERS.items():
        for init in folder.rglob("__init__.py"):
            found.add(".".join((package, *init.parent.relative_to(folder).parts)))
    assert sorted(found) == sorted(SETTINGS["packages"])


def test_every_data_file_is_packed() -> None:
    patterns = [
        (FOLDERS.get(package, ROOT.joinpath(*package.split("."))), pattern)
        for package, listed in SETTINGS["package-data"].items()
        for pattern in listed
    ]
    files = [path for folder in FOLDERS.values() for path in folder.rglob("*") if path.is_file()]
    assert [
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix not in {".py", ".pyc"}
        and "__pycache__" not in path.parts
        and not any(path.is_relative_to(at) and _packed(path.relative_to(at), pattern) for at, pattern in patterns)
    ] == []


def _packed(path: Path, pattern: str) -> bool:
    """Whether setuptools takes the file for the pattern, whose stars do not go into folders."""
    wanted = pattern.split("/")
    return len(wanted) == len(path.parts) and all(map(fnmatch, path.parts, wanted))

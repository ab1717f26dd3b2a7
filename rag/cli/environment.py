"""The `.env` file of the current folder, below the real environment."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["read_env_file"]


def read_env_file(path: Path = Path(".env")) -> None:
    """Sets what the file sets and the environment does not."""
    if not path.is_file():
        return
    from dotenv import dotenv_values

    for name, value in dotenv_values(path).items():
        if value is not None:
            os.environ.setdefault(name, value)

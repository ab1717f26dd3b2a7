"""Runs read again."""

from __future__ import annotations

import json
from pathlib import Path

from rag.errors import UsageError
from rag.evaluation.result import Result

__all__ = ["read_result"]


def read_result(path: str | Path) -> Result:
    """A run from its folder, its `metrics.json`, or the JSON that `rag eval --json` wrote.

    Raises:
        UsageError: there is none; says what is there.
    """
    path = Path(path)
    file = path / "metrics.json" if path.is_dir() else path
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        what = "has no metrics.json: the run has not ended" if path.is_dir() else "does not exist"
        raise UsageError(f"{path} {what}; a run is a folder of `rag eval` or the JSON of --json") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: not a run ({error})") from None
    if not isinstance(content, dict) or not isinstance(content.get("metrics"), dict):
        raise UsageError(f"{file}: not a run; it has no metrics")
    return Result.from_dict(content)

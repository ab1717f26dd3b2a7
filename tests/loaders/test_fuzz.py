from __future__ import annotations

import runpy
from pathlib import Path

from rag.loaders.limits import Limits


def test_two_hundred_damaged_files_are_read_or_refused(samples: dict[str, bytes], tmp_path: Path) -> None:
    fuzz = runpy.run_path(str(Path(__file__).parent / "fuzz.py"))["fuzz"]
    outcomes = fuzz(samples, tmp_path, 200, Limits(timeout_s=20), seed=1)
    assert sum(outcomes.values()) == 200
    assert outcomes["read"] > 50
    assert outcomes["refused"] > 20
    assert outcomes["crash"] == outcomes["timeout"] == 0, outcomes

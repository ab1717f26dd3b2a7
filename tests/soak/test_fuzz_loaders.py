from __future__ import annotations

import os
import resource
import runpy
from pathlib import Path

import pytest

from rag.loaders.isolate import close_all
from rag.loaders.limits import Limits

LOADERS = Path(__file__).parents[1] / "loaders"
COUNT = int(os.environ.get("RAG_FUZZ_FILES", "10000"))


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_ten_thousand_damaged_files_neither_crash_nor_hang_nor_fill_memory(tmp_path: Path) -> None:
    seeds = runpy.run_path(str(LOADERS / "samples.py"))["samples"]()
    fuzz = runpy.run_path(str(LOADERS / "fuzz.py"))["fuzz"]
    outcomes = fuzz(seeds, tmp_path, COUNT, Limits(timeout_s=20), seed=int(os.environ.get("RAG_FUZZ_SEED", "0")))
    close_all()
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"{dict(outcomes)}; peak MiB: this process {peaks[0]:.0f}, workers {peaks[1]:.0f}")  # noqa: T201
    assert sum(outcomes.values()) == COUNT
    assert max(peaks) < 1024
    assert outcomes["timeout"] == 0, outcomes

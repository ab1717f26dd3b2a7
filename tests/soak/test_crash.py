"""The crash test of tests/index/test_crash.py, ten times as long: killed 50 times, beside a reader that never fails."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.soak

spec = spec_from_file_location("index_crash", Path(__file__).parents[1] / "index" / "test_crash.py")
assert spec and spec.loader
short: Any = module_from_spec(spec)
spec.loader.exec_module(short)


@pytest.mark.parametrize("seed", range(5))
def test_fifty_kills(tmp_path: Path, seed: int) -> None:
    short.crash(str(tmp_path / "index"), 10, 100 + seed)

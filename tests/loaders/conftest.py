from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part
from rag.loaders.read import read

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def made() -> dict[str, Any]:
    """What `samples.py` defines."""
    return runpy.run_path(str(HERE / "samples.py"))


@pytest.fixture(scope="session")
def samples(made: dict[str, Any]) -> dict[str, bytes]:
    found: dict[str, bytes] = made["samples"]()
    return found


@pytest.fixture
def one() -> Callable[..., Part]:
    """Reads bytes in this process and returns the single part."""

    def read_one(data: bytes | str, name: str, **limits: Any) -> Part:
        [part] = read(Blob(data.encode() if isinstance(data, str) else data, name, name), Limits(**limits))
        assert isinstance(part, Part), part
        return part

    return read_one


@pytest.fixture
def reason() -> Callable[..., str]:
    """Reads bytes in this process and returns why they could not be read."""

    def read_reason(data: bytes | str, name: str, **limits: Any) -> str:
        [error] = read(Blob(data.encode() if isinstance(data, str) else data, name, name), Limits(**limits))
        assert not isinstance(error, Part), error.text[:200]
        assert error.source == name
        return error.reason

    return read_reason

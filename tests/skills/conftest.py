"""A cross-encoder that has learnt nothing: the encoder's layers and random heads. What it says is real arithmetic."""

from pathlib import Path

import pytest

from rag.skills.store import write
from rag.training.cross.calibrate import NEUTRAL
from rag.training.cross.export import stored
from rag.training.cross.model import start


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its weights."""
    folder = tmp_path_factory.mktemp("cross")
    arrays = start(3)
    for name in ("heads.tokens.weight", "heads.row.weight"):
        arrays[name] *= 10
    write(folder / "cross.safetensors", stored(arrays), {"skill": "cross", "calibration": dict(NEUTRAL)})
    return folder

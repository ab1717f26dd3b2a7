"""What every test shares: no network, no surprises from the clock or from chance."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.endpoint import endpoint  # noqa: F401  # the fixture, for every test

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

# A shell that runs the tests in the background ignores Ctrl-C for all that it starts, and so would the programs that
# tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Derandomised: a landing must not depend on luck. `--hypothesis-profile=explore` looks further.
settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cross-encoder that has learnt nothing: the encoder's layers and random heads.

    What it says is arithmetic of the real thing.
    """
    from rag.skills.store import write
    from rag.training.cross.calibrate import NEUTRAL
    from rag.training.cross.export import stored
    from rag.training.cross.model import start

    folder = tmp_path_factory.mktemp("cross")
    arrays = start(3)
    for name in ("heads.tokens.weight", "heads.row.weight"):
        arrays[name] *= 10
    write(folder / "cross.safetensors", stored(arrays), {"skill": "cross", "calibration": dict(NEUTRAL)})
    return folder

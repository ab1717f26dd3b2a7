"""The server by the official JavaScript client, from npm. Part of `make soak`: it needs node and the registry."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.server.conftest import Served

pytestmark = pytest.mark.soak


def test_the_scripted_conversation(empty: Served, handbook: Path, tmp_path: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("node and npm are not installed")
    done = subprocess.run([npm, "install", "openai"], cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install openai: {done.stderr[-200:]}")
    (made,) = [empty.client().files.create(file=handbook / "handbook" / "travel.md", purpose="user_data")]
    assert empty.indexed(made.id) == "processed"
    shutil.copy(Path(__file__).with_name("client.mjs"), tmp_path)
    ran = subprocess.run(
        [node, "client.mjs", empty.url], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["models"] == ["quick"]
    assert "the director" in told["text"]
    assert told["streamed"] == told["response"] == told["text"]
    assert told["annotations"] >= 1
    assert told["passages"] >= 1
    assert told["usage"]["total_tokens"] == 0
    assert told["dimensions"] > 0
    assert (told["status"], told["deleted"]) == ("processed", True)
    assert told["error"] == ["NotFoundError", 404, "model_not_found"]
    assert told["afterAbort"] <= 1

"""The server by JavaScript's clients, from npm. Part of `make soak`: it needs node and the registry."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import Served
from tests.server.test_snippets import snippets

pytestmark = pytest.mark.soak
PACKAGES = ("openai", "ai", "@ai-sdk/openai-compatible")


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the clients are installed."""
    folder, npm = tmp_path_factory.mktemp("npm"), shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    command = [npm, "install", "--no-audit", "--no-fund", *PACKAGES]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install {' '.join(PACKAGES)}: {done.stderr[-200:]}")
    return folder


def said(script: str, modules: Path, server: Served) -> str:
    """What a program writes about the server."""
    (modules / "program.mjs").write_text(script)
    command = ["node", "program.mjs", server.url]
    ran = subprocess.run(command, cwd=modules, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def run(script: str, modules: Path, server: Served) -> Any:
    """What a script beside this file tells of the server."""
    return json.loads(said(Path(__file__).with_name(script).read_text(), modules, server))


@pytest.fixture
def filled(empty: Served, handbook: Path) -> Served:
    """A server whose only document was uploaded."""
    made = empty.client().files.create(file=handbook / "handbook" / "travel.md", purpose="user_data")
    assert empty.indexed(made.id) == "processed"
    return empty


def test_the_scripted_conversation_by_the_official_client(filled: Served, modules: Path) -> None:
    told = run("client.mjs", modules, filled)
    assert (told["models"], told["model"]) == (["quick"], "quick")
    assert "the director" in told["text"]
    assert told["streamed"] == told["response"] == told["text"]
    assert told["annotations"] >= 1
    assert told["passages"] >= 1
    assert told["usage"]["total_tokens"] == 0
    assert told["dimensions"] > 0
    assert (told["status"], told["deleted"]) == ("processed", True)
    assert told["listed"] == ["canteen.txt", "travel.md"]
    assert told["content"] == "The canteen opens at seven."
    assert told["errors"] == {
        "noModel": ["NotFoundError", 404, "model_not_found"],
        "noMessage": ["BadRequestError", 400, None],
        "noFile": ["NotFoundError", 404, "file_not_found"],
        "noReader": ["BadRequestError", 400, "invalid_file"],
    }
    assert told["afterAbort"] <= 1


def test_the_ai_sdk(filled: Served, modules: Path) -> None:
    told = run("aisdk.mjs", modules, filled)
    assert "the director" in told["text"]
    assert told["streamed"] == told["text"]
    assert (told["finish"], told["streamFinish"]) == ("stop", "stop")
    assert len(set(told["embeddings"])) == 1
    assert told["embeddings"][0] > 0
    name, status, message = told["error"]
    assert (name, status) == ("AI_APICallError", 404)
    assert "no model is called 'none'" in message
    assert told["afterAbort"] <= 1


@pytest.mark.parametrize("place", range(2), ids=["openai", "ai"])
def test_what_the_page_of_clients_shows(filled: Served, modules: Path, place: int) -> None:
    assert "manager" in said(snippets("javascript", filled)[place], modules, filled)

"""The command: addresses, keys, and an orderly end."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import UsageError
from rag.server.run import is_loopback, secured
from rag.server.settings import Settings
from tests.server.conftest import chatting
from tests.server.test_files import free_port


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.0.0.1", False), ("me", False)],
)
def test_which_address_is_this_machine(host: str, local: bool) -> None:
    assert is_loopback(host) == local


def test_other_machines_need_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    settings = Settings(keys=file)
    assert secured(settings, "127.0.0.1", no_auth=False)[0] == Settings(keys=None, local_only=True)
    with pytest.raises(UsageError, match="rag key create"):
        secured(settings, "0.0.0.0", no_auth=False)
    _, warning = secured(settings, "0.0.0.0", no_auth=True)
    assert "everybody" in warning
    file.write_text('{"keys": []}')
    assert secured(settings, "0.0.0.0", no_auth=False) == (settings, "")


def test_rag_key(tmp_path: Path) -> None:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(app, ["key", *arguments, "--keys", str(tmp_path / "k" / "keys.json")])

    made = run("create", "--name", "web", "--scope", "ask", "--collection", "blue", "--rate", "60")
    assert made.exit_code == 0
    secret = made.stdout.strip()
    assert secret.startswith("rag-")
    (row,) = json.loads(run("list", "--json").stdout)
    assert (row["name"], row["scopes"], row["collections"], row["rate"]) == ("web", ["ask"], ["blue"], 60)
    assert secret not in run("list").stdout
    assert run("revoke", "web").exit_code == 0
    assert json.loads(run("list", "--json").stdout) == []
    assert run("revoke", "web").exit_code == 2
    assert run("crate").exit_code == 2
    assert run("create", "--scope", "asks").exit_code == 2


def command(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    known = {name: value for name, value in os.environ.items() if not name.startswith(("RAG_", "OPENAI_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "rag", "serve", *arguments],
        cwd=folder,
        env={**known, "HF_HUB_OFFLINE": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_end_waits_for_running_answers(handbook: Path, endpoint: Any) -> None:
    words = [endpoint.event(f"word{n} ") for n in range(20)]
    endpoint.will(endpoint.streamed([*words, endpoint.event(None, "stop"), "[DONE]"], pause_s=0.1))
    with (handbook / "talk.yaml").open("w") as file:
        YAML().dump(chatting(endpoint.url), file)
    port = free_port()
    process = command(handbook, "--config", "talk.yaml", "--index", "index", "--port", str(port), "--log-json")
    address = f"http://127.0.0.1:{port}"
    said: list[str] = []

    def ask() -> None:
        body = {"messages": [{"role": "user", "content": "Who approves travel?"}], "stream": True}
        with httpx.stream("POST", f"{address}/v1/chat/completions", json=body, timeout=30) as got:
            said.extend(got.iter_lines())

    until = time.monotonic() + 60
    while True:
        try:
            if httpx.get(f"{address}/ready").status_code == 200:
                break
        except httpx.TransportError:
            pass
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    assert httpx.get(f"{address}/v1/models").json()["data"][0]["id"] == "talk"
    asking = threading.Thread(target=ask)
    asking.start()
    while not endpoint.requests:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    asking.join(timeout=30)
    _, log = process.communicate(timeout=30)
    assert said[-2] == "data: [DONE]"
    assert any("word19" in line for line in said)
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    asked = next(line for line in lines if line.get("path") == "/v1/chat/completions")
    assert asked["status"] == 200
    assert len(asked["request_id"]) == 32
    assert "approves" not in log


def test_an_open_address_is_refused(handbook: Path) -> None:
    process = command(handbook, "--host", "0.0.0.0", "--index", "index")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "rag key create" in said


def test_a_port_that_is_taken(handbook: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = command(handbook, "--index", "index", "--port", str(port))
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said == f"error: 127.0.0.1:{port} cannot be served at: address already in use; see --port\n"

"""`rag serve` as a process of its own, for what happens to a whole server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
from ruamel.yaml import YAML


@dataclass
class Running:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def client(self) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key="none", max_retries=0, timeout=60)

    def figure(self, name: str) -> float:
        """One of its figures for Prometheus."""
        lines = httpx.get(f"{self.url}/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def clean() -> dict[str, str]:
    """The environment without what the tester has set for `rag`."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("RAG_", "OPENAI_"))}
    return {**known, "HF_HUB_OFFLINE": "1"}


def written(folder: Path, configurations: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Configurations as files, and the arguments that name them."""
    arguments: list[str] = []
    for name, content in configurations.items():
        with (folder / f"{name}.yaml").open("w") as file:
            YAML().dump(dict(content), file)
        arguments += ["--config", str(folder / f"{name}.yaml")]
    return arguments


def rag(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Another command of `rag`, to its end."""
    command = [sys.executable, "-m", "rag", *arguments]
    return subprocess.run(command, cwd=folder, env=clean(), capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def running(folder: Path, *arguments: str, ready: str = "/ready") -> Iterator[Running]:
    """A server in a folder, killed in the end if it is still there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "serve.log"
    command = [sys.executable, "-m", "rag", "serve", "--port", str(port), *arguments]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=folder, env=clean(), stderr=out)
    url, until = f"http://127.0.0.1:{port}", time.monotonic() + 120
    try:
        while True:
            try:
                if httpx.get(f"{url}{ready}").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        yield Running(process, url, log)
    finally:
        process.kill()
        process.wait()

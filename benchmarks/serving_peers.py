"""Our server beside hayhooks, Haystack's: questions a second and time to first text, on the same weights and passages.

    python -m venv .rag/hayhooks && .rag/hayhooks/bin/pip install -r benchmarks/peers/hayhooks/requirements.txt
    python benchmarks/serving_peers.py [--environment .rag/hayhooks] [--clients 16 64] [--seconds 40] [--rounds 2]

Both search the passages of docs/ by BM25 (50) and by all-MiniLM-L6-v2 (50), fuse the ranks and keep five;
both stream over OpenAI's chat protocol to the same client. No language model, no re-ranker. hayhooks' answer is the
five passages by a template; ours picks sentences from them by static vectors and cites them, which is more work.

The servers run one after the other, in turns; hayhooks once as it comes and once with one thread a computation, which
suits many clients. The machine's other work changes by the minute: each figure is the best of its rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from common import report
from ruamel.yaml import YAML
from serving import over_http, questions

from rag.pipeline import Pipeline

OURS: dict[str, Any] = {
    "version": 1,
    "encoder": {"use": "minilm"},
    "index": {"segment": {"use": "recursive", "max_tokens": 200}},
    "pipeline": [
        {
            "retrieve": {
                "use": "fusion",
                "of": [{"use": "bm25", "top_k": 50}, {"use": "dense", "top_k": 50}],
                "top_k": 5,
            }
        },
        {"generate": {"use": "extractive", "encoder": {"use": "static"}}},
    ],
}
MODEL = "peer"


@contextmanager
def running(command: list[str], ready: str, **variables: str) -> Iterator[None]:
    """A server from the moment that it answers."""
    process = subprocess.Popen(
        command,
        env={**os.environ, "HF_HUB_OFFLINE": "1", **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 300
        while not _answers(ready):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[0]} does not serve")
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(url: str) -> bool:
    try:
        got = httpx.get(url, timeout=5)
    except httpx.TransportError:
        return False
    return got.status_code == 200 and (not url.endswith("/models") or MODEL in got.text)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def ours(folder: Path) -> Iterator[str]:
    port = free_port()
    with (folder / f"{MODEL}.yaml").open("w") as file:
        YAML().dump(OURS, file)
    command = [sys.executable, "-m", "rag", "serve", "-c", str(folder / f"{MODEL}.yaml")]
    command += ["--index", str(folder / "index"), "--port", str(port)]
    with running(command, f"http://127.0.0.1:{port}/ready"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def hayhooks(folder: Path, environment: Path, **variables: str) -> Iterator[str]:
    port, name = free_port(), folder / "pipelines" / MODEL
    name.mkdir(parents=True, exist_ok=True)
    wrapper = Path(__file__).parent / "peers" / "hayhooks" / "pipeline_wrapper.py"
    (name / wrapper.name).write_text(wrapper.read_text())
    more = {
        "HAYHOOKS_PIPELINES_DIR": str(name.parent),
        "HAYHOOKS_PASSAGES": str(folder / "passages.jsonl"),
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "LOG": "WARNING",
        **variables,
    }
    command = [str(environment / "bin" / "hayhooks"), "run", "--host", "127.0.0.1", "--port", str(port)]
    with running(command, f"http://127.0.0.1:{port}/v1/models", **more):
        yield f"http://127.0.0.1:{port}"


def prepared(folder: Path) -> None:
    """Our index of docs/, and its passages for the other."""
    pipeline = Pipeline.from_yaml(OURS, index=str(folder / "index"))
    pipeline.index(["docs"])
    assert pipeline.store is not None
    with pipeline.store.reading() as snapshot:
        passages = [one.page_content for source in snapshot.sources() for one in snapshot.passages_of(source)]
    lines = (json.dumps(passage) + "\n" for passage in passages)
    (folder / "passages.jsonl").write_text("".join(lines))


def measured(url: str, clients: int, seconds: float) -> dict[str, Any]:
    """After a short warming; conversations of one question: only ours would make use of a history."""
    asked = questions()
    asyncio.run(over_http(url, asked, 4, 3, 1, model=MODEL))
    return asyncio.run(over_http(url, asked, clients, seconds, 1, model=MODEL))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environment", type=Path, default=Path(".rag/hayhooks"), help="where hayhooks is installed")
    parser.add_argument("--clients", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--servers", nargs="+", help="only these")
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepared(folder)
        servers = {
            "composable-rag": lambda: ours(folder),
            "hayhooks": lambda: hayhooks(folder, given.environment),
            "hayhooks, one thread": lambda: hayhooks(folder, given.environment, OMP_NUM_THREADS="1"),
        }
        for turn in range(given.rounds):
            for server, start in servers.items():
                if server not in (given.servers or servers):
                    continue
                with start() as url:
                    for clients in given.clients:
                        told = measured(url, clients, given.seconds)
                        rows.append({"server": server, "clients": clients, "round": turn + 1, **told})
                        print(rows[-1], flush=True)
    best = {
        (row["server"], row["clients"]): row for row in sorted(rows, key=lambda row: row["questions a second"])
    }  # the last of each stays
    report("serving-peers", list(best.values()), every=rows)


if __name__ == "__main__":
    main()

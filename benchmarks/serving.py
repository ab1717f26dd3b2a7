"""Questions a second and time to first text over HTTP, beside the same pipeline in one process.

    python benchmarks/serving.py [--config default] [--clients 1 16 64] [--seconds 20] [--threads N]

Every question is asked once: the re-ranker keeps what it has scored. In-process runs go before and after the server's,
and their mean is compared: what else the machine does changes by the minute.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from common import report

from rag.pipeline import Pipeline

QUESTIONS = (
    "How are filters written?", "Which retrievers are there?", "How does rag tune search?", "What is a view?",
    "What happens when a file cannot be read?", "How are citations checked?", "How many dimensions has minilm?",
    "What does rag doctor check?", "How is a skill trained?", "What is gradient selection?", "What are presets for?",
)  # fmt: skip


def questions() -> Iterator[str]:
    """Without end, no two alike."""
    return (f"{QUESTIONS[n % len(QUESTIONS)]} ({n})" for n in itertools.count())


def in_process(pipeline: Pipeline, asked: Iterator[str], seconds: float) -> float:
    """Questions a second by `pipeline.batch`."""
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        done += len(pipeline.batch([next(asked) for _ in range(16)]))
    return done / (time.perf_counter() - started)


async def over_http(url: str, asked: Iterator[str], clients: int, seconds: float) -> dict[str, Any]:
    """Streams until the time is over; errors are counted, never retried."""
    first: list[float] = []
    whole: list[float] = []
    errors = 0
    until = time.perf_counter() + seconds

    async def client(http: httpx.AsyncClient) -> None:
        nonlocal errors
        while time.perf_counter() < until:
            body = {"messages": [{"role": "user", "content": next(asked)}], "stream": True}
            started, heard = time.perf_counter(), 0.0
            async with http.stream("POST", f"{url}/v1/chat/completions", json=body) as got:
                async for line in got.aiter_lines():
                    if not heard and '"content":"' in line and '"content":""' not in line:
                        heard = time.perf_counter() - started
            if got.status_code != 200 or not heard:
                errors += 1
                continue
            first.append(heard)
            whole.append(time.perf_counter() - started)

    limits = httpx.Limits(max_connections=clients)
    started = time.perf_counter()
    async with httpx.AsyncClient(timeout=120, limits=limits) as http:
        await asyncio.gather(*(client(http) for _ in range(clients)))
    p50, p95 = np.percentile(np.array(first) * 1e3, (50, 95))
    return {
        "questions a second": len(whole) / (time.perf_counter() - started),
        "first text p50 ms": float(p50),
        "first text p95 ms": float(p95),
        "errors": errors,
    }


def started_server(config: str, index: Path, threads: int | None) -> tuple[subprocess.Popen[bytes], str]:
    """A server, once it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "rag", "serve", "-c", config, "--index", str(index), "--port", str(port)]
    command += ["--threads", str(threads)] if threads else []
    process = subprocess.Popen(command, env={**os.environ, "HF_HUB_OFFLINE": "1"}, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            if httpx.get(f"{url}/ready").status_code == 200:
                return process, url
        except httpx.TransportError:
            if process.poll() is not None:
                raise RuntimeError("the server ended") from None
        time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", default="default")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--threads", type=int, help="of the server, where it is not to choose")
    parser.add_argument("--folder", default="docs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        pipeline = Pipeline.from_yaml(given.config, index=str(index))
        pipeline.index([given.folder])
        asked = questions()
        in_process(pipeline, asked, 2)
        rows: list[dict[str, Any]] = []
        before = in_process(pipeline, asked, given.seconds)
        process, url = started_server(given.config, index, given.threads)
        try:
            rows.extend(
                {"clients": clients, **asyncio.run(over_http(url, asked, clients, given.seconds))}
                for clients in given.clients
            )
        finally:
            process.terminate()
            process.wait(timeout=60)
        after = in_process(pipeline, asked, given.seconds)
    batch = (before + after) / 2
    for row in rows:
        row["of pipeline.batch"] = row["questions a second"] / batch
    report(f"serving-{given.config}", rows, **{"pipeline.batch before": before, "pipeline.batch after": after})


if __name__ == "__main__":
    main()

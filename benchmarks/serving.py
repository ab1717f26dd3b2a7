"""Questions a second and time to first text over HTTP, beside the same pipeline in one process.

    python benchmarks/serving.py [--config default] [--clients 1 16 64] [--seconds 20] [--turns 3] [--threads N]

Clients hold conversations of some turns, each with the whole history before it. Every question is asked once: the
re-ranker keeps what it has scored. In-process runs of the same conversations go before and after the server's, and
their mean is compared: what else the machine does changes by the minute.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import numpy as np
from common import report
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from rag.pipeline import Pipeline

QUESTIONS = (
    "How are filters written?", "Which retrievers are there?", "How does rag tune search?", "What is a view?",
    "What happens when a file cannot be read?", "How are citations checked?", "How many dimensions has minilm?",
    "What does rag doctor check?", "How is a skill trained?", "What is gradient selection?", "What are presets for?",
)  # fmt: skip


def questions() -> Iterator[str]:
    """Without end, no two alike."""
    return (f"{QUESTIONS[n % len(QUESTIONS)]} ({n})" for n in itertools.count())


def in_process(pipeline: Pipeline, asked: Iterator[str], seconds: float, turns: int) -> float:
    """Questions a second by `pipeline.batch`, in sixteen conversations at a time."""
    done, started = 0, time.perf_counter()
    talks: list[list[BaseMessage]] = [[] for _ in range(16)]
    while time.perf_counter() - started < seconds:
        for talk in talks:
            talk.append(HumanMessage(next(asked)))
        answers = pipeline.batch([list(talk) for talk in talks])
        for talk, answer in zip(talks, answers, strict=True):
            talk.append(AIMessage(answer.text))
            if len(talk) >= 2 * turns:
                talk.clear()
        done += len(answers)
    return done / (time.perf_counter() - started)


@dataclass
class Heard:
    """What the clients of one run saw. Errors are counted, never retried."""

    first: list[float] = field(default_factory=list)
    """Seconds to the first text."""
    whole: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


async def ask(http: httpx.AsyncClient, asked: dict[str, Any], heard: Heard) -> None:
    """One turn, streamed; its answer joins the conversation."""
    talk: list[dict[str, str]] = asked["messages"]
    started, first, text = time.perf_counter(), 0.0, ""
    try:
        async with http.stream("POST", "/v1/chat/completions", json={**asked, "stream": True}) as got:
            async for line in got.aiter_lines():
                if line.startswith("data: {"):
                    event = json.loads(line.removeprefix("data: "))
                    said = "".join(one["delta"].get("content") or "" for one in event.get("choices", ()))
                    first = first or (time.perf_counter() - started if said else 0.0)
                    text += said
    except httpx.HTTPError as error:
        heard.errors[type(error).__name__] += 1
        talk.clear()
        return
    if got.status_code != 200 or not first:
        heard.errors[str(got.status_code)] += 1
        talk.clear()
        return
    talk.append({"role": "assistant", "content": text})
    heard.first.append(first)
    heard.whole.append(time.perf_counter() - started)


async def over_http(
    url: str, asked: Iterator[str], clients: int, seconds: float, turns: int, *, model: str | None = None
) -> dict[str, Any]:
    """Streams until the time is over."""
    heard, until = Heard(), time.perf_counter() + seconds

    async def client(http: httpx.AsyncClient) -> None:
        talk: list[dict[str, str]] = []
        while time.perf_counter() < until:
            talk = talk if len(talk) < 2 * turns else []
            talk.append({"role": "user", "content": next(asked)})
            await ask(http, {"model": model, "messages": talk}, heard)

    limits = httpx.Limits(max_connections=clients)
    started = time.perf_counter()
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as http:
        await asyncio.gather(*(client(http) for _ in range(clients)))
    p50, p95 = np.percentile(np.array(heard.first) * 1e3, (50, 95))
    return {
        "questions": len(heard.whole),
        "questions a second": len(heard.whole) / (time.perf_counter() - started),
        "first text p50 ms": float(p50),
        "first text p95 ms": float(p95),
        "errors": sum(heard.errors.values()),
    }


def resident_mb(process: subprocess.Popen[bytes]) -> float:
    """Memory of the server, in MB."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def watched(process: subprocess.Popen[bytes], every_s: float = 5.0) -> Iterator[list[float]]:
    """The server's memory over time, in MB."""
    seen, over = [resident_mb(process)], Event()

    def watch() -> None:
        while not over.wait(every_s):
            seen.append(resident_mb(process))

    thread = Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def memory(seen: list[float]) -> dict[str, Any]:
    """The beginning (a fifth in: everything is loaded), the end and the most, in MB."""
    return {"memory a fifth in MB": seen[len(seen) // 5], "memory at the end MB": seen[-1], "memory most MB": max(seen)}


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
    parser.add_argument("--beside", type=float, help="seconds of the in-process runs, where not the same")
    parser.add_argument("--turns", type=int, default=3, help="questions of a conversation")
    parser.add_argument("--threads", type=int, help="of the server, where it is not to choose")
    parser.add_argument("--folder", default="docs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        pipeline = Pipeline.from_yaml(given.config, index=str(index))
        pipeline.index([given.folder])
        asked = questions()
        beside = given.beside or given.seconds
        in_process(pipeline, asked, 2, given.turns)
        rows: list[dict[str, Any]] = []
        before = in_process(pipeline, asked, beside, given.turns)
        process, url = started_server(given.config, index, given.threads)
        try:
            for clients in given.clients:
                with watched(process) as seen:
                    told = asyncio.run(over_http(url, asked, clients, given.seconds, given.turns))
                rows.append({"clients": clients, **told, **memory(seen)})
        finally:
            process.terminate()
            process.wait(timeout=60)
        after = in_process(pipeline, asked, beside, given.turns)
    batch = (before + after) / 2
    for row in rows:
        row["of pipeline.batch"] = row["questions a second"] / batch
    report(f"serving-{given.config}", rows, **{"pipeline.batch before": before, "pipeline.batch after": after})


if __name__ == "__main__":
    main()

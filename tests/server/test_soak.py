"""The server under generated and malformed requests: no 5xx, no crash, no leak. Part of `make soak`.

RAG_SOAK_CASES sets how many requests each operation gets, and malformed ones in all are twenty times that.
"""

import gc
import itertools
import json
import logging
import os
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from rag.pipeline import Pipeline
from tests.server.conftest import QUICK, Served, served

pytestmark = pytest.mark.soak
logger = logging.getLogger(__name__)
CASES = int(os.environ.get("RAG_SOAK_CASES", "500"))
HANGS_S = 120
"""Seconds without a word after which the server hangs, on a machine that does other things as well."""


@pytest.fixture(scope="module")
def soaked(handbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("soak")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(handbook)
        Pipeline.from_yaml(QUICK, index=folder / "index").index(["handbook"])
    with served({"quick": QUICK}, folder / "index", body_timeout_s=0.5) as running:
        yield running


def alive(server: Served) -> None:
    asked = {"messages": [{"role": "user", "content": "Who approves travel abroad?"}]}
    with server.http() as http:
        assert "the director" in http.post("/v1/chat/completions", json=asked).text


@pytest.mark.filterwarnings("default")
def test_no_generated_request_breaks_it(soaked: Served) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    described = schemathesis.openapi.from_url(f"{soaked.url}/openapi.json")
    broken: list[str] = []
    sent: list[int] = []
    calm = settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    positive, negative = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
    for found, mode in itertools.product(described.get_all_operations(), (positive, negative)):
        operation = found.ok()

        @calm
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            got = case.call(base_url=soaked.url, timeout=HANGS_S)
            sent.append(got.status_code)
            if got.status_code >= 500:
                broken.append(f"{case.method} {case.formatted_path} {got.status_code} {got.text[:300]}")

        with suppress(Unsatisfiable) if mode is negative else nullcontext():  # an operation that takes anything
            send()
    logger.info("%d requests", len(sent))
    assert len(sent) > 10 * CASES
    assert not broken, broken[:3]
    alive(soaked)


def malformed(chance: random.Random) -> bytes:
    """A request that is wrong somewhere: in its bytes, its JSON, its head, its length, or its end."""
    asked: dict[str, Any] = {"model": "quick", "messages": [{"role": "user", "content": "Who approves travel?"}]}
    whole = json.dumps({**asked, "stream": chance.random() < 0.3}).encode()
    kind = chance.randrange(8)
    if kind == 0:
        whole = bytes(byte ^ (1 << chance.randrange(8)) if chance.random() < 0.05 else byte for byte in whole)
    elif kind == 1:
        whole = whole[: chance.randrange(len(whole))]
    elif kind == 2:
        whole = b"[" * chance.randrange(1, 20_000)
    elif kind == 3:
        whole = json.dumps({"messages": [{"role": "user", "content": chr(chance.randrange(0xD800, 0xE000))}]}).encode()
    elif kind == 4:
        whole = json.dumps({"messages": [{"role": "user", "content": "x " * 40_000}], "rag": {"passages": 1}}).encode()
    elif kind == 5:
        whole = chance.randbytes(chance.randrange(1, 3000))
    length = len(whole) + (chance.choice([-5, 5, 1 << 40]) if kind == 6 else 0)
    path = chance.choice(["/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/files", "/%00/\x7f"])
    if kind == 7:
        return chance.randbytes(chance.randrange(1, 500)) + b"\r\n\r\n"
    media = chance.choice(["application/json", "text/plain", "multipart/form-data; boundary=x", "multipart/form-data"])
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {media}\r\nContent-Length: {max(0, length)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode("latin-1") + whole


def statuses(server: Served, number: int, seed: int, seen: list[int]) -> None:
    chance = random.Random(seed)
    host, port = server.url.removeprefix("http://").split(":")
    for _ in range(number):
        with socket.create_connection((host, int(port)), timeout=HANGS_S) as wire:
            try:
                wire.sendall(malformed(chance))
                if chance.random() < 0.1:
                    continue  # goes away without waiting
                head = wire.recv(64)
            except (BrokenPipeError, ConnectionResetError):
                continue
            if head:
                seen.append(int(head.split()[1]))


def resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_malformed_requests_do_not_crash_it_or_fill_its_memory(soaked: Served) -> None:
    def round_of(number: int, seed: int) -> list[int]:
        seen: list[int] = []
        threads = [
            threading.Thread(target=statuses, args=(soaked, number // 4, seed + place, seen)) for place in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return seen

    round_of(CASES * 4, 0)
    before = resident_bytes()
    seen = round_of(CASES * 16, 100)
    assert {status for status in seen if status >= 500} == set()
    assert resident_bytes() - before < 64 << 20
    soaked.wait_for(lambda: soaked.state.metrics.registry.get_sample_value("rag_running") == 0)
    alive(soaked)
    assert httpx.get(f"{soaked.url}/ready").status_code == 200

"""A whole server on a full disk, over an index that others write, killed under load: what was acknowledged is kept."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.endpoint import Endpoint
from tests.server.conftest import PRINTER, QUICK, chatting
from tests.server.processes import Running, rag, running, written

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]
ROUNDS = int(os.environ.get("RAG_SOAK_KILLS", "5"))
ASKED: list[Any] = [{"role": "user", "content": "Where is the printer?"}]
ABROAD: list[Any] = [{"role": "user", "content": "Who approves travel abroad?"}]


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A disk of that size in memory."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `mount` here")
    if done.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, left: int) -> Path:
    """A file that leaves that many bytes of the disk."""
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    ballast = folder / "ballast"
    with ballast.open("ab") as out:
        out.write(b"\0" * max(0, free - left))
    return ballast


def answer(client: openai.OpenAI) -> str:
    return client.chat.completions.create(model="quick", messages=ASKED).choices[0].message.content or ""


def test_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "printer.txt").write_text(PRINTER)
    more = " ".join(f"Shelf {n} holds item{n}." for n in range(4000))
    (tmp_path / "shelves.txt").write_text(more)
    with small_disk(tmp_path / "disk", 24) as disk:
        named = [*written(tmp_path, {"quick": QUICK}), "--index", str(disk / "index")]
        assert rag(tmp_path, "index", "printer.txt", *named).returncode == 0
        with running(tmp_path, *named) as server, server.client() as client:
            ballast = fill(disk, 100_000)
            with pytest.raises(openai.APIStatusError) as refused:
                client.files.create(file=("large.txt", more.encode() * 5), purpose="user_data")
            assert (refused.value.status_code, refused.value.code) == (507, "disk_full")
            assert list(client.files.list()) == []
            assert len(list((disk / "index.uploads").glob("file-*"))) == 0

            taken = client.files.create(file=("shelves.txt", more.encode()[:40_000]), purpose="user_data")
            fill(disk, 0)
            until_told(client, taken.id)
            failed = rag(tmp_path, "index", "shelves.txt", *named)
            assert failed.returncode == 1
            assert "full" in failed.stderr or "No space" in failed.stderr
            assert "Traceback" not in failed.stderr
            assert "second floor" in answer(client)  # what was there still is

            ballast.unlink()
            assert client.files.wait_for_processing(taken.id, max_wait_seconds=60).status == "processed"
            assert "second floor" in answer(client)
            found = client.chat.completions.create(
                model="quick", messages=[{"role": "user", "content": "What does shelf 7 hold?"}]
            )
            assert "item7" in (found.choices[0].message.content or "")
            assert "Traceback" not in server.log.read_text()


def until_told(client: openai.OpenAI, file: str) -> None:
    """Until the upload says what it waits for."""
    until = time.monotonic() + 60
    while True:
        card = client.files.retrieve(file)
        assert card.status in ("uploaded", "processing")
        if "full" in (card.status_details or ""):
            return
        assert time.monotonic() < until, card
        time.sleep(0.2)


def load(server: Running, seed: int, over: threading.Event, kept: dict[str, int], faults: list[str]) -> None:
    """Uploads and questions until the server is gone."""
    chance = random.Random(seed)
    with server.client() as client:
        while not over.is_set():
            try:
                if chance.random() < 0.5:
                    number = chance.randrange(10**9)
                    text = f"Locker {number} belongs to person{number}. ".encode() * chance.randrange(1, 200)
                    kept[client.files.create(file=(f"{number}.txt", text), purpose="user_data").id] = number
                elif "second floor" not in answer(client):
                    faults.append("a wrong answer")
            except openai.APIConnectionError:
                return
            except openai.APIError as error:
                faults.append(str(error))


def test_killed_under_load_no_acknowledged_upload_is_lost(tmp_path: Path) -> None:
    (tmp_path / "printer.txt").write_text(PRINTER)
    named = [*written(tmp_path, {"quick": QUICK}), "--index", "index"]
    assert rag(tmp_path, "index", "printer.txt", *named).returncode == 0
    kept, faults, chance = dict[str, int](), list[str](), random.Random(1)
    for turn in range(ROUNDS):
        with running(tmp_path, *named, ready="/health") as server:
            over = threading.Event()
            threads = [threading.Thread(target=load, args=(server, turn * 8 + n, over, kept, faults)) for n in range(8)]
            for thread in threads:
                thread.start()
            before, until = len(kept), time.monotonic() + 120
            while len(kept) < before + 10 and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(chance.random() * 2)
            server.process.kill()
            over.set()
            for thread in threads:
                thread.join()
    assert faults == []
    assert len(kept) >= ROUNDS * 10
    with running(tmp_path, *named) as server, server.client() as client:
        for file, number in kept.items():
            done = client.files.wait_for_processing(file, poll_interval=0.1, max_wait_seconds=600)
            assert done.status == "processed"
            asked: Any = [{"role": "user", "content": f"Who does locker {number} belong to?"}]
            only = {"rag": {"passages": True, "filter": {"file_id": file}}}
            told = client.chat.completions.create(model="quick", messages=asked, extra_body=only)
            assert f"person{number}" in (told.model_extra or {})["rag"]["passages"][0]["text"]
        assert {one.id for one in client.files.list(limit=10_000)} >= set(kept)


def test_an_index_that_another_process_writes_while_an_answer_streams(tmp_path: Path, endpoint: Endpoint) -> None:
    """Changed by `rag index`, then made anew in its place: an answer ends with what it began with."""
    note = tmp_path / "note.md"
    note.write_text("Travel abroad is approved by the director.")
    named = written(tmp_path, {"talk": chatting(endpoint.url)})
    assert rag(tmp_path, "index", "note.md", *named, "--index", "index").returncode == 0
    words = [endpoint.event(text) for text in ("Travel ", "abroad: ", "the director [1].")]
    slow = endpoint.streamed([*words, endpoint.event(None, "stop"), "[DONE]"], pause_s=1.5)
    wanted = {"rag": {"passages": True}}

    def replaced(text: str, *, anew: bool) -> None:
        note.write_text(text)
        if anew:
            shutil.rmtree(tmp_path / "index")
        done = rag(tmp_path, "index", "note.md", *named, "--index", "index")
        assert done.returncode == 0, done.stderr

    with running(tmp_path, *named, "--index", "index") as server, server.client() as client:
        before = "Travel abroad is approved by the director."
        for text, anew in (("Travel abroad needs nobody's approval.", False), ("Nobody travels abroad now.", True)):
            endpoint.will(slow)
            stream = client.chat.completions.create(model="talk", messages=ABROAD, stream=True, extra_body=wanted)
            chunks = [next(stream), next(stream)]
            replaced(text, anew=anew)
            chunks += list(stream)
            assert (chunks[-1].model_extra or {})["rag"]["passages"][0]["text"] == before
            endpoint.will(endpoint.streamed([*words, endpoint.event(None, "stop"), "[DONE]"]))
            later = client.chat.completions.create(model="talk", messages=ABROAD, extra_body=wanted)
            assert [one["text"] for one in (later.model_extra or {})["rag"]["passages"]] == [text]
            before = text
        assert httpx.get(f"{server.url}/ready").status_code == 200

"""Uploads: indexed, found, deleted, and never lost."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from rag.errors import UsageError
from rag.index.lock import writing
from rag.server.uploads import Uploads, clean_name
from tests.server.conftest import QUICK, Served, served

NOTE = b"The canteen opens at seven. Lunch costs four euros.\n"


def ask(server: Served, question: str) -> str:
    body = {"messages": [{"role": "user", "content": question}]}
    with server.http() as http:
        got = http.post("/v1/chat/completions", json=body)
    return str(got.json()["choices"][0]["message"]["content"]) if got.status_code == 200 else got.text


def test_an_upload_is_indexed_found_and_deleted(empty: Served) -> None:
    client = empty.client()
    made = client.files.create(file=("canteen.txt", NOTE), purpose="user_data")
    assert (made.object, made.bytes, made.filename) == ("file", len(NOTE), "canteen.txt")
    assert empty.indexed(made.id) == "processed"
    assert "seven" in ask(empty, "When does the canteen open?")
    assert client.files.content(made.id).read() == NOTE
    assert [one.id for one in client.files.list()] == [made.id]
    assert client.files.delete(made.id).deleted
    assert "seven" not in ask(empty, "When does the canteen open?")
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(made.id)
    empty.wait_for(lambda: not empty.state.uploads.counts())
    assert not list(empty.state.uploads.folder.glob("file-*"))


def test_a_new_version_replaces_the_old_one(empty: Served) -> None:
    client = empty.client()
    old = client.files.create(file=("canteen.txt", NOTE), purpose="user_data")
    other = client.files.create(file=("gate.txt", b"The gate closes at ten."), purpose="user_data")
    assert {empty.indexed(old.id), empty.indexed(other.id)} == {"processed"}
    text = b"The canteen opens at nine. Lunch costs five euros.\n"
    new = client.files.create(file=("canteen.txt", text), purpose="user_data", extra_body={"replace": "true"})
    assert empty.indexed(new.id) == "processed"
    empty.wait_for(lambda: [one.id for one in client.files.list()] == [new.id, other.id])
    assert "nine" in ask(empty, "When does the canteen open?")
    assert "seven" not in ask(empty, "When does the canteen open?")


def test_an_index_that_another_process_writes_is_waited_for(empty: Served) -> None:
    client = empty.client()
    first = client.files.create(file=("gate.txt", b"The gate closes at ten."), purpose="user_data")
    assert empty.indexed(first.id) == "processed"
    (model,) = empty.state.models
    with writing(model.store.folder):
        made = client.files.create(file=("canteen.txt", NOTE), purpose="user_data")
        empty.wait_for(lambda: client.files.retrieve(made.id).status_details)
        assert "another process" in str(client.files.retrieve(made.id).status_details)
        assert "ten" in ask(empty, "When does the gate close?")
    assert empty.indexed(made.id) == "processed"
    assert client.files.retrieve(made.id).status_details is None


def test_a_full_disk_stores_nothing_and_says_so(empty: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("rag.server.uploads.os.fsync", full)
    with pytest.raises(openai.APIStatusError) as failed:
        empty.client().files.create(file=("canteen.txt", NOTE), purpose="user_data")
    assert (failed.value.status_code, failed.value.code) == (507, "disk_full")
    assert not list(empty.state.uploads.folder.glob("file-*"))
    assert empty.state.uploads.counts() == {}


def test_deleted_is_gone_at_once_although_the_index_lags(empty: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    client = empty.client()
    made = client.files.create(file=("canteen.txt", NOTE), purpose="user_data")
    other = client.files.create(file=("gate.txt", b"The gate closes at ten."), purpose="user_data")
    assert {empty.indexed(made.id), empty.indexed(other.id)} == {"processed"}
    monkeypatch.setattr(empty.state.indexing, "_remove", lambda: False)  # the index thread does not come to it
    client.files.delete(made.id)
    assert "seven" not in ask(empty, "When does the canteen open?")
    assert "ten" in ask(empty, "When does the gate close?")
    source = f"{made.id}/canteen.txt"
    assert source in next(iter(empty.state.models)).store.sources()
    with empty.http() as http:
        assert http.get("/v1/sources", params={"source": source}).status_code == 404


def test_pages_of_the_list(empty: Served) -> None:
    client = empty.client()
    made = [client.files.create(file=(f"n{n}.txt", b"Text."), purpose="user_data").id for n in range(5)]
    assert [one.id for one in client.files.list(limit=2)] == made[::-1]
    assert [one.id for one in client.files.list(limit=2, order="asc")] == made
    assert [one.id for one in client.files.list(order="asc", after=made[2])] == made[3:]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "no reader"),
        ("old.doc", b"x", "save it as .docx"),
        ("noname", b"x", "suffix"),
        ("empty.txt", b"", "is empty"),
        ("../../..", b"x", "no reader"),
    ],
)
def test_what_is_not_taken(empty: Served, name: str, content: bytes, said: str) -> None:
    with pytest.raises(openai.BadRequestError, match=said):
        empty.client().files.create(file=(name, content), purpose="user_data")
    assert not list(empty.state.uploads.folder.glob("file-*"))


def test_a_damaged_file_is_an_error_with_its_reason(empty: Served) -> None:
    client = empty.client()
    made = client.files.create(file=("report.pdf", b"%PDF-1.4 nothing more"), purpose="user_data")
    good = client.files.create(file=("canteen.txt", NOTE), purpose="user_data")
    assert empty.indexed(made.id) == "error"
    assert client.files.retrieve(made.id).status_details
    assert empty.indexed(good.id) == "processed"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with served({"quick": QUICK}, tmp_path / "index", max_upload_bytes=1000) as running:
        with pytest.raises(openai.APIStatusError) as failed:
            running.client().files.create(file=("big.txt", b"x" * 1001), purpose="user_data")
        assert failed.value.status_code == 413
        with pytest.raises(openai.APIStatusError) as failed:
            running.client().files.create(file=("big.txt", b"x" * 200_000), purpose="user_data")
        assert failed.value.status_code == 413


def test_its_own_metadata_do_not_choose_the_collection(empty: Served) -> None:
    client = empty.client()
    line = b'{"_id": "1", "text": "The vault opens at noon.", "collection": "other", "file_id": "file-x"}\n'
    made = client.files.create(file=("r.jsonl", line), purpose="user_data", extra_body={"collection": "mine"})
    assert empty.indexed(made.id) == "processed"
    (model,) = empty.state.models
    (passage,) = model.pipeline.invoke("When does the vault open?").passages
    assert (passage.metadata["collection"], passage.metadata["file_id"]) == ("mine", made.id)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a/b/../c.txt", "c.txt"),
        ("C:\\x\\y.md", "y.md"),
        ("..hidden.txt", "hidden.txt"),
        ("a\x00\r\nb.txt", "ab.txt"),
        ("Ä" * 200 + ".pdf", "Ä" * 73 + ".pdf"),
        ("\u202egpj.txt", "gpj.txt"),
    ],
)
def test_names_are_made_harmless(given: str, name: str) -> None:
    assert clean_name(given) == name


def test_a_name_without_a_reader() -> None:
    with pytest.raises(UsageError, match="unpack it"):
        clean_name("all.zip")


SERVER = """
import sys, uvicorn
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from rag.pipeline import Pipeline
from rag.server.app import create_app
from rag.server.models import Model
from rag.server.settings import Settings
from tests.server.conftest import QUICK
model = Model("quick", Pipeline.from_yaml(QUICK, index=sys.argv[1]))
uvicorn.run(create_app([model], Settings()), port=int(sys.argv[2]), log_level="warning")
"""


def start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-c", SERVER, str(folder / "index"), str(port), "-", str(root)]
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    until = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/health")
            return process
        except httpx.TransportError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def test_kill_minus_nine_loses_no_upload_that_was_acknowledged(tmp_path: Path) -> None:
    port, made = free_port(), dict[str, int]()
    for round in range(3):
        process = start(tmp_path, port)
        with openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0) as client:
            for n in range(4):
                number = 1000 + round * 10 + n
                text = f"Locker {number} belongs to person{number}.".encode()
                made[client.files.create(file=(f"locker{number}.txt", text), purpose="user_data").id] = number
        process.send_signal(signal.SIGKILL)
        process.wait()
    process = start(tmp_path, port)
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0)
    try:
        for name, number in made.items():
            assert client.files.wait_for_processing(name, poll_interval=0.05).status == "processed"
            asked: Any = [{"role": "user", "content": f"Who does locker {number} belong to?"}]
            only = {"rag": {"passages": True, "filter": {"file_id": name}}}
            done = client.chat.completions.create(model="quick", messages=asked, extra_body=only)
            (passage,) = (done.model_extra or {})["rag"]["passages"]
            assert passage["text"] == f"Locker {number} belongs to person{number}."
    finally:
        client.close()
        process.terminate()
        process.wait(timeout=30)


def test_what_was_never_acknowledged_is_swept(tmp_path: Path) -> None:
    (tmp_path / "file-half").write_bytes(b"half")
    uploads = Uploads(tmp_path)
    assert not (tmp_path / "file-half").exists()
    uploads.close()

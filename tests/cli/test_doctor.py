"""`rag doctor` on this machine."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.cli.health_machine import disk, packages, processor

Invoke = Callable[..., Any]


def states(invoke: Invoke, *arguments: str, code: int = 0, **environment: str) -> dict[str, dict[str, str]]:
    done = invoke("doctor", *arguments, "--json", **environment)
    assert done.exit_code == code, done.output
    return {finding["subject"]: finding for finding in json.loads(done.stdout)}


def test_a_sound_machine(invoke: Invoke, handbook: Path) -> None:
    found = states(invoke)
    assert {name for name, finding in found.items() if finding["state"] == "fail"} == set()
    assert "every byte verified" in found["index"]["text"]
    assert "cosines 0.7" in found["encoder"]["text"]


def test_the_host_that_would_be_called_and_no_key(invoke: Invoke, handbook: Path) -> None:
    chat = ("--config", "chat", "--index", ".rag/none")
    there = states(invoke, *chat, OPENAI_BASE_URL="http://localhost:1/v1", OPENAI_API_KEY="sk-secret")["language model"]
    assert "localhost" in there["text"]
    assert "OPENAI_API_KEY is set" in there["text"]
    assert "sk-secret" not in there["text"]
    assert states(invoke, *chat)["language model"]["state"] == "warn"


def test_models_in_this_process(invoke: Invoke, handbook: Path, tmp_path: Path) -> None:
    pair = ("--config", "ead", "--index", ".rag/none", "--set", "llm.large=some/large")
    there = states(invoke, *pair, RAG_SMALL=str(tmp_path))["language model"]
    assert there["state"] == "ok"
    assert there["text"] == f"{tmp_path} (a folder) and some/large (of the hub), in this process"
    missing = invoke("doctor", *pair, RAG_SMALL="./nowhere")
    assert missing.exit_code == 1
    assert "there is no folder './nowhere'" in missing.stdout


def test_what_could_not_be_read_is_named_until_it_is_read(
    invoke: Invoke, indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(indexed, tmp_path / "own", ignore=shutil.ignore_patterns(".rag"))
    monkeypatch.chdir(tmp_path / "own")
    for number in range(7):
        Path(f"handbook/{number}.json").write_text("{")
    assert invoke("index", "handbook").exit_code == 0
    assert invoke("index").exit_code == 0  # reads nothing
    assert invoke("index", "--delete", "nowhere.md").exit_code == 1  # neither does this
    told = invoke("doctor").stdout
    assert " 3 documents, " in told
    assert "7 sources could not be read" in told
    assert "handbook/4.json: not JSON" in told
    assert "and 2 more: rag index PATH names them all" in told
    assert "nowhere.md" not in told
    for number in range(7):
        Path(f"handbook/{number}.json").unlink()
    assert invoke("index", "handbook").exit_code == 0
    assert "could not be read" not in invoke("doctor").stdout


def test_what_an_earlier_segmenter_has_cut(
    invoke: Invoke, indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(indexed, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    monkeypatch.setattr("rag.segmenters.sentence.Sentence.version", 9)
    assert states(invoke)["index"]["advice"].startswith("rag index --index ")
    assert json.loads(invoke("ask", "Who approves travel?", "--json").stdout)["text"]
    assert json.loads(invoke("index", "--json").stdout)["encoded"] == 0
    assert states(invoke)["index"]["state"] == "ok"


def test_a_damaged_search_structure_is_found_and_repaired(
    invoke: Invoke, indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(indexed, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    part = max((tmp_path / "own" / ".rag").rglob("*.safetensors"), key=lambda path: path.stat().st_size)
    data = bytearray(part.read_bytes())
    data[-1] ^= 1
    part.write_bytes(data)
    assert states(invoke, code=1)["index"]["advice"].startswith("rag doctor --repair")
    assert states(invoke, "--repair")["index"]["state"] == "ok"


def test_a_broken_configuration_is_one_failure(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "rag.yaml"
    path.write_text("version: 1\nnonsense: 1\n")
    found = states(invoke, "--config", str(path), code=1)
    assert found["configuration"]["advice"] == f"rag check {path}"


def test_more_threads_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4096")
    assert processor().state == "warn"


def test_packages_and_disk(tmp_path: Path) -> None:
    assert packages().state == "ok", packages()
    assert disk(tmp_path / "not" / "there").text.endswith(str(tmp_path))

"""The preset `dfin-sql` in a terminal: a database, and no index."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.databases import CONCERTS

Invoke = Callable[..., Any]
PRESET = ("--config", "dfin-sql")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_question_is_answered_with_its_query(invoke: Invoke) -> None:
    key = f"pipeline.1.agent.retrieve.database={CONCERTS}"
    done = invoke("ask", "How many singers are there?", *PRESET, "--set", key)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("5 [1]\n")
    assert '"SELECT COUNT(*) FROM singer"' in done.stdout
    assert not Path(".rag").exists()


def test_json_and_trace_have_the_query(invoke: Invoke) -> None:
    done = invoke("ask", "Who is the youngest singer?", *PRESET, "--json", RAG_DATABASE=CONCERTS)
    told = json.loads(done.stdout)
    assert told["text"] == "Tribal King [1]"
    assert told["trace"][1]["detail"]["sql"] == "SELECT Name FROM singer ORDER BY Age LIMIT 1"
    assert told["citations"][0]["title"] == "singer, row 5"
    done = invoke("explain", "Who is the youngest singer?", *PRESET, RAG_DATABASE=CONCERTS)
    assert done.exit_code == 0, done.output
    assert "TextToSql(retrieve=Schema(database=" in done.stdout


def test_check_and_doctor_know_it(invoke: Invoke) -> None:
    assert "dfin-sql: ok" in invoke("check", "dfin-sql").stdout
    done = invoke("doctor", *PRESET, "--json", RAG_DATABASE=CONCERTS)
    found = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert (found["index"]["state"], found["database"]["state"]) == ("ok", "ok")
    assert found["database"]["text"].endswith("concerts.sqlite: 5 tables")
    done = invoke("doctor", *PRESET, "--json")
    assert done.exit_code == 1
    assert "no database to ask" in done.stdout


@pytest.mark.parametrize(
    ("database", "told"), [("", "no database to ask"), ("gone.sqlite", "there is no database"), (".", "is a folder")]
)
def test_what_is_missing_is_told(database: str, told: str, invoke: Invoke) -> None:
    done = invoke("ask", "How many singers are there?", *PRESET, RAG_DATABASE=database)
    assert done.exit_code == 2
    assert told in done.output

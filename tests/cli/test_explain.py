"""`rag explain` over a real index."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Invoke = Callable[..., Any]
QUESTION = "Who approves travel abroad?"


def told(invoke: Invoke, *arguments: str) -> dict[str, Any]:
    done = invoke("explain", QUESTION, *arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_each_passage_with_its_ranks_and_its_end(invoke: Invoke, handbook: Path) -> None:
    found = told(invoke)
    first = found["passages"][0]
    assert first["source"] == "handbook/travel.md"
    assert first["retrievers"]["bm25"]["rank"] == 1
    assert set(first["retrievers"]) == {"bm25", "rank-bm25"}
    assert first["ranks"]["fusion"] == 1
    assert found["steps"][0]["name"] == "retrieve:Fusion"
    assert "BM25()" in found["steps"][0]["program"]


def test_the_table_names_what_was_lost_and_where(invoke: Invoke, handbook: Path) -> None:
    text = invoke("explain", QUESTION, "--set", "pipeline.1.compress.max_tokens=12").stdout
    head, *lines = text.splitlines()
    assert head.split() == ["bm25", "rank-bm25", "fused", "budget", "passage"]
    assert any("lost" in line for line in lines)
    assert "Budget(max_tokens=12)" in text


@pytest.mark.parametrize(
    ("source", "state", "says"),
    [
        ("handbook/travel.md", "cited", "cites it"),
        ("printer.txt", "not retrieved", "retrieved"),
        ("handbook/trvel.md", "not indexed", "not in the index"),
        ("travel.md#p7", "not indexed", "no passage stands on page 7"),
    ],
)
def test_why_not(invoke: Invoke, handbook: Path, source: str, state: str, says: str) -> None:
    reason = told(invoke, "--why-not", source)["why_not"]
    assert reason["state"] == state
    assert says in reason["text"]


def test_why_not_tells_rank_score_and_what_it_would_take(invoke: Invoke, handbook: Path) -> None:
    narrow = ("--set", "pipeline.0.retrieve.top_k=1")
    reason = told(invoke, "--why-not", "travel.md", *narrow)["why_not"]
    assert reason["state"] == "cited"
    question = "Is paper or travel approved by the director?"
    done = invoke("explain", question, "--why-not", "printer.txt", *narrow, "--json")
    reason = json.loads(done.stdout)["why_not"]
    assert reason["state"] == "not retrieved"
    fused = reason["ranks"][0]
    assert fused["retriever"] == "fusion"
    assert fused["rank"] > fused["top_k"] == 1
    assert fused["score"] <= fused["needed"]
    assert reason["advice"] == f"--set pipeline.0.retrieve.top_k={fused['rank']} would let it in"
    assert "would let it in" in invoke("explain", question, "--why-not", "printer.txt", *narrow).stdout


def test_why_not_under_a_filter(invoke: Invoke, handbook: Path) -> None:
    reason = told(invoke, "--why-not", "printer.txt", "--filter", "source=handbook/t*")["why_not"]
    assert reason["state"] == "filtered out"


def test_why_not_wants_one_source(invoke: Invoke, handbook: Path) -> None:
    done = invoke("explain", QUESTION, "--why-not", "handbook")
    assert done.exit_code == 2
    assert "fits several sources" in done.stderr


def test_without_the_answer_no_generator_runs(invoke: Invoke, handbook: Path) -> None:
    steps = [step["name"] for step in told(invoke, "--no-generate")["steps"]]
    assert steps == ["retrieve:Fusion", "compress:Budget"]


@pytest.mark.parametrize(
    ("limit", "says"), [("context_tokens=6", "context_tokens:"), ("latency_ms=0.01", "latency_ms:")]
)
def test_limits_are_kept_and_told(invoke: Invoke, handbook: Path, limit: str, says: str) -> None:
    steps = told(invoke, "--set", f"limits.{limit}")["steps"]
    assert any(step.get("detail", {}).get("skipped", "").startswith(says) for step in steps)

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


LATE = """\
version: 1
index: {path: .rag/late, segment: {use: sentence, max_tokens: 16}}
pipeline:
  - retrieve: {use: fusion, of: [{use: bm25}, {use: xtr, matches: true}], top_k: 3}
"""


def test_which_token_matched_which(invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rag.yaml").write_text(LATE)
    (tmp_path / "travel.md").write_text("Meals are paid.\n\nTravel abroad is approved by the director.\n")
    assert invoke("index", "travel.md").exit_code == 0
    first = told(invoke)["passages"][0]
    found = {match["question"]: match for match in first["matches"]}
    assert found["abroad"]["passage"] == "abroad"
    text = invoke("explain", QUESTION).stdout
    row = next(line for line in text.splitlines() if line.split()[:1] == ["abroad"])
    assert "█" in row and "Travel abroad is approved" in row
    assert "what matched in travel.md" in text and "[CLS]" not in text


def test_shades_rise_with_the_cosine() -> None:
    from rag.cli.heat import SHADES, shade

    shades = [shade(score) for score in (-0.1, 0.2, 0.36, 0.5, 0.66, 0.8, 1.0)]
    assert shades == [0, 0, 1, 2, 3, 4, 4] and max(shades) == len(SHADES) - 1

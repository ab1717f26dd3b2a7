"""Every quote is what the source says at its place, whatever compressor stands before the generator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag import registry
from rag.kinds import KINDS
from rag.pipeline import Pipeline
from rag.schema import Answer

ROOT = Path(__file__).parent.parent.parent
COMPRESSORS = registry.names(next(kind for kind in KINDS if kind.name == "compressor"))
FIELDS: dict[str, dict[str, Any]] = {
    "budget": {"max_tokens": 90},
    "expand": {"before": 1, "after": 1},
    "gradient": {"min_k": 1},
    "semantic": {"keep": 0.6},
    "summary": {"keep": 0.4},
}
"""Such that something is left out."""
QUESTIONS = (
    "What is the limit for a hotel night?",
    "Who approves travel abroad?",
    "How many days of leave do I have?",
    "What do I do when my laptop is stolen?",
    "How is a week on call paid?",
)


def pipeline(compressor: str, folder: Path, encoder: str = "minilm") -> Pipeline:
    """A search, the compressor, and sentences quoted from what it leaves.

    What reads words in their passage is given the encoder that can, whatever indexes and quotes.
    """
    own = {"encoder": {"use": "minilm"}} if compressor in ("semantic", "summary") else {}
    search = {"use": "clustered", "item": "source"} if compressor == "cluster_summary" else {"use": "bm25", "top_k": 8}
    generate = {"use": "extractive", "abstain_below": 0, "max_sentences": 3}
    steps = [
        {"retrieve": search},
        {"compress": {"use": compressor, **FIELDS.get(compressor, {}), **own}},
        {"generate": generate},
    ]
    return Pipeline.from_yaml({"encoder": {"use": encoder}, "pipeline": steps}, index=folder)


def misquoted(answer: Answer, pipe: Pipeline) -> list[str]:
    """The quotes of an answer that its sources do not hold at their places."""
    assert pipe.store is not None
    return [
        cited.quote
        for cited in answer.citations
        if pipe.store.text(cited.source)[cited.start : cited.end] != cited.quote
    ]


@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_quotes_are_what_the_source_says(compressor: str, tmp_path: Path) -> None:
    pipe = pipeline(compressor, tmp_path / "index")
    pipe.index([ROOT / "examples" / "handbook" / name for name in ("holidays.md", "on-call.md", "remote-work.md")])
    answers = [pipe.invoke(question) for question in QUESTIONS]
    shown = [answer for answer in answers if answer.passages]
    assert len(shown) >= 4
    assert all(answer.citations for answer in shown)
    assert [quote for answer in answers for quote in misquoted(answer, pipe)] == []

"""A small data set of real sentences, asked with BM25 only: runs in milliseconds."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rag.config import Configuration, load

CORPUS = {
    "travel": ("Travel policy", "Trips abroad are approved by the head of department. Rail is preferred to air."),
    "expenses": ("Expenses", "Meals abroad are paid up to 165 EUR a day. Receipts are kept for seven years."),
    "leave": ("Leave", "Parental leave lasts 14 weeks. Leave is asked for in the portal two months before."),
    "security": ("Security", "A lost laptop is reported within one hour to +45 5555 0199."),
    "parking": ("Parking", "Parking behind the building is free after six in the evening."),
}
QUERIES: list[dict[str, Any]] = [
    {"_id": "q1", "text": "Who approves trips abroad?", "answers": ["the head of department"]},
    {"_id": "q2", "text": "How much is paid for meals abroad?", "answers": ["165 EUR"]},
    {"_id": "q3", "text": "How long is parental leave?", "answers": ["14 weeks", "fourteen weeks"]},
    {"_id": "q4", "text": "When is a lost laptop reported?", "answers": ["within one hour"]},
    {"_id": "q5", "text": "What is the melting point of tungsten?", "answers": []},
]
QRELS = {"q1": "travel", "q2": "expenses", "q3": "leave", "q4": "security"}


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """A folder in BEIR layout."""
    folder = tmp_path / "handbook"
    write_lines(
        folder / "corpus.jsonl", [{"_id": name, "title": title, "text": text} for name, (title, text) in CORPUS.items()]
    )
    write_lines(folder / "queries.jsonl", QUERIES)
    (folder / "qrels").mkdir()
    lines = ["query-id\tcorpus-id\tscore", *(f"{query}\t{document}\t1" for query, document in QRELS.items())]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


PIPELINE: dict[str, Any] = {
    "version": 1,
    "encoder": "static",
    "index": {"path": "unused"},
    "pipeline": [{"retrieve": {"use": "bm25", "top_k": 3}}, {"generate": {"use": "extractive"}}],
}


@pytest.fixture
def configuration() -> Configuration:
    return load(PIPELINE)

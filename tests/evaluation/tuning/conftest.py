"""A handbook with more questions than the one beside it, and configurations over BM25 alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from rag.evaluation import Dataset, read_dataset

DOCUMENTS = {
    "travel": "Trips abroad are approved by the head of department. Rail is preferred to air for shorter trips.",
    "expenses": "Meals abroad are paid up to 165 EUR a day. Receipts are kept for seven years.",
    "leave": "Parental leave lasts 14 weeks. Leave is asked for in the portal two months before it begins.",
    "security": "A lost laptop is reported within one hour. Passwords are changed by the head of department only.",
    "parking": "Parking behind the building is free after six. Parking abroad is paid with receipts.",
    "portal": "The portal is down on the first Monday of a month. The portal asks for a password every hour.",
    "weeks": "Weeks are counted from Monday. The first week has four days in January. Weeks abroad may differ.",
    "meals": "Meals in the canteen are free for guests. The canteen is behind the building.",
}
QUESTIONS = {
    "q1": ("Who approves trips abroad?", "travel"),
    "q2": ("How much is paid for meals abroad?", "expenses"),
    "q3": ("How long is parental leave?", "leave"),
    "q4": ("When is a lost laptop reported?", "security"),
    "q5": ("When is parking behind the building free?", "parking"),
    "q6": ("On which day is the portal down?", "portal"),
    "q7": ("From which day are weeks counted?", "weeks"),
    "q8": ("For whom are meals in the canteen free?", "meals"),
    "q9": ("How many years are receipts kept?", "expenses"),
    "q10": ("Who changes passwords?", "security"),
}

HANDBOOK: dict[str, Any] = {
    "version": 1,
    "encoder": "static",
    "index": {"path": "unused", "segment": {"use": "sentence", "max_tokens": 16}},
    "pipeline": [{"retrieve": {"use": "bm25", "top_k": 1, "k1": 0.9}}, {"generate": {"use": "extractive"}}],
}


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """A folder in BEIR layout."""
    folder = tmp_path / "handbook"
    (folder / "qrels").mkdir(parents=True)
    rows = {
        "corpus": [{"_id": name, "title": "", "text": text} for name, text in DOCUMENTS.items()],
        "queries": [{"_id": name, "text": text} for name, (text, _) in QUESTIONS.items()],
    }
    for name, lines in rows.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    judged = ["query-id\tcorpus-id\tscore", *(f"{name}\t{document}\t1" for name, (_, document) in QUESTIONS.items())]
    (folder / "qrels" / "test.tsv").write_text("\n".join(judged) + "\n")
    return folder


@pytest.fixture
def data(task: Path) -> Dataset:
    return read_dataset(task)

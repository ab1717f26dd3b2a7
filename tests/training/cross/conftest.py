"""A few records of every shape, written for these tests."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BRIDGE = (
    "The old bridge of Kreuzau crosses the Rur. It was built of red sandstone in 1734. "
    "A ferry ran there until 1733. Anna Weiss drew the plans."
)
MILL = "The paper mill of Lendersdorf burned down in 1802. Heinrich Schoeller rebuilt it with a steam engine."
CHURCH = "Saint Heribert was consecrated in 1878. Its organ has forty stops and came from Bonn."


def answer(text: str, wanted: str) -> dict[str, Any]:
    return {"text": wanted, "start": text.index(wanted)}


def paragraph(pid: str, title: str, text: str, *asked: tuple[str, str | None]) -> dict[str, Any]:
    qas = [
        {"id": f"{pid}{n}", "question": question, "answers": [answer(text, wanted)] if wanted else []}
        for n, (question, wanted) in enumerate(asked)
    ]
    return {"pid": pid, "title": title, "context": text, "qas": qas}


PARAGRAPHS = [
    paragraph("a", "Kreuzau", BRIDGE, ("When was the bridge built?", "1734"), ("Who drew the plans?", "Anna Weiss"),
              ("Who paid for the bridge?", None)),
    paragraph("b", "Lendersdorf", MILL, ("When did the paper mill burn down?", "1802"),
              ("Who rebuilt the mill?", "Heinrich Schoeller")),
    paragraph("c", "Saint_Heribert", CHURCH, ("How many stops has the organ?", "forty"),
              ("Where did the organ come from, by ferry or bridge?", "Bonn")),
]  # fmt: skip
HOPS = [
    {
        "question": "When was the bridge built that Anna Weiss planned?",
        "answer": "1734",
        "aliases": [],
        "paragraphs": [
            {"title": "Kreuzau", "sents": BRIDGE.split(". "), "support": [1, 3]},
            {"title": "Lendersdorf", "sents": MILL.split(". "), "support": []},
        ],
    }
]
CLAIMS = [
    {"claim": "The bridge was built in 1734.", "evidence": BRIDGE.split(". "), "label": "supported"},
    {"claim": "The bridge is of wood.", "evidence": BRIDGE.split(". "), "label": "not_supported"},
]
REPLIES = [
    {"knowledge": MILL, "response": "It burned down in 1802.", "begin_label": "Fully attributable"},
    {"knowledge": CHURCH, "response": "I love organs!", "begin_label": "Generic"},
]
Writer = Callable[[str, list[dict[str, Any]]], Path]


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    """Writes records into a file of that name and gives its path."""

    def write(name: str, records: list[dict[str, Any]]) -> Path:
        file = tmp_path / name
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return file

    return write

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.config import Configuration
from rag.errors import UsageError
from rag.evaluation import Reference, read_dataset
from rag.evaluation.span_run import evaluate_spans

TEXTS = {
    "handbook": "Trips abroad are approved by the head of department. Rail is preferred to air. "
    "Meals abroad are paid up to 165 EUR a day. Receipts are kept for seven years.",
    "leave": "Parental leave lasts 14 weeks. Leave is asked for in the portal two months before it begins.",
}
ASKED = [
    ("Who approves trips abroad?", "handbook", ["approved by the head of department"]),
    ("What is paid for meals, and how long are receipts kept?", "handbook", ["165 EUR a day", "seven years"]),
    ("How long is parental leave?", "leave", ["14 weeks"]),
]


@pytest.fixture
def chunking(tmp_path: Path) -> Path:
    """The layout of a chunking evaluation."""
    folder = tmp_path / "chunking"
    folder.mkdir()
    rows = [json.dumps({"id": name, "text": text}) for name, text in TEXTS.items()]
    (folder / "corpora.jsonl").write_text("\n".join(rows) + "\n")
    rows = []
    for question, corpus, quotes in ASKED:
        places = [(TEXTS[corpus].index(quote), quote) for quote in quotes]
        references = [{"content": quote, "start_index": at, "end_index": at + len(quote)} for at, quote in places]
        rows.append(json.dumps({"question": question, "corpus": corpus, "references": references}))
    (folder / "questions.jsonl").write_text("\n".join(rows) + "\n")
    return folder


def test_the_layout_is_read_with_exact_places(chunking: Path) -> None:
    data = read_dataset(chunking)
    texts = {document.metadata["source"]: document.page_content for document in data.documents()}
    [reference] = data.queries[2].references
    assert reference == Reference("leave", reference.start, reference.end)
    assert texts["leave"][reference.start : reference.end] == "14 weeks"
    assert len(data.queries[1].references) == 2


def test_a_grid(chunking: Path, configuration: Configuration, tmp_path: Path) -> None:
    small, whole = {"use": "recursive", "max_tokens": 16}, {"use": "recursive", "max_tokens": 500}
    rows = evaluate_spans(
        configuration,
        read_dataset(chunking),
        segmenters=[small, whole],
        encoders=["static", "minilm"],
        top_ks=[1, 10, -1],
        indexes=tmp_path,
    )
    table = {(row.segmenter, row.encoder, row.top_k): row.mean for row in rows}
    assert len(table) == 12
    for encoder in ("static", "minilm"):
        small_row, whole_row = (table[f"recursive:{n}", encoder, 10] for n in (16, 500))
        assert small_row["recall"] == whole_row["recall"] == 1.0  # all passages are retrieved
        assert small_row["precision_omega"] > whole_row["precision_omega"]
    for (segmenter, _, top_k), mean in table.items():
        assert mean["precision_omega"] == table[segmenter, "minilm", top_k]["precision_omega"]
        assert mean["iou"] <= mean["recall"]


def test_the_command(chunking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(chunking.parent)
    flags = ["--spans", "--segmenters", "recursive:16,sentence", "--encoders", "static", "--top-k", "1,-1"]
    shown = CliRunner().invoke(app, ["eval", "chunking", *flags])
    assert shown.exit_code == 0, shown.output
    assert "recursive:16" in shown.stdout and "P omega" in shown.stdout
    faithful = CliRunner().invoke(app, ["eval", "chunking", *flags, "--span-mode", "faithful", "--json", "-"])
    assert [row["top_k"] for row in json.loads(faithful.stdout)["rows"]] == [1, -1, 1, -1]


def test_in_tokens(chunking: Path, configuration: Configuration, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"segmenters": [{"use": "recursive", "max_tokens": 16}], "top_ks": [2], "indexes": tmp_path}
    data = read_dataset(chunking)
    (characters,), (tokens,) = (evaluate_spans(configuration, data, **asked, unit=u) for u in ("characters", "tokens"))
    assert tokens.passages == characters.passages
    assert tokens.size <= 16 < characters.size  # passages of at most sixteen tokens
    assert 0 < tokens.mean["precision"] < 1
    assert tokens.mean["recall"] == pytest.approx(characters.mean["recall"], abs=0.2)


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--top-k", "one"], "--top-k is a list of numbers"),
        (["--top-k", "0"], "top_k is at least 1"),
        (["--span-mode", "loose"], "corrected or faithful"),
        (["--span-unit", "words"], "characters or tokens"),
        (["--segmenters", "recursive:big"], "NAME or NAME:MAX_TOKENS"),
    ],
)
def test_wrong_use(chunking: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], says: str) -> None:
    monkeypatch.chdir(chunking.parent)
    done = CliRunner().invoke(app, ["eval", "chunking", "--spans", *flags])
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())


def test_queries_without_references_have_no_spans(task: Path, configuration: Configuration, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no query has references"):
        evaluate_spans(configuration, read_dataset(task), indexes=tmp_path)

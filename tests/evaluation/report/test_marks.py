"""Where passages that a step shortened inside come from: told by `rag eval`, so that its page marks the right words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag.cli import app
from tests.evaluation.conftest import write_lines
from tests.evaluation.report.test_heat import data_of

TEXT = (
    "The travel policy \U0001f642 was written in spring by a small committee. Canteen menus are printed every Monday. "
    "Trips abroad are approved by the head of department. Umbrellas stand beside the door of the old library."
)
EVIDENCE = "approved by the head of department"
GONE = "Canteen menus are printed every Monday."
SHORTENED = """\
version: 1
index: {path: unused}
pipeline:
  - retrieve: {use: bm25, top_k: 3}
  - compress: COMPRESS
  - generate: extractive
"""
BY = ["{use: semantic, keep: 0.5}", "{use: summary, by: nearest, keep: 0.4}"]


def references() -> list[dict[str, Any]]:
    places = [(TEXT.index(words), TEXT.index(words) + len(words)) for words in (EVIDENCE, GONE)]
    return [{"source": "travel", "start": start, "end": end} for start, end in places]


@pytest.fixture
def evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """The page of `rag eval` with one compressor, of one question; the run lies in the folder `run`."""
    monkeypatch.chdir(tmp_path)
    write_lines(Path("task/corpus.jsonl"), [{"_id": "travel", "title": "", "text": TEXT}])
    query = {"_id": "q", "text": "Who approves trips abroad?", "references": references()}
    write_lines(Path("task/queries.jsonl"), [query])
    Path("task/qrels").mkdir()
    Path("task/qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ttravel\t1\n")

    def run(compress: str) -> str:
        Path("short.yaml").write_text(SHORTENED.replace("COMPRESS", compress))
        arguments = ["eval", "task", "--config", "short.yaml", "--out", "run", "--fresh", "--html", "report.html"]
        done = CliRunner().invoke(app, arguments, prog_name="rag")
        assert done.exit_code == 0, done.output
        return Path("report.html").read_text(encoding="utf-8")

    return run


def shown(passage: list[Any], start: int, end: int) -> str:
    """The characters of a source's place that a passage has, by the pieces that the page carries."""
    text, pieces = passage[5], passage[6]
    at, found = 0, ""
    for length, begins, *_ in pieces:
        low, high = max(start, begins), min(end, begins + length)
        found += text[at + low - begins : at + high - begins] if low < high else ""
        at += length
    assert at == len(text)
    return found


@pytest.mark.parametrize("compress", BY)
def test_evidence_and_quotes_behind_what_was_left_out_are_found(evaluated: Callable[[str], str], compress: str) -> None:
    page = evaluated(compress)
    detail = data_of(page, "run0.0")[0]
    (passage,) = (data_of(page, "pool.0")[place] for place, _ in detail["passages"])
    (_, start, end), (_, gone, gone_end) = detail["evidence"]
    assert GONE not in passage[5]
    assert len(passage[5]) < passage[2] - passage[1]
    assert passage[5][start - passage[1] : end - passage[1]] != EVIDENCE  # where it would be in the whole text
    assert shown(passage, start, end) == EVIDENCE
    assert len(shown(passage, gone, gone_end)) < len(GONE) / 2
    answer = json.loads(Path("run/queries.jsonl").read_text())["answer"]
    quotes = answer["citations"]
    assert quotes
    for (_, source, first, last, _), citation in zip(detail["quotes"], quotes, strict=True):
        assert (source, first, last) == (citation["source"], citation["start"], citation["end"])
        assert TEXT[first:last] == citation["quote"]
        assert EVIDENCE in shown(passage, first, last)


def test_pieces_are_kept_with_the_run_and_only_where_a_text_was_shortened(evaluated: Callable[[str], str]) -> None:
    evaluated(BY[1])
    record = json.loads(Path("run/queries.jsonl").read_text())
    ((number, pieces),) = record["shortened"]
    text, at = record["answer"]["passages"][number - 1]["text"], 0
    for length, begins, *_ in pieces:
        assert text[at : at + length] == TEXT[begins : begins + length]
        at += length
    page = evaluated("{use: summary, keep: 1.0}")
    assert '"shortened"' not in Path("run/queries.jsonl").read_text()
    assert [len(passage) for passage in data_of(page, "pool.0")] == [6]


def test_of_a_run_that_does_not_tell_pieces_none_are_guessed(evaluated: Callable[[str], str]) -> None:
    evaluated(BY[1])
    file = Path("run/queries.jsonl")
    record = json.loads(file.read_text())
    del record["shortened"]
    file.write_text(json.dumps(record) + "\n")
    done = CliRunner().invoke(app, ["compare", "run", "--html", "again.html"], prog_name="rag")
    assert done.exit_code == 0, done.output
    assert [passage[6] for passage in data_of(Path("again.html").read_text(encoding="utf-8"), "pool.0")] == [[]]

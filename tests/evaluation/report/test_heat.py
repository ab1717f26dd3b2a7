"""Which tokens met, in the page: from `rag eval` of a pipeline that tells it, and nothing where none does."""

import gzip
import json
import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.config import Configuration
from rag.evaluation import evaluate, read_dataset
from rag.evaluation.comparison import compare
from rag.evaluation.report.page import page
from rag.evaluation.stored import Run

LATE = """\
version: 1
index: {path: unused}
pipeline:
  - retrieve: {use: xtr, top_k: 3, bits: 16}
  - compress: rerank
  - generate: extractive
"""


def data_of(text: str, name: str) -> Any:
    packed = re.search(rf'id="data-{re.escape(name)}">([^<]*)<', text)
    assert packed, name
    return json.loads(gzip.decompress(b64decode(packed[1])))


@pytest.fixture
def written(task: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The page of `rag eval`, and the run in the folder `run`."""
    monkeypatch.chdir(tmp_path)
    Path("late.yaml").write_text(LATE)

    def run(*more: str) -> str:
        arguments = [
            "eval",
            str(task),
            "--config",
            "late.yaml",
            "--limit",
            "2",
            "--out",
            "run",
            "--html",
            "report.html",
        ]
        done = CliRunner().invoke(app, [*arguments, *more], prog_name="rag")
        assert done.exit_code == 0, done.output
        return Path("report.html").read_text(encoding="utf-8")

    return run


def test_the_page_says_which_token_met_which_behind_a_re_ranker(written: Callable[..., str]) -> None:
    text = written("--set", "pipeline.0.retrieve.matches=true")
    assert text.count("function heat(") == text.count("--warmest: #82b4ea") == 1
    first, pool = data_of(text, "run0.0")[0], data_of(text, "pool.0")
    ((question, columns),) = first["matches"]
    assert question == ["", "Who", "approve", "s", "trips", "abroad", "?", ""]
    assert [number for number, _ in columns] == [1, 2, 3]
    for number, met in columns:
        passage = pool[first["passages"][number - 1][0]][5]
        assert len(met) == len(question)
        for token, score, start in met:
            assert -1 <= score <= 1
            assert start is None or (token and passage[start : start + len(token)] == token)
    best = dict(zip(question, columns[0][1], strict=True))
    assert best["trips"][0] == "Trips"
    assert best["abroad"][0] == "abroad"
    assert best["abroad"][1] > 0.7 > best["Who"][1]
    (record, _) = map(json.loads, Path("run/queries.jsonl").read_text().splitlines())
    assert [heat["question"] for heat in record["matches"]] == [question]
    assert "matches" not in record["answer"]
    assert all("matches" not in passage for passage in record["answer"]["passages"])


def test_nothing_is_kept_and_nothing_added_where_no_retriever_tells_it(written: Callable[..., str]) -> None:
    text = written()
    assert "function heat(" not in text
    assert "warmest" not in text
    assert not any("matches" in detail for detail in data_of(text, "run0.0"))
    assert '"matches"' not in Path("run/queries.jsonl").read_text()


def hostile_run(task: Path, configuration: Configuration, folder: Path, token: str) -> Run:
    """A run of which the first query has one token, in a passage that begins with it."""
    run = Run.of(evaluate(configuration, read_dataset(task), folder=folder, indexes=folder.parent / "eval"))
    lines = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    lines[0]["answer"]["passages"][0]["text"] = token + " is no word."
    passages = [[1, [[token, 0.9, 0]]], *([number, [["·", 0.1, None]]] for number in range(2, 12))]
    lines[0]["matches"] = [{"question": [token], "passages": passages}]
    (folder / "queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return run


def test_a_token_is_never_markup_and_eight_passages_stand_side_by_side(
    task: Path, configuration: Configuration, tmp_path: Path
) -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    text = page(compare([hostile_run(task, configuration, tmp_path / "run", hostile)]))
    assert "<img" not in text
    assert "innerHTML" not in text
    assert "insertAdjacentHTML" not in text
    ((question, columns),) = data_of(text, "run0.0")[0]["matches"]
    assert question == [hostile]
    assert columns[0] == [1, [[hostile, 0.9, 0]]]
    assert [number for number, _ in columns] == list(range(1, 9))

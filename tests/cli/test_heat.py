"""Which word met which: retrievers are told to say so, wherever they stand, and the table shows it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.cli.heat import print_heat, with_matches
from rag.component import walk
from rag.config import load
from rag.passages.matches import Heat, Met
from rag.retrievers.xtr import XTR

Invoke = Callable[..., Any]


def test_every_retriever_that_can_is_told_to_and_the_rest_stays(tmp_path: Path) -> None:
    for retrieve in ({"use": "xtr"}, {"use": "fusion", "of": [{"use": "bm25"}, {"use": "xtr"}]}):
        steps = load({"version": 1, "index": {"path": str(tmp_path)}, "pipeline": [{"retrieve": retrieve}]}).pipeline
        told = with_matches(steps)
        assert [part.matches for part in walk(told) if isinstance(part, XTR)] == [True]
        assert [part.matches for part in walk(steps) if isinstance(part, XTR)] == [False]
    steps = load({"version": 1, "index": {"path": str(tmp_path)}, "pipeline": [{"retrieve": "bm25"}]}).pipeline
    assert with_matches(steps) is steps


def test_the_table_has_a_row_a_token_and_a_column_a_passage(invoke: Invoke, handbook: Path) -> None:
    configuration = Path("late.yaml")
    configuration.write_text(
        "version: 1\nindex: {path: .rag/late}\npipeline: [{retrieve: {use: xtr, top_k: 2}}, {generate: extractive}]\n"
    )
    assert invoke("index", "handbook", "--config", str(configuration)).exit_code == 0
    done = invoke("explain", "Who approves travel abroad?", "--config", str(configuration))
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.stdout.splitlines()]
    head = next(place for place, line in enumerate(lines) if line[:1] == ["token"])
    rows = {line[0]: line[1:] for line in lines[head + 1 : head + 10] if line}
    assert lines[head] == ["token", "passage", "1", "passage", "2"]
    assert rows["travel"][1].lower() == "travel"
    assert float(rows["travel"][0]) > 0.6
    assert len(rows["mean"]) == 2


def test_what_was_found_for_several_questions_stands_in_several_tables(capsys: pytest.CaptureFixture[str]) -> None:
    met = (Met("Travel", 0.8, 0), Met("", 0.4, None))
    print_heat([Heat(("trip", "?"), ((1, met), (3, met))), Heat(("director",), ((2, met[:1]),))])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["token", "passage", "1", "passage", "3"],
        ["trip", "0.80", "Travel", "0.80", "Travel"],
        ["?", "0.40", "·", "0.40", "·"],
        ["mean", "0.60", "0.60"],
        [],
        ["token", "passage", "2"],
        ["director", "0.80", "Travel"],
        ["mean", "0.80"],
    ]

"""Which word met which: retrievers are told to say so, wherever they stand, and the table shows it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.cli.heat import with_matches
from rag.component import walk
from rag.config import load
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

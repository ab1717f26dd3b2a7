import gzip
import json
import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rag.config import Configuration
from rag.errors import UsageError
from rag.evaluation import Result, evaluate, read_dataset
from rag.evaluation.comparison import compare
from rag.evaluation.gate import judge, parse_condition
from rag.evaluation.report import write_page
from rag.evaluation.report.page import page
from rag.evaluation.stored import Run, named, read_run


@pytest.fixture
def result(task: Path, configuration: Configuration, tmp_path: Path) -> Result:
    return evaluate(configuration, read_dataset(task), folder=tmp_path / "run", indexes=tmp_path / "eval")


def data_of(text: str, name: str) -> Any:
    packed = re.search(rf'id="data-{re.escape(name)}">([^<]*)<', text)
    assert packed, name
    return json.loads(gzip.decompress(b64decode(packed[1])))


def test_the_page_carries_every_query(result: Result, tmp_path: Path) -> None:
    write_page([Run.of(result)], tmp_path / "new" / "report.html")
    text = (tmp_path / "new" / "report.html").read_text()
    index = data_of(text, "index")
    assert index["ids"] == ["q1", "q2", "q3", "q4", "q5"]
    assert index["main"] == "ndcg@10"
    assert index["answers"][4] == []
    first = data_of(text, "run0.0")[0]
    pool = data_of(text, "pool.0")
    shown = [pool[place] for place, _ in first["passages"]]
    assert shown[0][0] == "travel"
    number, source, start, end, _ = first["quotes"][0]
    assert (number, source) == (1, "travel")
    assert shown[0][5][start - shown[0][1] : end - shown[0][1]] in first["text"]


def test_a_right_document_that_was_lost_is_told_with_its_text(
    task: Path, configuration: Configuration, tmp_path: Path
) -> None:
    found = evaluate(configuration, read_dataset(task), folder=tmp_path / "run", indexes=tmp_path / "eval")
    lines = [json.loads(line) for line in (tmp_path / "run" / "queries.jsonl").read_text().splitlines()]
    lines[2]["relevant"] = {"parking": 1}
    (tmp_path / "run" / "queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    text = page(compare([Run.of(found)]), read_dataset(task))
    assert data_of(text, "run0.0")[2]["right"][0][0] == "parking"
    assert data_of(text, "right.0")["parking"][1].startswith("Parking behind the building")


def test_the_data_set_is_found_where_the_run_says_it_stood(result: Result, task: Path) -> None:
    run = Run.of(result)
    there = run.dataset()
    assert there is not None
    assert there.path == task
    (task / "corpus.jsonl").write_text((task / "corpus.jsonl").read_text() + "\n")
    assert run.dataset() is None  # it has changed since


class Scripts(HTMLParser):
    """What a page loads, and the text of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in ("src", "href") and value != "data:,"]


def test_nothing_is_fetched_and_nothing_of_a_run_is_markup(
    task: Path, configuration: Configuration, tmp_path: Path
) -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    text = (task / "queries.jsonl").read_text().replace("Who approves", hostile + " Who approves")
    (task / "queries.jsonl").write_text(text)
    found = evaluate(configuration, read_dataset(task), folder=tmp_path / hostile.replace("/", ""), indexes=tmp_path)
    written = page(compare(named([Run.of(found), Run.of(found)])))
    parser = Scripts()
    parser.feed(written)
    assert parser.loads == []
    assert "<img" not in written
    assert hostile in data_of(written, "index")["questions"][0]


def test_two_runs_and_the_gate(result: Result, configuration: Configuration, task: Path, tmp_path: Path) -> None:
    other = evaluate(
        configuration, read_dataset(task), folder=tmp_path / "b", indexes=tmp_path / "eval", measures=("ndcg@10",)
    )
    verdicts = judge(other, result, [parse_condition("ndcg@10 -1pt"), parse_condition("f1 <0.99")])
    text = page(compare(named([Run.of(result), Run.of(other)])), verdicts=verdicts)
    assert 'class="verdict pass"' in text
    assert 'class="verdict fail"' in text
    assert text.count("<svg") >= 2  # points of two runs
    assert len(data_of(text, "index")["runs"]) == 2


def test_a_passage_that_was_shortened_for_each_question_is_shown_as_each_saw_it(result: Result, tmp_path: Path) -> None:
    file = tmp_path / "run" / "queries.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    whole = lines[0]["answer"]["passages"][0]
    for line, text in zip(lines, (whole["text"][:20], whole["text"][20:], whole["text"][:20]), strict=False):
        line["answer"]["passages"] = [{**whole, "text": text}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    written = page(compare([Run.of(result)]))
    pool = data_of(written, "pool.0")
    shown = [detail["passages"][0][0] for detail in data_of(written, "run0.0")[:3]]
    assert [pool[place][5] for place in shown] == [whole["text"][:20], whole["text"][20:], whole["text"][:20]]
    assert shown[0] == shown[2]


def test_figures_only(result: Result, tmp_path: Path) -> None:
    (tmp_path / "alone.json").write_text(json.dumps({**result.to_dict(), "folder": "gone"}))
    text = page(compare([read_run(tmp_path / "alone.json")]))
    index = data_of(text, "index")
    assert index["short"] == [None]
    assert index["questions"][0] == "q1"
    assert "data-run0.0" not in text


def test_a_place_that_cannot_be_written(result: Result, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--html"):
        write_page([Run.of(result)], tmp_path / "file" / "report.html")

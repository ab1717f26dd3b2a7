import json
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluation.bench.task import write_task
from rag.evaluation.dataset import read_dataset


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_document_is_a_passage_with_its_title(task: Path, tmp_path: Path) -> None:
    written = write_task(read_dataset(task), tmp_path / "bench", max_tokens=254)
    passages = lines(written.passages)
    assert passages == lines(written.documents)
    assert {
        "id": "parking",
        "text": "Parking\nParking behind the building is free after six in the evening.",
    } in passages
    assert written.counts == (5, 5)
    assert written.qrels["q1"] == {"travel": 1}


def test_a_long_document_is_cut_and_its_passages_rank_as_the_document(task: Path, tmp_path: Path) -> None:
    written = write_task(read_dataset(task), tmp_path / "bench", max_tokens=16)
    passages = lines(written.passages)
    travel = [row for row in passages if row["id"].startswith("travel#")]
    assert len(travel) > 1
    assert len(passages) == written.counts[1] > written.counts[0] == 5
    assert written.ranking(["travel#1", "leave", "travel#0", "expenses#3"]) == ["travel", "leave", "expenses"]


def test_questions_that_warm_up_are_not_those_that_count_where_there_are_others(task: Path, tmp_path: Path) -> None:
    data = read_dataset(task)
    written = write_task(data, tmp_path / "bench", max_tokens=254, queries=3, warm=2)
    assert len(written.queries) == 3
    assert not set(written.warm) & set(written.queries.values())
    everything = write_task(data, tmp_path / "bench", max_tokens=254, warm=2)
    assert len(everything.warm) == 2
    assert everything.fingerprint != written.fingerprint


def test_what_cannot_be_measured_is_refused(task: Path, tmp_path: Path) -> None:
    (task / "corpus.jsonl").write_text('{"_id": "a#1", "title": "", "text": "words"}\n')
    with pytest.raises(UsageError, match="a#1"):
        write_task(read_dataset(task), tmp_path / "bench", max_tokens=254)
    (task / "corpus.jsonl").unlink()
    with pytest.raises(UsageError, match=r"corpus\.jsonl"):
        write_task(read_dataset(task), tmp_path / "bench", max_tokens=254)

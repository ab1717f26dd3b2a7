import gzip
import json
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.training.records import articles, named, records


def test_records_come_with_the_name_of_their_set(tmp_path: Path) -> None:
    plain, packed = tmp_path / "mine" / "a.jsonl", tmp_path / "mine" / "b.jsonl.gz"
    plain.parent.mkdir()
    plain.write_text('{"question": "Who?"}\n\n{"question": "Why?"}\n', encoding="utf-8")
    with gzip.open(packed, "wt", encoding="utf-8") as out:
        out.write('{"question": "Où?"}\n')
    assert [(name, row["question"]) for name, row in records([plain, packed])] == [
        ("mine/a", "Who?"),
        ("mine/a", "Why?"),
        ("mine/b", "Où?"),
    ]
    assert named(packed) == "mine/b"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1}\n{"a": \n', r"a\.jsonl:2: no JSON"),
        (b"[1]\n", r"a\.jsonl:1: should be"),
        (b"\xff\n", "cannot be read"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        list(records([file]))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        list(records([tmp_path / "none.jsonl"]))


SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Kreuzau",
            "paragraphs": [
                {
                    "context": "The bridge was built in 1734.",
                    "qas": [
                        {
                            "id": "1",
                            "question": " When was it built? ",
                            "answers": [{"text": "1734", "answer_start": 24}],
                        },
                        {"id": "2", "question": "Who built it?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ],
}


@pytest.mark.parametrize("packed", [False, True])
def test_the_layout_of_squad_is_read_paragraph_by_paragraph(tmp_path: Path, packed: bool) -> None:
    written = json.dumps(SQUAD).encode()
    file = tmp_path / ("mine.json.gz" if packed else "mine.json")
    file.write_bytes(gzip.compress(written) if packed else written)
    ((name, row),) = records([file])
    assert name == f"{tmp_path.name}/mine"
    assert (row["title"], row["context"]) == ("Kreuzau", "The bridge was built in 1734.")
    assert [(one["question"], one["answers"], one["impossible"]) for one in row["qas"]] == [
        ("When was it built?", [{"text": "1734", "start": 24}], False),
        ("Who built it?", [], True),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "cannot be read as JSON"),
        (b"[]", "not laid out as SQuAD"),
        (b'{"data": [{"title": "a"}]}', r"not laid out as SQuAD is \('paragraphs'\)"),
        (b'{"data": [{"paragraphs": [{"context": "a", "qas": [{"answers": []}]}]}]}', r"\('question'\)"),
    ],
)
def test_another_layout_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        list(articles(file))


def test_a_missing_json_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json: no such file"):
        list(records([tmp_path / "none.json"]))

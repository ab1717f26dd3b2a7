import gzip
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.training.records import named, records


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

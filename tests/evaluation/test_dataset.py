import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.evaluation import Reference, read_dataset


def lines(path: Path, *rows: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_folder_in_beir_layout(task: Path) -> None:
    data = read_dataset(task)
    assert data.name == "handbook"
    first, *_, last = data.queries
    assert (first.id, first.answers, first.relevant) == ("q1", ("the head of department",), {"travel": 1})
    assert last.unanswerable and not last.relevant
    documents = {document.metadata["source"]: document for document in data.documents()}
    assert documents["leave"].metadata["title"] == "Leave"
    assert documents["leave"].page_content.startswith("Parental leave")


def test_gzipped_files_are_the_same(task: Path) -> None:
    before = read_dataset(task)
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        file = task / name
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    after = read_dataset(task)
    assert after.queries == before.queries
    assert len(list(after.documents())) == 5


def test_the_fingerprint_changes_with_any_byte(task: Path) -> None:
    before = read_dataset(task).fingerprint
    with (task / "corpus.jsonl").open("a") as file:
        file.write("\n")
    assert read_dataset(task).fingerprint != before


def test_qrels_without_a_header_in_trec_columns_and_of_another_split(task: Path) -> None:
    (task / "qrels" / "dev.tsv").write_text("q1 0 travel 2\nq1 0 leave 0\n")
    data = read_dataset(task, split="dev")
    assert data.queries[0].relevant == {"travel": 2}
    with pytest.raises(UsageError, match=r"no qrels/train\.tsv; it has: dev\.tsv, test\.tsv"):
        read_dataset(task, split="train")


def test_a_file_of_json_lines(tmp_path: Path) -> None:
    file = lines(
        tmp_path / "mine.jsonl",
        {"question": "How much?", "answer": "165 EUR", "reference": "Meals abroad are paid up to 165 EUR"},
        {"question": "Who?", "answers": ["she"], "references": [{"source": "a.md", "start": 3, "end": 9}]},
        {"question": "What?", "answerable": False, "sources": "b.md"},
    )
    one, two, three = read_dataset(file).queries
    assert (one.id, one.answers, one.quotes) == ("0", ("165 EUR",), ("Meals abroad are paid up to 165 EUR",))
    assert (two.references, two.relevant) == ((Reference("a.md", 3, 9),), {"a.md": 1})
    assert three.unanswerable and three.relevant == {"b.md": 1}


@pytest.mark.parametrize("said", ["false", "FALSE", "no", "0"])
def test_a_table_says_in_words_that_there_is_no_answer(said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(f"question,answer,answerable\nWho?,she,yes\nWhat?,,{said}\nWhen?,,\nWhere?,[],\n")
    assert [one.answers for one in read_dataset(file).queries] == [("she",), (), None, ()]


def test_an_answer_without_words_is_none(tmp_path: Path) -> None:
    file = lines(tmp_path / "mine.jsonl", {"question": "Who?", "answer": ""}, {"question": "What?", "answers": [" "]})
    assert all(one.unanswerable for one in read_dataset(file).queries)


def test_what_is_neither_yes_nor_no_is_told(tmp_path: Path) -> None:
    file = lines(tmp_path / "mine.jsonl", {"question": "Who?", "answerable": "perhaps"})
    with pytest.raises(UsageError, match=r"mine\.jsonl:1: answerable is true or false, not 'perhaps'"):
        read_dataset(file)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "mine.csv",
            'Question,Answer,Sources\n"How much, at most?",165 EUR,a.md\nWho?,"[""she"", ""her""]",\nWhat?,,\n',
        ),
        (
            "mine.csv",
            '\ufeffquestion;answer;sources\r\nHow much, at most?;165 EUR;a.md\r\nWho?;["she", "her"];\r\nWhat?;;\r\n',
        ),
        (
            "mine.tsv",
            'question\tanswers\tsources\nHow much, at most?\t165 EUR\ta.md\nWho?\t["she", "her"]\t\nWhat?\t\t\n',
        ),
        (
            "mine.json",
            '[{"question": "How much, at most?", "answer": "165 EUR", "sources": ["a.md"]},\n'
            ' {"question": "Who?", "answers": ["she", "her"]}, {"question": "What?"}]',
        ),
        (
            "mine.json",
            '{"question": "How much, at most?", "answer": "165 EUR", "sources": "a.md"}\n'
            '{"question": "Who?", "answers": ["she", "her"]}\n{"question": "What?"}\n',
        ),
    ],
)
def test_tables_and_lists_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8", newline="")
    data = read_dataset(file)
    assert data.name == "mine"
    assert [(query.text, query.answers, dict(query.relevant)) for query in data.queries] == [
        ("How much, at most?", ("165 EUR",), {"a.md": 1}),
        ("Who?", ("she", "her"), {}),
        ("What?", None, {}),
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"frage,antwort\nWer?,sie\n", "a.csv:2: no 'text' (nor question, query); it has: frage, antwort"),
        ("a.csv", b"question,answer\n", "a.csv: there is no question in it"),
        ("a.jsonl", b"", "a.jsonl: there is no question in it"),
        ("a.pdf", b"%PDF-1.7 \xff\xfe", "a.pdf: neither JSON lines nor a table in UTF-8"),
        ("a.json", b'[{"question": "q",}]', "a.json:1: not JSON"),
        ("a.csv", b"Language,Query,GitHubUrl,Relevance\nGo,sort,u,1\n", "are measured against --predictions CSV"),
    ],
)
def test_a_file_that_holds_no_questions_is_told_apart(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_dataset(tmp_path / name)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "mine.jsonl:2: not JSON"),
        ("[1]", "mine.jsonl:2: expected a JSON object"),
        ('{"id": 0, "question": "again"}', "the query '0' stands there twice"),
        ('{"wrong": 1}', "no 'text' (nor question, query); it has: wrong"),
        ('{"question": "q", "answers": {"a": 1}}', "answers is a text or a list of texts"),
        ('{"question": "q", "references": [{"source": "a"}]}', "a reference is a quote, or has source, start and end"),
        ('{"question": "q", "references": [{"source": "a", "start": 5, "end": 5}]}', "empty or runs backwards"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text('{"question": "fine"}\n' + line + "\n")
    with pytest.raises(UsageError) as caught:
        read_dataset(file)
    assert says in str(caught.value)


def test_what_is_no_data_set_is_said(tmp_path: Path, task: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        read_dataset(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"has no queries\.jsonl"):
        read_dataset(tmp_path)
    (task / "qrels" / "test.tsv").write_text("a\tb\tc\nq1\ttravel\tmuch\n")
    with pytest.raises(UsageError, match=r"test\.tsv:2: the gain 'much' is not a whole number"):
        read_dataset(task)

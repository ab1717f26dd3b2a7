from __future__ import annotations

import io
import json
import logging
import os
from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag.errors import LoadError
from rag.loaders.discover import Found, discover
from rag.loaders.limits import Limits
from rag.loaders.load import load

HANDBOOK = Path(__file__).parents[2] / "examples" / "handbook"


def loaded(path: Path | str, **limits: int | bool) -> list[Document]:
    [found] = discover([path])
    assert isinstance(found, Found), found
    return load(found, Limits(**limits))  # type: ignore[arg-type]


@pytest.mark.parametrize("isolate", [True, False])
def test_every_format_gives_the_same_here_and_in_the_worker(
    samples: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, isolate: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, data in samples.items():
        Path(name).write_bytes(data)
        documents = loaded(name, isolate=isolate)
        assert documents, name
        for document in documents:
            assert document.metadata["source"].partition("#")[0] == name
            assert document.metadata["format"]
            assert json.loads(json.dumps(document.metadata)) == document.metadata
            for start, _, title in document.metadata.get("headings", []):
                assert title in " ".join(document.page_content[start : start + len(title) + 9].split())


def test_parts_are_cited_behind_a_hash(
    samples: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("corpus.jsonl").write_bytes(samples["corpus.jsonl"])
    assert [document.metadata["source"] for document in loaded("corpus.jsonl")] == [
        "corpus.jsonl#d1",
        "corpus.jsonl#d2",
    ]
    Path("mail.eml").write_bytes(samples["mail.eml"])
    assert [document.metadata.get("part") for document in loaded("mail.eml")] == [None, "rules.pdf", "drift.csv"]


def test_the_file_name_is_the_last_resort_for_a_title(tmp_path: Path) -> None:
    path = tmp_path / "opening hours.txt"
    path.write_text("From eight to six.")
    assert loaded(path)[0].metadata["title"] == "opening hours"
    numbered = tmp_path / "GPL-2.1"
    numbered.write_text("Everyone is permitted to copy.")
    assert loaded(numbered)[0].metadata["title"] == "GPL-2.1"


def test_a_link_says_what_its_target_is(tmp_path: Path, samples: dict[str, bytes]) -> None:
    (tmp_path / "0a1b2c").write_bytes(samples["page.html"])
    (tmp_path / "page.html").symlink_to(tmp_path / "0a1b2c")
    assert loaded(tmp_path / "page.html")[0].metadata["format"] == "html"


def test_an_empty_text_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "__init__.py"
    path.write_text("\n")
    assert loaded(path) == []


def test_failures_name_source_and_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cut.pdf").write_bytes(b"%PDF-1.4 cut off")
    with pytest.raises(LoadError, match=r"^cut.pdf: truncated PDF: its end-of-file mark is missing$"):
        loaded("cut.pdf")
    [found] = discover(["cut.pdf"])
    Path("cut.pdf").unlink()
    assert isinstance(found, Found)
    with pytest.raises(LoadError, match=r"^cut.pdf: no such file or directory$"):
        load(found)


def test_a_part_that_fails_is_reported_and_the_others_are_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text('{"_id": "1", "text": "one"}\n{"_id": \n')
    [found] = discover([path])
    assert isinstance(found, Found)
    faults: list[LoadError] = []
    assert len(load(found, report=faults.append)) == 1
    assert [fault.reason for fault in faults] == ["line 2 is not JSON: Expecting value"]
    with caplog.at_level(logging.WARNING):
        load(found)
    assert "line 2 is not JSON" in caplog.text


def test_a_file_that_grew_is_still_bounded(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("short")
    [found] = discover([path])
    assert isinstance(found, Found)
    path.write_text("much longer than it was")
    with pytest.raises(LoadError, match=r"23 bytes, more than 10 \(max_bytes\)"):
        load(found, Limits(max_bytes=10))


def test_standard_input_is_recognised_by_its_bytes(samples: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.write(writer, samples["rules.pdf"])
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
        [document] = loaded("-")
    assert document.metadata["format"] == "pdf"
    assert document.metadata["source"] == "stdin"


def test_the_example_handbook() -> None:
    documents = [document for found in discover([HANDBOOK]) if isinstance(found, Found) for document in load(found)]
    assert {document.metadata["format"] for document in documents} == {"csv", "docx", "html", "markdown", "pdf"}
    assert all(document.metadata["title"] for document in documents)
    everything = " ".join(" ".join(document.page_content.split()) for document in documents)
    for fact in (
        "Marta Olesen",
        "+45 5555 0199",
        "within 30 days",
        "0.38 EUR a kilometre",
        "room 2.14",
        "20 working days",
    ):
        assert fact in everything
    assert "Country: Denmark; Full day (EUR): 75; Half day (EUR): 50; Hotel limit (EUR per night): 165" in everything

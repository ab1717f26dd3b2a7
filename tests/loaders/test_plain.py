from __future__ import annotations

from collections.abc import Callable

from rag.loaders.part import Part

One = Callable[..., Part]


def test_text_is_what_is_stored(one: One) -> None:
    part = one("Open from eight\r\nto six.\n", "notes.txt")
    assert part.text == "Open from eight\nto six.\n"
    assert part.metadata == {"format": "text"}


def test_source_code_knows_its_language(one: One) -> None:
    assert one("def f(): ...", "gauge.py").metadata == {"format": "code", "language": "python"}
    assert one("all:\n", "Makefile").metadata["language"] == "make"


def test_rst_headings(one: One) -> None:
    text = "=====\nRules\n=====\n\nHours\n-----\n\nFrom eight to six.\n\nMachines\n--------\n"
    text += "\n====  ====\nA     B\n====  ====\n"
    part = one(text, "rules.rst")
    assert part.metadata["title"] == "Rules"
    found = [(level, title) for _, level, title in part.metadata["headings"]]
    assert found == [(1, "Rules"), (2, "Hours"), (2, "Machines")]
    assert all(part.text[start:].startswith(title) for start, _, title in part.metadata["headings"])


def test_org_headings(one: One) -> None:
    part = one("#+TITLE: Rules of the lab\n* Hours\nFrom eight.\n** Sundays\nClosed.\n", "rules.org")
    assert part.metadata["title"] == "Rules of the lab"
    assert [heading[1:] for heading in part.metadata["headings"]] == [[1, "Hours"], [2, "Sundays"]]


def test_a_line_without_end_is_reported(reason: Callable[..., str]) -> None:
    told = reason("x" * 2_000, "dump.txt", max_line_characters=1_000)
    assert told == "a line of 2,000 characters, more than 1,000 (max_line_characters)"


def test_a_binary_file_with_a_text_name_is_reported(reason: Callable[..., str], samples: dict[str, bytes]) -> None:
    assert "looks like a PNG image" in reason(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "notes.txt")
    assert "looks like a ZIP container; give it the right suffix" in reason(samples["rules.docx"], "notes.txt")

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.loaders.part import Part

One = Callable[..., Part]
Reason = Callable[..., str]
HANDBOOK = Path(__file__).parents[2] / "examples" / "handbook"
PROSE = (
    "The laboratory is open from eight to six and whoever works later tells the night porter, who keeps a list of "
    "names and leaves by the north gate. Visitors are met at reception and are never left alone in the workshop."
)


def lines(text: str, size: int = 11, width: int = 85) -> list[tuple[str, int]]:
    return [(line, size) for line in textwrap.wrap(text, width)]


def test_pages_headings_and_paragraphs(one: One, made: dict[str, Any]) -> None:
    data = made["pdf"]([[("Workshop rules", 22), *lines(PROSE)], [("Machines", 16), ("Wear glasses.", 11)]])
    part = one(data, "rules.pdf")
    assert part.text == f"Workshop rules\n\n{PROSE}\n\nMachines\n\nWear glasses."
    assert part.metadata["title"] == "Workshop rules"
    assert [(level, title) for _, level, title in part.metadata["headings"]] == [(1, "Workshop rules"), (2, "Machines")]
    assert [part.text[start:end][:8] for start, end in part.metadata["pages"]] == ["Workshop", "Machines"]


@pytest.mark.parametrize(
    ("told", "shown", "title"),
    [
        ("", [("The workshop", 26), ("of Larkspur", 26), ("Ada Moe", 14)], "The workshop of Larkspur"),
        ("Rules", [("The workshop", 26)], "Rules"),
        ("untitled", [("Contents", 18)], "1 Opening hours"),  # as large as a chapter's
        ("", [("The workshop", 12)], "1 Opening hours"),
    ],
)
def test_the_title_is_told_or_shown_before_the_first_bookmark(
    one: One, made: dict[str, Any], told: str, shown: list[tuple[str, int]], title: str
) -> None:
    chapter = 12 if shown[0][1] == 12 else 18
    pages = [[*shown, *lines(PROSE)], [("1 Opening hours", chapter), *lines(PROSE)]]
    part = one(made["pdf"](pages, told, "1 Opening hours"), "rules.pdf")
    assert part.metadata["title"] == title
    assert [heading for _, _, heading in part.metadata["headings"]] == ["1 Opening hours"]


def test_a_sentence_over_the_end_of_a_page_stays_whole(one: One, made: dict[str, Any]) -> None:
    part = one(made["pdf"]([lines(PROSE)[:2], lines(PROSE)[2:]]), "rules.pdf")
    assert part.text == PROSE
    [[first, _], [second, _]] = part.metadata["pages"]
    assert (first, second) == (0, len(" ".join(line for line, _ in lines(PROSE)[:2])) + 1)


def test_running_heads_are_left_out(one: One, made: dict[str, Any]) -> None:
    pages = [
        [("Larkspur Instruments", 9), *lines(PROSE), *[("", 11)] * number, (f"page {number} of 4", 9)]
        for number in range(1, 5)
    ]
    text = one(made["pdf"](pages), "rules.pdf").text
    assert "Larkspur" not in text
    assert text.count("north gate") == 4


def test_short_lines_stay_lines(one: One, made: dict[str, Any]) -> None:
    address = ["Larkspur Instruments", "North Gate 7", "2100 Copenhagen", "Denmark"]
    assert one(made["pdf"]([[(line, 11) for line in address]]), "a.pdf").text == "\n".join(address)


def test_what_cannot_be_read_says_why(reason: Reason, made: dict[str, Any]) -> None:
    whole = made["pdf"]([[("Rules", 11)]])
    assert reason(b"<html>not found</html>", "a.pdf") == "not a PDF: it does not begin with %PDF-"
    assert "truncated" in reason(whole[:-200], "a.pdf")
    assert reason(made["pdf"]([[], []]), "a.pdf") == "no text on its 2 pages (scanned? run OCR on it first)"
    assert "2 pages, more than 1 (max_pages)" in reason(made["pdf"]([[("a", 9)], [("b", 9)]]), "a.pdf", max_pages=1)
    assert "damaged PDF" in reason(b"%PDF-1.7\n" + b"garbage " * 50 + b"\n%%EOF", "a.pdf")


def test_a_pdf_of_another_program(one: One) -> None:
    part = one((HANDBOOK / "travel-policy.pdf").read_bytes(), "travel-policy.pdf")
    assert part.metadata["author"] == "Larkspur Instruments"
    start, end = part.metadata["pages"][1]
    assert "call the assistance line, +45 5555 0199, at any hour. It arranges doctors" in part.text[start:end]
    assert "1 Approval" in [title for _, _, title in part.metadata["headings"]]

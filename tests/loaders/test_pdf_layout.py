from __future__ import annotations

from rag.loaders.pdf_layout import blocks_of, body_size
from rag.loaders.pdf_lines import Line


def column(texts: list[str], left: float, top: float, width: float = 200, size: float = 10) -> list[Line]:
    return [
        Line(text, left, left + (width if len(text) > 30 else len(text) * 5), top - 12 * number, size)
        for number, text in enumerate(texts)
    ]


LEFT = [
    "The river froze in the second week of",
    "December and nobody crossed it before",
    "the carts came back in March with",
]
RIGHT = ["salt and news from the coast, where a", "ship had been lost."]


def test_a_sentence_runs_on_in_the_next_column() -> None:
    page = column(LEFT, 50, 700) + column(RIGHT, 300, 700)
    [block] = blocks_of(page)
    assert block.text == " ".join(LEFT + RIGHT)


def test_a_word_broken_at_the_end_of_a_line_is_mended() -> None:
    first, second = column(["The instruments are calibrated every mea", "suring season in the cold room."], 50, 700)
    [block] = blocks_of([first._replace(broken=True), second])
    assert block.text == "The instruments are calibrated every measuring season in the cold room."


def test_an_indent_begins_a_paragraph() -> None:
    page = column([*LEFT, "salt."], 50, 700)
    page += [
        page[0]._replace(left=62, base=652, text="In spring the ferryman opened his house"),
        page[1]._replace(base=640),
    ]
    [block] = blocks_of(page)
    assert block.text.split("\n\n") == [
        " ".join([*LEFT, "salt."]),
        f"In spring the ferryman opened his house {LEFT[1]}",
    ]


def test_rows_and_bullets_keep_their_lines() -> None:
    rows = [Line("Sensor Drift Date", 50, 250, 700, 10), Line("A7 0.3 2025", 50, 250, 688, 10)]
    assert next(blocks_of(rows)).text == "Sensor Drift Date\nA7 0.3 2025"
    bullets = column(["- wear glasses whenever a machine is on", "- check the guard before you start it"], 50, 700)
    assert next(blocks_of(bullets)).text.count("\n") == 1


def test_type_size_and_distance_part_blocks() -> None:
    page = [*column(["Winter"], 50, 700, size=16), *column(LEFT, 50, 670), *column(RIGHT, 50, 600)]
    assert [block.text for block in blocks_of(page)] == ["Winter", " ".join(LEFT), " ".join(RIGHT)]
    assert body_size([page]) == 10

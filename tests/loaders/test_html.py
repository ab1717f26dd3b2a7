from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.loaders.part import Part

One = Callable[..., Part]


def test_what_a_reader_reads(one: One) -> None:
    part = one(
        """<html><head><title>Your  first week</title><style>p {}</style></head><body>
        <header>Larkspur intranet</header><nav><a href=/>Home</a></nav>
        <main><h1>Your <em>first</em>
        week</h1><p>Come to reception<br>at 09:30.</p><script>track()</script>
        <h2>Training</h2><ul><li>Laser safety<ul><li>two hours</li></ul></li><li>Data</li></ul>
        <ol start=3><li>third</li></ol>
        <pre>
  keep   this
    shape</pre>
        <div hidden>secret</div><p>Half a<!-- x --> word<b>s</b>.</p></main>
        <footer>Imprint</footer></body></html>""",
        "week.html",
    )
    assert part.text == (
        "Your first week\n\nCome to reception\nat 09:30.\n\nTraining\n\n- Laser safety\n  - two hours\n- Data\n\n"
        "3. third\n\n  keep   this\n    shape\n\nHalf a words."
    )
    assert part.metadata["title"] == "Your first week"
    assert part.metadata["headings"] == [[0, 1, "Your first week"], [46, 2, "Training"]]
    assert part.text[46:].startswith("Training")


def test_header_and_footer_count_where_nothing_is_marked_as_main(one: One) -> None:
    assert one("<header>Rules</header><p>Text</p><footer>2025</footer>", "a.html").text == "Rules\n\nText\n\n2025"


def test_tables_line_by_line(one: One) -> None:
    head, row = "<tr><th>Course<th>Day", "<tr><td><p>Laser</p><p>safety</p><td>Wednesday"
    page = f"<p>Courses<table><thead>{head}</thead>{row}</table>After"
    assert one(page, "a.html").text == "Courses\n\nCourse | Day\nLaser safety | Wednesday\n\nAfter"


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="windows-1251"><p>Привет'.encode("cp1251"),
        '<meta http-equiv=content-type content="text/html; charset=koi8-r"><p>Привет'.encode("koi8-r"),
        "<p>Привет".encode("utf-16"),
        "<p>Привет".encode(),
    ],
)
def test_charsets(one: One, data: bytes) -> None:
    assert one(data, "a.html").text == "Привет"


def test_depth_does_not_matter(one: One) -> None:
    assert one("<div>" * 5_000 + "deep" + "</div>" * 5_000, "a.html").text == "deep"


def test_a_page_without_text_is_reported(reason: Callable[..., str]) -> None:
    assert "no text in it" in reason("<script>render()</script>", "app.html")

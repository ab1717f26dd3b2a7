from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from docx import Document
from docx.oxml import parse_xml as element
from docx.oxml.ns import nsdecls

from rag.loaders.part import Part

One = Callable[..., Part]
Reason = Callable[..., str]


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_everything_in_order(one: One, samples: dict[str, bytes]) -> None:
    part = one(samples["rules.docx"], "rules.docx")
    assert part.text.split("\n\n")[2:] == [
        "Machines",
        "1. Wear glasses.\n2. Check the guard.\n3. Switch off the main.",
        "Machine | Training\nLathe | two days\nDrill | one hour",
    ]
    assert [heading[1:] for heading in part.metadata["headings"]] == [[1, "Opening hours"], [2, "Machines"]]
    assert all(part.text[start:].startswith(title) for start, _, title in part.metadata["headings"])
    assert part.metadata["title"] == "Workshop rules"


def test_what_python_docx_would_miss(one: One) -> None:
    document = Document()
    body = document.element.body
    run = "<w:r><w:t>{}</w:t></w:r>"
    for markup in (
        f"<w:sdt {{0}}><w:sdtContent><w:p>{run.format('in a content control')}</w:p></w:sdtContent></w:sdt>",
        f"<w:p {{0}}><w:ins>{run.format('inserted')}</w:ins>"
        "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del></w:p>",
        f"<w:p {{0}}><w:r><w:pict><w:txbxContent><w:p>{run.format('in a box')}</w:p>"
        "</w:txbxContent></w:pict></w:r></w:p>",
        "<w:p {0} xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'><m:oMath><m:sSup><m:e><m:r><m:t>x"
        "</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath></w:p>",
    ):
        body.insert(len(body) - 1, element(markup.format(nsdecls("w"))))
    assert one(saved(document), "a.docx").text == "in a content control\n\ninserted\n\nin a box\n\nx^2"


def test_cells_merged_downwards_speak_in_every_row(one: One) -> None:
    document = Document()
    table = document.add_table(3, 2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Lathe"
    for row, text in enumerate(("two days", "every year", "no training")):
        table.cell(row, 1).text = text
    table.cell(2, 0).text = "Drill"
    assert one(saved(document), "a.docx").text == "Lathe | two days\nLathe | every year\nDrill | no training"


def test_a_frame_of_one_cell_is_no_table(one: One) -> None:
    document = Document()
    document.add_table(1, 1).cell(0, 0).text = "Note\nRead this first."
    assert one(saved(document), "a.docx").text == "Note\nRead this first."


def test_what_cannot_be_read_says_why(reason: Reason, samples: dict[str, bytes], made: dict[str, Any]) -> None:
    whole = samples["rules.docx"]
    assert "truncated or damaged: not a whole ZIP container" in reason(whole[: len(whole) // 2], "a.docx")
    assert "encrypted" in reason(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.docx")
    assert reason(made["zipped"]({"a.txt": "a"}), "a.docx") == "not a .docx: it names no main part"
    assert "no text in it" in reason(saved(Document()), "a.docx")

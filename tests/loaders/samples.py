"""Small files of every format, made here: the seeds of the fuzz runs and of the benchmark.

Run by path (`runpy`), for tests have no packages.
"""

from __future__ import annotations

import gzip
import io
import json
import textwrap
import zipfile

__all__ = ["pdf", "samples", "zipped"]

PARAGRAPH = (
    "The laboratory is open from eight to six. Whoever works later tells the night porter, who keeps a list, and "
    "leaves by the north gate. Visitors are met at reception and are never left alone in the workshop."
)


def pdf(pages: list[list[tuple[str, int]]], title: str = "Workshop rules", bookmark: str = "") -> bytes:
    """A PDF written by hand (ISO 32000-1, 7.5): lines of Helvetica with their type size, from the top of each page.

    `bookmark` points to the last page.
    """
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        drawn, height = [], 780.0
        for text, size in lines:
            escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            drawn.append(f"BT /F1 {size} Tf 72 {height:.1f} Td ({escaped}) Tj ET")
            height -= size * 1.2
        stream = "\n".join(drawn)
        page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"{page} /Contents {5 + 2 * number} 0 R >>")
        objects.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
    if bookmark:
        at = len(objects) + 1
        objects[0] = f"<< /Type /Catalog /Pages 2 0 R /Outlines {at} 0 R >>"
        objects.append(f"<< /Type /Outlines /First {at + 1} 0 R /Last {at + 1} 0 R /Count 1 >>")
        objects.append(f"<< /Title ({bookmark}) /Parent {at} 0 R /Dest [{at - 2} 0 R /Fit] >>")
    objects.append(f"<< /Title ({title}) >>")
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, text in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("cp1252")
    xref = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n".encode()
    return bytes(out) + f"startxref\n{xref}\n%%EOF\n".encode()


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A ZIP container."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def docx() -> bytes:
    """A Word document with headings, a numbered list and a table."""
    from docx import Document

    document = Document()
    document.core_properties.title = "Workshop rules"
    document.add_heading("Opening hours", 1)
    document.add_paragraph(PARAGRAPH)
    document.add_heading("Machines", 2)
    for text in ("Wear glasses.", "Check the guard.", "Switch off the main."):
        document.add_paragraph(text, style="List Number")
    table = document.add_table(0, 2)
    for row in (("Machine", "Training"), ("Lathe", "two days"), ("Drill", "one hour")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pptx() -> bytes:
    """Two slides: a list, and a table with speaker notes."""
    from pptx import Presentation
    from pptx.util import Inches

    show = Presentation()
    first = show.slides.add_slide(show.slide_layouts[1])
    first.shapes.title.text = "Why we measure"
    first.placeholders[1].text = "Drift is slow.\nNobody sees it.\nA log does."
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "Results"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(6), Inches(1)).table
    for row, texts in enumerate((("Sensor", "Drift"), ("A7", "0.3 %"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    second.notes_slide.notes_text_frame.text = "Mention the cold room."
    stream = io.BytesIO()
    show.save(stream)
    return stream.getvalue()


def xlsx() -> bytes:
    """Two sheets with dates, percentages and formulas' absence."""
    from datetime import date

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Calibration"
    for row in (
        ("Sensor", "Date", "Error", "Passed"),
        ("A7", date(2025, 3, 1), 0.015, True),
        ("B2", date(2025, 3, 2), 0.2, False),
    ):
        sheet.append(row)
    for cell in (sheet["C2"], sheet["C3"]):
        cell.number_format = "0.0%"
    book.create_sheet("Prices").append(["Part", "EUR"])
    book["Prices"].append(["Bearing", 12.5])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def epub() -> bytes:
    """A book of two chapters."""
    chapter = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>{1}</p></body></html>"
    items = "".join(f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in (1, 2))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>Two winters</dc:title><dc:creator>A. Writer</dc:creator></metadata><manifest>{items}</manifest>"
        '<spine><itemref idref="c1"/><itemref idref="c2"/></spine></package>'
    )
    container = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OEBPS/book.opf": package,
            "OEBPS/c1.xhtml": chapter.format("First winter", "Snow fell in October."),
            "OEBPS/c2.xhtml": chapter.format("Second winter", "The river did not freeze."),
        }
    )


def eml() -> bytes:
    """A mail with an HTML alternative and two attachments."""
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = (
        "Rules for the workshop – new",
        "Ada <ada@lab.example>",
        "all@lab.example",
    )
    mail.set_content("Please read the attached rules before Monday.\n")
    mail.add_alternative("<p>Please read the attached <b>rules</b> before Monday.</p>", subtype="html")
    mail.add_attachment(
        pdf([[("Rules", 18), ("No drinks at the lathe.", 11)]]), "application", "pdf", filename="rules.pdf"
    )
    mail.add_attachment("Sensor,Drift\nA7,0.3\n", subtype="csv", filename="drift.csv")
    return mail.as_bytes()


def samples() -> dict[str, bytes]:
    """File name to bytes, one or two files a format."""
    body = textwrap.wrap(PARAGRAPH, 80)
    texts = {
        "notes.txt": PARAGRAPH,
        "notes-de.txt": "Größe und Gewicht der Prüflinge\nÖffnungszeiten: täglich außer sonntags\n" * 5,
        "rules.md": f"---\ntitle: Rules\n---\n# Hours\n\n{PARAGRAPH}\n\n## Machines\n\n```\n# not a heading\n```\n",
        "rules.rst": f"Rules\n=====\n\n{PARAGRAPH}\n\nMachines\n--------\n\nWear glasses.\n",
        "rules.org": f"#+TITLE: Rules\n* Hours\n{PARAGRAPH}\n** Machines\nWear glasses.\n",
        "gauge.py": "def read(port: int) -> float:\n    '''Volts.'''\n    return 0.1 * port\n",
        "page.html": f"<html><head><title>Rules</title></head><body><nav>Home</nav><h1>Hours</h1><p>{PARAGRAPH}</p>"
        "<ul><li>Glasses<li>Gloves</ul><table><tr><th>A<th>B<tr><td>1<td>2</table></body></html>",
        "drift.csv": "Sensor;Drift\nA7;0,3\nB2;0,1\n",
        "feed.xml": "<feed><title>News</title><entry><title>Hours</title>"
        f"<summary>{PARAGRAPH}</summary></entry></feed>",
        "plan.json": json.dumps(
            {"title": "Plan", "steps": [{"name": "measure", "days": 2}, {"name": "write", "days": 3}]}
        ),
        "corpus.jsonl": "\n".join(
            json.dumps({"_id": f"d{n}", "title": f"Note {n}", "text": PARAGRAPH}) for n in (1, 2)
        ),
        "study.ipynb": json.dumps(
            {
                "cells": [
                    {"cell_type": "markdown", "source": ["# Drift\n", PARAGRAPH]},
                    {"cell_type": "code", "source": "print(1)", "outputs": []},
                ],
                "metadata": {"language_info": {"name": "python"}},
            }
        ),
        "letter.rtf": r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Dear \b all\b0,\par "
        r"gr\'fc\'dfe \u8364? 5\par}",
    }
    return {
        **{name: text.encode() for name, text in texts.items()},
        "notes-de.txt": texts["notes-de.txt"].encode("cp1252"),
        "rules.pdf": pdf(
            [[("Workshop rules", 20), *((line, 11) for line in body)], [("Machines", 16), ("Wear glasses.", 11)]]
        ),
        "rules.docx": docx(),
        "talk.pptx": pptx(),
        "book.xlsx": xlsx(),
        "winters.epub": epub(),
        "mail.eml": eml(),
        "notes.txt.gz": gzip.compress(PARAGRAPH.encode(), mtime=0),
    }

"""Files and megabytes a second by format: our readers beside a common library, and by way of the worker process.

`cpu s` and the library beside it are CPU seconds of this process, `worker s` is wall time of the round trip.

    python benchmarks/loaders.py [--seconds 1] [--out benchmarks/results/loaders.json]

Files are made here (about 60 pages each); libraries that are not installed are left out.
"""

from __future__ import annotations

import argparse
import io
import json
import runpy
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.loaders.isolate import read_isolated
from rag.loaders.limits import Limits
from rag.loaders.part import Blob
from rag.loaders.read import read

HERE = Path(__file__).parent
SAMPLES = runpy.run_path(str(HERE.parent / "tests" / "loaders" / "samples.py"))
PARAGRAPH: str = SAMPLES["PARAGRAPH"]


def large() -> dict[str, bytes]:
    """One file a format, long enough that reading it dominates."""
    import docx
    import openpyxl
    import pptx

    lines = [PARAGRAPH[start : start + 80] for start in range(0, len(PARAGRAPH), 80)]
    word = docx.Document()
    for number in range(300):
        word.add_heading(f"Section {number}", 2)
        word.add_paragraph(PARAGRAPH)
    book = openpyxl.Workbook()
    for number in range(5_000):
        book.active.append([f"sensor {number}", number, number / 7, "calibrated in the cold room", "Ada"])
    show = pptx.Presentation()
    for number in range(60):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = f"Slide {number}", "\n".join(lines * 3)
    body = "".join(f"<h2>Section {number}</h2><p class='a b'>{PARAGRAPH}</p>" for number in range(1_000))
    rows = "".join(f"sensor {number},{number},cold room,Ada\n" for number in range(20_000))
    records = "\n".join(json.dumps({"_id": str(number), "text": PARAGRAPH * 4}) for number in range(5_000))
    return {
        "a.txt": (PARAGRAPH + "\n").encode() * 20_000,
        "legacy.txt": ("Größe und Gewicht der Prüflinge. " + PARAGRAPH + "\n").encode("cp1252") * 20_000,
        "a.md": f"# Hours\n\n{PARAGRAPH}\n\n".encode() * 5_000,
        "a.html": f"<html><body><main>{body}</main></body></html>".encode(),
        "a.csv": b"Sensor,Number,Place,Who\n" + rows.encode(),
        "a.jsonl": records.encode(),
        "a.pdf": SAMPLES["pdf"]([[(line, 11) for line in lines * 15] for _ in range(60)]),
        "a.docx": saved(word),
        "a.pptx": saved(show),
        "a.xlsx": saved(book),
    }


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def peer_docx(data: bytes) -> int:
    import docx

    return sum(len(paragraph.text) for paragraph in docx.Document(io.BytesIO(data)).paragraphs)


def peer_pptx(data: bytes) -> int:
    import pptx

    slides = pptx.Presentation(io.BytesIO(data)).slides
    return sum(len(shape.text_frame.text) for slide in slides for shape in slide.shapes if shape.has_text_frame)


def peer_xlsx(data: bytes) -> int:
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).active
    return sum(len(str(value)) for row in sheet.iter_rows(values_only=True) for value in row)


def peer_pdf(data: bytes) -> int:
    import pypdf

    return sum(len(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def peer_html(data: bytes) -> int:
    import bs4

    return len(bs4.BeautifulSoup(data, "lxml").get_text("\n"))


PEERS: dict[str, tuple[str, Callable[[bytes], int]]] = {
    "a.docx": ("python-docx", peer_docx),
    "a.pptx": ("python-pptx", peer_pptx),
    "a.xlsx": ("openpyxl", peer_xlsx),
    "a.pdf": ("pypdf", peer_pdf),
    "a.html": ("bs4+lxml", peer_html),
}


def seconds_of(call: Callable[[], object], least: float, clock: Callable[[], float] = time.process_time) -> float:
    """Median CPU seconds of a call, repeated for at least `least` seconds and three times."""
    call()
    taken: list[float] = []
    while sum(taken) < least or len(taken) < 3:
        began = clock()
        call()
        taken.append(clock() - began)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=1.0, help="per measurement")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "loaders.json")
    arguments = parser.parse_args()
    limits, rows = Limits(), []
    print(f"{'file':<12}{'MB':>7}{'cpu s':>9}{'worker s':>10}{'MB/s':>8}{'files/s':>9}  beside")
    for name, data in large().items():
        blob = Blob(data, name, name)
        here = seconds_of(lambda blob=blob: read(blob, limits), arguments.seconds)
        worker = seconds_of(lambda blob=blob: read_isolated(blob, limits), arguments.seconds, time.perf_counter)
        label, peer = PEERS.get(name, ("", None))
        beside = None
        try:
            beside = seconds_of(lambda peer=peer, data=data: peer(data), arguments.seconds) if peer else None
        except ImportError:
            label = ""
        size = len(data) / 1e6
        told = f"{label} {beside:.3f} s ({beside / here:.1f}x)" if beside else ""
        print(
            f"{name:<12}{size:>7.2f}{here:>9.4f}{worker:>10.4f}{size / here:>8.1f}{1 / worker:>9.1f}  {told}",
            flush=True,
        )
        rows.append({"file": name, "mb": size, "here_s": here, "worker_s": worker, "beside": label, "beside_s": beside})
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()

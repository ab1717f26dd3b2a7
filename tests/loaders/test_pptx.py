from __future__ import annotations

import io
from collections.abc import Callable

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from rag.loaders.part import Part

One = Callable[..., Part]


def test_slides_are_pages(one: One, samples: dict[str, bytes]) -> None:
    part = one(samples["talk.pptx"], "talk.pptx")
    pages = [part.text[start:end] for start, end in part.metadata["pages"]]
    assert pages == [
        "Why we measure\n\nDrift is slow.\nNobody sees it.\nA log does.",
        "Results\n\nSensor | Drift\nA7 | 0.3 %\n\nNotes: Mention the cold room.",
    ]
    assert [heading[1:] for heading in part.metadata["headings"]] == [[1, "Why we measure"], [1, "Results"]]


def test_charts_are_tables(one: One) -> None:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["January", "February"]
    data.add_series("Heating", (4.4, 3))
    data.add_series("Cooling", (0.1, 0.2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(5), Inches(4), data)
    stream = io.BytesIO()
    show.save(stream)
    assert one(stream.getvalue(), "talk.pptx").text == (
        "Category: January; Heating: 4.4; Cooling: 0.1\nCategory: February; Heating: 3; Cooling: 0.2"
    )


def test_no_text_is_reported(reason: Callable[..., str]) -> None:
    stream = io.BytesIO()
    Presentation().save(stream)
    assert "no text on any slide" in reason(stream.getvalue(), "talk.pptx")

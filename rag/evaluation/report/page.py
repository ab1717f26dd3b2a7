"""One self-contained HTML page: figures, plots, and every query with the passages it found, worst first.

Nothing is fetched: style, script and data stand in the file. The data are gzipped JSON in base64, unpacked part by part
as queries are opened, so that a page of thousands of queries stays small and quick.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from rag import __version__
from rag.errors import UsageError
from rag.evaluation.comparison import Comparison, compare, letter
from rag.evaluation.dataset import Dataset
from rag.evaluation.figures import main_figures
from rag.evaluation.gate import Verdict
from rag.evaluation.report import heat, overview
from rag.evaluation.report.drill import drill
from rag.evaluation.report.histogram import histograms
from rag.evaluation.report.pareto import plots
from rag.evaluation.stored import Run, named

__all__ = ["page", "write_page"]


def write_page(
    runs: Sequence[Run], path: str | Path, *, dataset: Dataset | None = None, verdicts: Sequence[Verdict] = ()
) -> None:
    """Writes the page.

    Args:
        runs: of one data set; the first one is what the others are told against.
        path: where; folders on the way are made.
        dataset: what was asked, for right documents that no run found; looked for where the runs say it stood if not
            given.
        verdicts: of the gate.

    Raises:
        UsageError: the runs cannot be compared, or nothing can be written there.
    """
    text = page(compare(named(runs)), dataset or next((d for run in runs if (d := run.dataset())), None), verdicts)
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--html {path}: {error.strerror}") from None


def page(comparison: Comparison, dataset: Dataset | None = None, verdicts: Sequence[Verdict] = ()) -> str:
    """The page's text."""
    blobs = drill(comparison.runs, dataset)
    figures = blobs["index"]["figures"]
    blobs["index"]["main"] = main_figures(figures)[0] if figures else None
    files_of = ("page", "marks", "heat") if heat.told_in(blobs) else ("page", "marks")
    return Template(_text("page.html")).substitute(
        title=escape(f"{comparison.dataset}: {', '.join(run.name for run in comparison.runs)}"),
        style="".join(_text(f"{name}.css") for name in files_of if name != "marks"),
        script="".join(_text(f"{name}.js") for name in files_of),
        head=_head(comparison),
        body="".join(_sections(comparison, verdicts)),
        data="".join(_packed(name, blob) for name, blob in blobs.items()),
        release=escape(__version__),
    )


def _sections(comparison: Comparison, verdicts: Sequence[Verdict]) -> list[str]:
    several = len(comparison.runs) > 1
    marks = (
        "A letter behind a value names a run that it beats by more than chance: paired randomisation test, p below .05 "
        "after Holm's correction over the pairs of runs. Hover over a value for its interval."
    )
    spans = "Milliseconds: the dark part is the median, the light one reaches the 95th percentile."
    parts = [
        ("gate", "Gate", "", overview.verdicts(verdicts)),
        ("glance", "At a glance", "Means with bootstrap 95 % intervals.", overview.bars(comparison)),
        (
            "quality",
            "Quality and what it costs",
            "Filled points are beaten by no other run.",
            _figures(plots(comparison)),
        ),
        ("spread", "How queries are spread", "", "" if several else _figures(histograms(comparison.runs[0].result))),
        ("figures", "All figures", marks if several else "", _scrolled(overview.table(comparison))),
        ("settings", "Settings that differ", "", _scrolled(overview.settings(comparison))),
        ("steps", "Time of each step", spans, overview.steps(comparison)),
    ]
    return [
        f'<section id="{name}"><h2>{title}</h2>{text and f"<p>{text}</p>"}<div class="content">{inner}</div></section>'
        for name, title, text, inner in parts
        if inner
    ]


def _figures(pictures: Sequence[str]) -> str:
    return "".join(f"<figure>{picture}</figure>" for picture in pictures)


def _head(comparison: Comparison) -> str:
    runs = "".join(
        f'<li class="run{place % 8}"><em>{letter(place)}</em> {escape(run.name)}'
        f"{f' <small>{run.result.failed:,} failed</small>' if run.result.failed else ''}</li>"
        for place, run in enumerate(comparison.runs)
    )
    return f'<h1>{escape(comparison.dataset)}</h1><p>{comparison.queries:,} queries</p><ul class="runs">{runs}</ul>'


def _scrolled(content: str) -> str:
    return f'<div class="scrolled" tabindex="0">{content}</div>' if content else ""


def _packed(name: str, blob: Any) -> str:
    text = json.dumps(blob, ensure_ascii=False, separators=(",", ":"), default=str)
    # An id is a place in the file's own namespace; base64 holds no character that ends a script.
    packed = b64encode(gzip.compress(text.encode("utf-8", "replace"), 6, mtime=0)).decode()
    return f'<script type="application/gzip" id="data-{name}">{packed}</script>\n'


def _text(name: str) -> str:
    return (files("rag.evaluation.report") / name).read_text(encoding="utf-8")

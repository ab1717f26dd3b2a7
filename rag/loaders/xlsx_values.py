"""Cell values as Excel would show them, as far as meaning goes: dates, percentages, plain numbers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from rag.loaders.xmltree import Element, attribute, local

__all__ = ["Style", "shown", "styles_of", "text_of"]

Style = str
"""`date`, `percent` or nothing."""

BUILT_IN: dict[int, Style] = {
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "date"),
    9: "percent",
    10: "percent",
}
LITERAL = re.compile(r"\"[^\"]*\"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]")
EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}


def styles_of(root: Element | None) -> list[Style]:
    """By index of a cell's `s`."""
    if root is None:
        return []
    custom = {attribute(node, "numFmtId"): _style(attribute(node, "formatCode")) for node in root.iter("{*}numFmt")}
    formats = root.find("{*}cellXfs")
    names = [attribute(node, "numFmtId") for node in formats] if formats is not None else []
    return [custom.get(name) or BUILT_IN.get(int(name) if name.isdecimal() else 0, "") for name in names]


def _style(code: str) -> Style:
    code = LITERAL.sub("", code.lower().split(";")[0])
    if "%" in code:
        return "percent"
    return "date" if re.search(r"[ymdhs]", code.replace("general", "")) else ""


def shown(value: str, style: Style, *, from_1904: bool) -> str:
    """A number cell's text."""
    try:
        number = float(value)
    except ValueError:
        return value
    if style == "date":
        return _date(number, from_1904=from_1904) or value
    if style == "percent":
        return f"{number * 100:.10g}%"
    return value if value.lstrip("-").isdecimal() else f"{number:.15g}"


def _date(days: float, *, from_1904: bool) -> str:
    """ISO date, time or both: whatever the number says."""
    if not 0 <= days < 2_958_466:  # the year 9999
        return ""
    if days < 1:
        return f"{timedelta(seconds=round(days * 86_400))}"
    moment = EPOCHS[from_1904] + timedelta(seconds=round(days * 86_400))
    return moment.date().isoformat() if days == int(days) else moment.isoformat(" ")


def text_of(node: Element) -> str:
    """A shared or inline string: its runs, without phonetic hints."""
    pieces = (run.text or "" for run in node.iter("{*}t") if local(run.getparent()) != "rPh")
    return "".join(pieces)

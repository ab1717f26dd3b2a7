from __future__ import annotations

from rag.loaders.docx_numbers import Numbering
from rag.loaders.xmltree import parse_xml

NUMBERING = """<numbering>
<abstractNum abstractNumId="0">
<lvl ilvl="0"><start val="1"/><numFmt val="decimal"/><lvlText val="%1"/></lvl>
<lvl ilvl="1"><start val="1"/><numFmt val="decimal"/><lvlText val="%1.%2"/></lvl>
<lvl ilvl="2"><start val="3"/><numFmt val="lowerRoman"/><lvlText val="(%3)"/></lvl>
</abstractNum>
<abstractNum abstractNumId="1"><lvl ilvl="0"><numFmt val="bullet"/><lvlText val="*"/></lvl></abstractNum>
<num numId="5"><abstractNumId val="0"/></num>
<num numId="6"><abstractNumId val="0"/><lvlOverride ilvl="0"><startOverride val="1"/></lvlOverride></num>
<num numId="7"><abstractNumId val="1"/></num>
</numbering>"""


def test_numbers_count_nest_and_restart() -> None:
    numbering = Numbering.of(parse_xml(NUMBERING.encode()))
    asked = [
        ("5", 0),
        ("5", 0),
        ("5", 1),
        ("5", 1),
        ("5", 2),
        ("5", 2),
        ("5", 0),
        ("5", 1),
        ("6", 0),
        ("7", 0),
        ("0", 0),
    ]
    assert [numbering.label(*item) for item in asked] == [
        "1", "2", "2.1", "2.2", "(iii)", "(iv)", "3", "3.1", "1", "-", "",
    ]  # fmt: skip


def test_without_a_numbering_part() -> None:
    assert Numbering.of(None).label("1", 0) == ""

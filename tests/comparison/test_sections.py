"""Passages that are about several things."""

from hypothesis import given
from hypothesis import strategies as st

from rag.comparison.sections import Section, paragraphs, sections

TWO = "# Ada Lund\n\nAda Lund was a Danish director.\n\n## Bo Ek\n\nBo Ek was a Swedish director."


def test_each_heading_begins_a_section_but_the_first_keeps_the_title() -> None:
    found = sections([TWO, "No heading here. # is a sign."], ["People", ""])
    assert [(one.passage, one.title) for one in found] == [(0, "People"), (0, "Bo Ek"), (1, "")]
    assert found[1].text == "## Bo Ek\n\nBo Ek was a Swedish director."


def test_text_above_the_first_heading_is_a_section() -> None:
    assert [one.title for one in sections(["Words.\n# Bo Ek\nHe."], ["A"])] == ["A", "Bo Ek"]


@given(st.lists(st.text(alphabet="# \nab", max_size=40), max_size=4))
def test_sections_are_the_passages(texts: list[str]) -> None:
    found = sections(texts, [""] * len(texts))
    for place, text in enumerate(texts):
        own = [one for one in found if one.passage == place]
        assert "".join(one.text for one in own) == text
        assert all(text[one.start : one.start + len(one.text)] == one.text for one in own)


def test_paragraphs_that_begin_with_a_name() -> None:
    text = "Two people.\n\nAda Lund was a Danish director.\nShe drew.\n\nBo Ek\n\nBo Ekman was a Swedish director."
    (ada,) = paragraphs(Section(2, 10, text, "People"), ["Ada Lund", "Bo Ek"])
    assert (ada.passage, ada.start, ada.title) == (2, 10 + text.index("Ada"), "Ada Lund")
    assert ada.text == "Ada Lund was a Danish director.\nShe drew."
    assert paragraphs(Section(0, 0, ada.text, ""), ["Ada Lund"]) == []

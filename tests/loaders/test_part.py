from __future__ import annotations

import pytest

from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Draft, Unreadable


def test_headings_and_pages_point_into_the_text() -> None:
    draft = Draft(Limits())
    draft.heading("  Opening\r\nhours ", 1)
    start = draft.position
    draft.block("From eight\r\nto six.")
    draft.page(start)
    part = draft.part(title="Rules", author="")
    assert part.text == "Opening hours\n\nFrom eight\nto six."
    assert part.metadata["headings"] == [(0, 1, "Opening hours")]
    assert [part.text[start:end] for start, end in part.metadata["pages"]] == ["From eight\nto six."]
    assert "author" not in part.metadata


def test_white_space_is_asked_for_and_never_left_over() -> None:
    draft = Draft(Limits())
    draft.gap()
    draft.block("one", "\n")
    draft.gap()
    draft.block("two")
    draft.block("   ")
    assert draft.part().text == "one\n\ntwo"


def test_a_sentence_goes_on_over_a_gap() -> None:
    draft = Draft(Limits())
    draft.block("The list of")
    start = draft.join("visitors is short.")
    text = draft.part().text
    assert text == "The list of visitors is short."
    assert text[start:] == "visitors is short."


def test_limits_of_a_draft() -> None:
    draft = Draft(Limits(max_characters=10, max_pages=1))
    draft.page(0)
    with pytest.raises(Unreadable, match="max_pages"):
        draft.page(0)
    with pytest.raises(Unreadable, match="max_characters"):
        draft.write("more than ten characters")


def test_what_lies_inside_is_cited_behind_a_hash() -> None:
    inner = Blob(b"", "mail.eml", "mails/mail.eml").inside(b"x", "bill.pdf", media_type="application/pdf")
    assert (inner.source, inner.depth) == ("mails/mail.eml#bill.pdf", 1)

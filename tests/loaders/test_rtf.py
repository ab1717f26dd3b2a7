from __future__ import annotations

from collections.abc import Callable

from rag.loaders.part import Part


def test_text_without_formatting(one: Callable[..., Part]) -> None:
    text = (
        r"{\rtf1\ansi\ansicpg1251\uc1{\fonttbl{\f0 Arial;}}{\*\generator x;}{\info{\title Rules}}"
        r"\b Hours\b0\par \'cf\'f0\'e8 \u8364?5 \u55357?\u56832? a\~b\line next\par"
        r"\trowd Lathe\cell two days\cell\row {\field{\*\fldinst HYPERLINK x}{\fldrslt link}}}"
    )
    assert one(text, "a.rtf").text == "Hours\n\nПри €5 😀 a\u00a0b\nnext\n\nLathe | two days\nlink"


def test_what_is_no_rtf(reason: Callable[..., str]) -> None:
    assert reason("hello", "a.rtf") == r"not RTF: it does not begin with {\rtf"
    assert reason(r"{\rtf1 {\*\x hidden}}", "a.rtf") == "no text in it"

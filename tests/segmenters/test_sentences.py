from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.segmenters.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


# Each row: the sentences of a text, joined by one space to make it.
ENGLISH = [
    ["Dr. Smith arrived at 5 p.m. on Jan. 3rd.", "He was late."],
    ["Prices rose 3.5 percent, to $1.20 a share.", "Nobody knows why."],
    ["The U.S. Senate voted.", "The bill passed."],
    ["She works for Acme Inc. in Ohio.", "It pays well."],
    ["They met J. R. R. Tolkien.", "That was in 1950."],
    ["See Fig. 3 and pp. 12-14 of vol. 2.", "Both agree."],
    ['"Stop!" he cried.', '"Why?"', "Nobody answered."],
    ["Well ... nobody said that.", "Did you?!", "No."],
    ["Read https://example.org/a.b?c=d.html first.", "Then write to a.b@example.org."],
    ["He was born in Rome.[12]", "His father was a baker.[3][4]", "They moved."],
    ["1. Wash the rice.", "2. Boil it.", "3. Eat it."],
    ["(a) the tenant;", "(b) the landlord; and", "(c) the agent."],
    ["We need bread, milk, etc. for breakfast.", "Please hurry."],
]


@pytest.mark.parametrize("pieces", ENGLISH, ids=lambda pieces: pieces[0])
def test_english(pieces: list[str]) -> None:
    assert split(" ".join(pieces)) == pieces


@pytest.mark.parametrize(
    "pieces",
    [
        ["Am 12. Juni traf er Dr. Meyer, z. B. in Bonn.", "Danach schwieg er."],
        ["¿Cómo está la Sra. López?", "¡Muy bien!"],
        ["Il dott. Rossi è arrivato.", "È tardi."],
        ["Он живёт на ул. Мира.", "Там хорошо."],
        ["यह एक वाक्य है।", "यह दूसरा है।"],
        ["هل هذا صحيح؟", "نعم."],
        ["Ի՞նչ ես մտածում:", "Ոչինչ:"],
        ["πού είναι;", "Δεν ξέρω."],
        ["ကျွန်တော် သွားမယ်။", "နေကောင်းလား။"],
    ],
    ids=["de", "es", "it", "ru", "hi", "ar", "hy", "el", "my"],
)
def test_other_languages(pieces: list[str]) -> None:
    assert split(" ".join(pieces)) == pieces


def test_no_spaces_between_sentences() -> None:
    assert split("今天很好。你呢？我们看《摔跤吧！爸爸》吧！") == ["今天很好。", "你呢？", "我们看《摔跤吧！爸爸》吧！"]
    assert split("彼は「行く。」と言った。円周率は３．１４です。") == [
        "彼は「行く。」",
        "と言った。",
        "円周率は３．１４です。",
    ]


def test_a_wrapped_line_goes_on_and_a_short_one_ends() -> None:
    wrapped = (
        "The committee that met on Tuesday to discuss the budget of the\nlibrary could not agree.\nIt will meet again."
    )
    assert split(wrapped) == [
        "The committee that met on Tuesday to discuss the budget of the\nlibrary could not agree.",
        "It will meet again.",
    ]
    assert split("Introduction\nThis book explains how bread is made at home.") == [
        "Introduction",
        "This book explains how bread is made at home.",
    ]
    assert split("apples\n- pears\n\n* plums") == ["apples", "- pears", "* plums"]


def test_empty() -> None:
    assert sentences("") == sentences(" \n\t ") == []


words = st.sampled_from(
    [
        "Mr.",
        "Hello",
        "world.",
        "3.14",
        "U.S.",
        "etc.",
        "1.",
        "(b)",
        '"So?"',
        "...",
        "!",
        "好。",
        "है।",
        "\n",
        "\n\n",
        "  ",
        "².",
    ]
)


@given(st.lists(words | st.text(max_size=8)).map(" ".join))
def test_spans_hold_all_that_is_not_white_space(text: str) -> None:
    spans = sentences(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@pytest.mark.parametrize("unit", [".", "A. ", "1) ", "\n", "a.b ", '."', "(", "x", "? ", "§ 1. "])
def test_time_is_linear(unit: str) -> None:
    text = unit * 50_000 + "x"
    begin = time.perf_counter()
    sentences(text)
    assert time.perf_counter() - begin < 10  # a quadratic scan takes minutes

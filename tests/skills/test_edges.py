"""Signs that belong to an answer stay with it; nothing else comes along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.skills.edges import whole


def grown(marked: str) -> str:
    """What becomes of the span between the two `|`."""
    before, span, behind = marked.split("|")
    text = before + span + behind
    start, end = whole(text, len(before), len(before) + len(span))
    return text[start:end]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("call +|49 30 1234567| now", "+49 30 1234567"),
        ("call (+44) |20 7946 0000|.", "(+44) 20 7946 0000"),
        ("kept at -|18|°C.", "-18°C"),
        ("kept at −|18 °|C.", "−18 °C"),
        ("see § |12| of the statute", "§ 12"),
        ("Inc. <https:|//fsf.org|/>", "https://fsf.org/"),
        ("at https:|//a.org/x?y=1|, or", "https://a.org/x?y=1"),
        ("a comment |// here| ends", "// here"),
        ("ticket #|4711|", "#4711"),
        ("up to €|140|, at most", "€140"),
        ("paid |1.5 million| € in all", "1.5 million €"),
        ("up to CHF |220|.", "CHF 220"),
        ("costs |40| EUR a night", "40 EUR"),
        ("grew by +|3.2| % last year", "+3.2 %"),
        ("over |50|+ users", "50+"),
        ("written in |C|++, formerly", "C++"),
        ("written in |C|#.", "C#"),
        ("a file .|env| here", ".env"),
        ("in /|etc/hosts|.", "/etc/hosts"),
        ("with --|force| only", "--force"),
        ("a profit of ~|$90| a day", "~$90"),
    ],
)
def test_signs_of_the_first_and_the_last_word_are_taken_in(marked: str, expected: str) -> None:
    assert grown(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("radial (|centripetal) force|, which", "(centripetal) force"),
        ("calls |f(x|) twice", "f(x)"),
        ('the "|Tablet PC" edition| of', '"Tablet PC" edition'),
        ('shouted |"no way|" then', '"no way"'),
        ("said |“yes we can|” to", "“yes we can”"),
        ("he |(born 1950|, in Rome)", "born 1950"),
        ("(in |1950)| he", "1950"),
        ('he said |"ADMIN-pc left|. Then"', "ADMIN-pc left"),
    ],
)
def test_no_half_of_a_pair_is_left(marked: str, expected: str) -> None:
    assert grown(marked) == expected


@pytest.mark.parametrize(
    "marked",
    [
        "from 1883-|1972| on",
        "a range of 5 - |6| days",
        "10 |5| $20",
        "the sum 2+|2| is",
        "the breaker (|15 amp|) tripped",
        'the movie "|Iron Lady|" where',
        "the end.|Then| more",
        "-|It is light|, so",
        "|Marks & Spencer|'s shop",
        "|5'10\"| tall",
        "|a) one b) two| and",
        "||",
    ],
)
def test_what_is_whole_stays_as_it_is(marked: str) -> None:
    assert grown(marked) == marked.split("|")[1]


@given(st.text(alphabet="ab1 .,()[]{}\"'“”„«»’+-%#$€§°C/~@"), st.data())
def test_a_span_stays_a_span_that_lies_near(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    begun, ended = whole(text, start, end)
    assert 0 <= begun <= ended <= len(text)
    words = [place for place in range(start, end) if text[place].isalnum()]
    assert all(begun <= place < ended for place in words)

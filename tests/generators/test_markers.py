"""Citation markers in a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.generators.markers import Markers


def streamed(*pieces: str, known: int = 3) -> tuple[str, Markers]:
    markers = Markers(known)
    out = [markers.add(piece) for piece in pieces]
    out.append(markers.end())
    assert "".join(out) == markers.text
    return markers.text, markers


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ask the manager [1].", "Ask the manager [1]."),
        ("Ask the manager[1, 2].", "Ask the manager[1][2]."),
        ("Ask [1-3] them.", "Ask [1][2][3] them."),
        ("Ask [1][3].", "Ask [1][3]."),
        ("Ask 【2】 and ［3］.", "Ask [2] and [3]."),
        ("Ask 【2†source】.", "Ask [2]."),
        ("Ask [passage 1] or [Sources 2 and 3].", "Ask [1] or [2][3]."),
        ("Ask [7].", "Ask."),
        ("Ask [1, 7] him [0].", "Ask [1] him."),
        ("As [2019] 1 AC 7 says [2].", "As [2019] 1 AC 7 says [2]."),
        ("See [1](https://example.org).", "See [1](https://example.org)."),
        ("Write `rows[1]` or\n```\nx[9]\n```\n[1]", "Write `rows[1]` or\n```\nx[9]\n```\n[1]"),
        ("It's [sic] so [1].", "It's [sic] so [1]."),
        ("  Ask. [1]  \n", "Ask. [1]"),
        ("An open [1", "An open [1"),
    ],
)
def test_markers_become_regular(written: str, shown: str) -> None:
    whole, markers = streamed(written)
    assert whole == shown
    assert streamed(*written)[0] == shown  # a character at a time
    assert all(whole.startswith(f"[{number}]", place) for place, number in markers.marks)


def test_unknown_numbers_are_noted() -> None:
    assert streamed("Ask [1, 7] him [0].")[1].removed == [7, 0]


def test_text_is_given_out_as_soon_as_it_can_be() -> None:
    markers = Markers(3)
    assert markers.add("Ask the man") == "Ask the man"
    assert markers.add("ager [") == "ager"
    assert markers.add("1") == ""
    assert markers.add("] now") == " [1] now"


@given(
    st.lists(st.sampled_from(["Ask ", "[1]", "[2, 9]", "【3】", "`", "```", "\n", "x[", "4]", "(a)", "–", ". "])),
    st.data(),
)
def test_it_does_not_matter_where_the_stream_is_cut(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert streamed(*pieces)[0] == streamed(text)[0]

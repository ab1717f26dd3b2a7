"""Passages that end where the subject changes."""

import pytest
from langchain_core.documents import Document
from pydantic import ValidationError

from rag.encoders.static import Static
from rag.segmenters.sage import Sage

BREAD = (
    "A sourdough needs no yeast from a packet. Its flour and water are left to ferment for five days. "
    "After that the dough is kneaded, folded and proved overnight. It is baked in a very hot oven with some steam. "
    "The crust should crack when the loaf cools."
)
TRAMS = (
    "The first tram line of the town was opened in 1883. Its cars were drawn by horses until the power station was "
    "built. Today five lines carry forty thousand passengers a day. They run every ten minutes and stop at midnight."
)


def cuts(text: str, **fields: object) -> list[str]:
    sage = Sage.model_validate({"encoder": Static(), **fields})
    return [text[segment.start : segment.end] for segment in sage.segments(Document(text))]


def test_the_cut_falls_between_the_subjects() -> None:
    assert cuts(f"{BREAD} {TRAMS}", min_tokens=30) == [BREAD, TRAMS]


def test_the_bounds_hold_whatever_the_subjects_say() -> None:
    text = " ".join([BREAD, TRAMS] * 6)
    pieces = cuts(text, min_tokens=20, max_tokens=60)
    counts = Static().count_tokens(pieces)
    assert all(20 <= count <= 60 for count in counts)
    assert " ".join(pieces) == text


def test_a_target_evens_the_sizes() -> None:
    text = " ".join([BREAD, TRAMS] * 4)
    free, even = (
        Static().count_tokens(cuts(text, min_tokens=10, max_tokens=400, threshold=0.0, target_tokens=target))
        for target in (None, 60)
    )
    assert sum(even) / len(even) < 110 < sum(free) / len(free)


def test_no_seam_is_cut_at_threshold_0_and_every_one_at_1() -> None:
    assert cuts(f"{BREAD} {TRAMS}", threshold=0.0, min_tokens=0) == [f"{BREAD} {TRAMS}"]
    assert len(cuts(f"{BREAD} {TRAMS}", threshold=1.0, min_tokens=0)) == 9


def test_a_minimum_that_leaves_no_choice_is_refused() -> None:
    with pytest.raises(ValidationError, match="is over half of max_tokens"):
        Sage(encoder=Static(), min_tokens=120, max_tokens=200)

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from langchain_core.documents import Document

from rag.encoders.minilm import MiniLM
from rag.kinds import Segment

Check = Callable[[Document, Sequence[Segment], int, bool], None]


@pytest.fixture(scope="session")
def encoder() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="session")
def check(encoder: MiniLM) -> Check:
    """Asserts what every segmenter promises."""

    def check(document: Document, segments: Sequence[Segment], max_tokens: int, once: bool) -> None:
        text = document.page_content
        held = [0] * len(text)
        for segment in segments:
            piece = text[segment.start : segment.end]
            assert piece == piece.strip() != ""
            assert len(encoder.tokens(piece)) <= max_tokens, piece
            for place in range(segment.start, segment.end):
                held[place] += 1
        assert [segment.start for segment in segments] == sorted({segment.start for segment in segments})
        assert [segment.end for segment in segments] == sorted({segment.end for segment in segments})
        solid = [count for count, character in zip(held, text, strict=True) if not character.isspace()]
        assert all(count == 1 for count in solid) if once else all(solid)

    return check

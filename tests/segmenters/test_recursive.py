from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from numpy.typing import NDArray
from pydantic import ValidationError

from rag.encoders.minilm import MiniLM
from rag.segmenters.base import Prose
from rag.segmenters.markdown import Markdown
from rag.segmenters.recursive import Recursive
from rag.segmenters.sentence import Sentence

SALT = "Salt lowers the freezing point of water. That is why roads are salted in winter."
TEXT = "\n\n".join([SALT, "Sugar does so too, but it costs more.", f"{SALT} {SALT}"])
pieces = st.sampled_from(
    ["Salt is cheap.", "e\u0301\u0323", "\n", "\n\n", "# Salt\n", "| a | b |\n", "```\n", "  ", "ภาษาไทยไม่มีช่องว่าง",
     "天气很好。", "👩‍👩‍👧",
     "한국어", "x" * 130, "https://example.org/" + "a/" * 9, "မြန်မာဘာသာ", "\x00", ", and ", "🇩🇪🇫🇷", "\u200b"]
)  # fmt: skip


@pytest.mark.parametrize("cls", [Recursive, Sentence, Markdown])
@given(
    text=st.lists(pieces | st.text(max_size=12), max_size=40).map("".join),
    limit=st.integers(8, 60),
    share=st.integers(0, 2),
)
@settings(max_examples=40, deadline=None)
def test_promises(
    cls: type[Prose], text: str, limit: int, share: int, encoder: MiniLM, check: Callable[..., None]
) -> None:
    document = Document(text)
    segmenter = cls(encoder=encoder, max_tokens=limit, overlap=limit * share // 4)
    segments = segmenter.segments(document)
    check(document, segments, limit, share == 0)
    assert segments == segmenter.segments(document)


def test_paragraphs_stay_together(encoder: MiniLM) -> None:
    parts = Recursive(encoder=encoder, max_tokens=40).transform_documents([Document(TEXT)])
    assert [part.page_content for part in parts] == [TEXT[: TEXT.index("\n\nSalt")], f"{SALT} {SALT}"]


def test_passages_are_full_and_even(encoder: MiniLM) -> None:
    text = " ".join([SALT] * 40)
    sizes = [
        encoder.count_tokens([text[part.start : part.end]])[0]
        for part in Recursive(encoder=encoder, max_tokens=100).segments(Document(text))
    ]
    assert min(sizes) >= 80 and max(sizes) <= 100


def test_overlap_repeats_whole_sentences(encoder: MiniLM) -> None:
    text = " ".join(f"Sentence number {i} tells how salt melts ice." for i in range(20))
    parts = Recursive(encoder=encoder, max_tokens=50, overlap=15).segments(Document(text))
    for one, two in pairwise(parts):
        assert two.start < one.end
        assert text[two.start :].startswith("Sentence")
        assert encoder.count_tokens([text[two.start : one.end]])[0] <= 15


def test_headings_and_pages(encoder: MiniLM) -> None:
    one = "Salt\n" + " ".join([SALT] * 2)
    two = "\nUses\n" + " ".join([SALT] * 3)
    document = Document(
        one + two,
        metadata={
            "headings": [[0, 1, "Salt"], [len(one) + 1, 2, "Uses"]],
            "pages": [[0, len(one) + 30], [len(one) + 30, 999]],
        },
    )
    first, second = Recursive(encoder=encoder, max_tokens=100).segments(document)
    counts = encoder.count_tokens([one, two])
    assert first.metadata == {"headings": ["Salt"], "page": 1, "tokens": counts[0]}
    assert second.metadata == {"headings": ["Salt", "Uses"], "page": 1, "page_end": 2, "tokens": counts[1]}


def test_tiny_sections_share_a_passage(encoder: MiniLM) -> None:
    text = "Salt\nCheap.\nSugar\nSweet.\n"
    document = Document(text, metadata={"headings": [[0, 2, "Salt"], [12, 2, "Sugar"]]})
    assert [(part.start, part.end) for part in Recursive(encoder=encoder).segments(document)] == [(0, len(text) - 1)]


def test_too_much_overlap(encoder: MiniLM) -> None:
    with pytest.raises(ValidationError, match="overlap 60 is over half of max_tokens 100"):
        Recursive(encoder=encoder, max_tokens=100, overlap=60)


class Letters(MiniLM):
    """Reads the beginning of a text as one token more: as byte-level tokenizers may, which miss the space before it."""

    def tokens(self, text: str) -> NDArray[np.int64]:
        places = np.array([place for place, character in enumerate(text) if not character.isspace()], np.int64)
        offsets = np.stack([places, places + 1], axis=1)
        return np.concatenate([offsets[:1], offsets])


def test_a_piece_read_alone_may_have_more_tokens() -> None:
    letters = Letters()
    text = "salt melts ice " * 30
    for part in Recursive(encoder=letters, max_tokens=13).segments(Document(text)):
        assert len(letters.tokens(text[part.start : part.end])) <= 13


def test_time_is_linear(encoder: MiniLM) -> None:
    for text in ("x" * 100_000, "\x00" * 100_000, " \n" * 100_000 + "salt", "a " * 50_000, "e" + "\u0301" * 30_000):
        for part in Recursive(encoder=encoder).segments(Document(text)):
            assert part.end - part.start < 20_000


def test_any_langchain_embeddings(encoder: MiniLM) -> None:
    parts = Recursive(encoder=DeterministicFakeEmbedding(size=4), max_tokens=40).segments(Document(TEXT))
    assert parts == Recursive(encoder=encoder, max_tokens=40).segments(Document(TEXT))

"""How near sentences are to a question: read in their passage, or each by itself."""

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from rag.encoders.importance import Piece, weighed
from rag.encoders.minilm import MiniLM
from rag.encoders.nearness import by_sentence
from rag.segmenters.sentences import sentences
from rag.segmenters.words import words

TEXT = "Journeys are approved by the director. In London a night costs 180 euros. The kitchen is cleaned on Fridays."
QUESTION = "What may a hotel in London cost?"


class Letters(Embeddings):
    """How often a text has each letter."""

    def embed_query(self, text: str) -> list[float]:
        return [float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]


def pieces(*texts: str) -> list[Piece]:
    return [(text, words(text)) for text in texts]


@pytest.mark.parametrize("pooled", [True, False])
def test_the_sentence_that_answers_is_nearest(*, pooled: bool) -> None:
    some = pieces(TEXT)
    read = weighed(some, MiniLM(), "pooled") if pooled else ()
    (found,) = by_sentence(QUESTION, some, read, MiniLM())
    assert list(found.spans) == sentences(TEXT)
    assert int(found.near.argmax()) == 1
    assert found.near.shape == found.central.shape == (3,)


def test_without_a_question_nothing_is_near_and_something_central() -> None:
    some = pieces(TEXT)
    for read in (weighed(some, MiniLM(), "pooled"), ()):
        (found,) = by_sentence(" ", some, read, MiniLM())
        assert not found.near.any()
        assert (found.central > 0).all()


def test_a_batch_is_as_good_as_a_loop() -> None:
    some = pieces(TEXT, "", "A short one.", " ".join([TEXT] * 20))
    together = by_sentence(QUESTION, some, weighed(some, MiniLM(), "pooled"), MiniLM())
    for piece, found in zip(some, together, strict=True):
        (alone,) = by_sentence(QUESTION, [piece], weighed([piece], MiniLM(), "pooled"), MiniLM())
        assert found.spans == alone.spans
        assert found.near == pytest.approx(alone.near, abs=1e-5)
        assert found.central == pytest.approx(alone.central, abs=1e-5)


def test_another_encoder_reads_each_sentence() -> None:
    some = pieces(TEXT, "")
    first, second = by_sentence(QUESTION, some, weighed(some, Letters(), "exact"), Letters())
    asked = np.array(Letters().embed_query(QUESTION))
    rows = np.array(Letters().embed_documents([TEXT[start:end] for start, end in first.spans]))
    wanted = rows @ asked / np.linalg.norm(rows, axis=1) / np.linalg.norm(asked)
    assert first.near == pytest.approx(wanted, abs=1e-6)
    assert len(second.spans) == len(second.near) == 0

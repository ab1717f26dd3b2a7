"""What a text's vector loses with each of its words."""

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from rag.encoders.importance import importance
from rag.encoders.minilm import MiniLM
from rag.errors import UsageError
from rag.segmenters.words import Word, words

TEXT = "Travel abroad is generally approved by the director of the company, and hotels are booked early by the office."


class Bags(Embeddings):
    """The mean of a vector for every word: what leaving one out does can be written down."""

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [np.mean([vector(word) for word in text.split()], axis=0).tolist() for text in texts]


def vector(word: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([len(word), word.count("e"), word.count("a")], np.float64)


def test_it_is_the_distance_to_the_text_without_the_word() -> None:
    parts = TEXT.split()
    total, count = sum(vector(word) for word in parts), len(parts)
    wanted = [np.linalg.norm(total / count - (total - vector(word)) / (count - 1)) for word in parts]
    (found,) = importance([(TEXT, _by_spaces())], Bags())
    assert found == pytest.approx(wanted)


def _by_spaces() -> list[Word]:
    found, at = [], 0
    for word in TEXT.split():
        found.append(Word(at, at + len(word) + 1, at + len(word), False, False))
        at += len(word) + 1
    return found


def test_a_batch_is_as_good_as_a_loop() -> None:
    pieces = [(text, words(text)) for text in (TEXT, "A short one.", "", TEXT[20:])]
    for method in ("exact", "pooled"):
        together = importance(pieces, MiniLM(), method)
        alone = [importance([piece], MiniLM(), method)[0] for piece in pieces]
        for one, other in zip(together, alone, strict=True):
            assert one == pytest.approx(other, abs=1e-6)
        assert [len(found) for found in together] == [len(found) for _, found in pieces]


def test_one_reading_orders_words_much_as_leaving_each_out_does() -> None:
    pieces = [(TEXT, words(TEXT))]
    (exact,), (pooled,) = (importance(pieces, MiniLM(), method) for method in ("exact", "pooled"))
    one, other = (np.argsort(np.argsort(found)) for found in (exact, pooled))
    assert np.corrcoef(one, other).min() > 0.4


def test_a_long_text_is_read_in_windows() -> None:
    text = " ".join([TEXT] * 20)
    (found,) = importance([(text, words(text))], MiniLM())
    assert len(found) == len(words(text))
    assert np.isfinite(found).all()
    assert (found[-20:] > 0).any()


def test_only_means_of_tokens_can_be_pooled() -> None:
    with pytest.raises(UsageError, match="use `method: exact`"):
        importance([(TEXT, words(TEXT))], Bags(), "pooled")

from pathlib import Path

import numpy as np
import pytest

from rag.encoders.minilm import MiniLM
from rag.encoders.static import Static

SENTENCES = (Path(__file__).parents[1] / "data" / "encoder" / "sentences.txt").read_text(encoding="utf-8").splitlines()
TRIPLES = [
    (
        "Who approves travel abroad?",
        "Trips to other countries need the consent of the head of department.",
        "The roof leaks.",
    ),
    ("How do plants make food?", "Photosynthesis turns light into chemical energy in leaves.", "He bought a used car."),
    ("symptoms of influenza", "Fever, cough and muscle pain are signs of the flu.", "The treaty was signed in 1848."),
    ("capital of France", "Paris is the largest city of France.", "Whales are mammals that live in the ocean."),
]


@pytest.mark.parametrize(("question", "answer", "other"), TRIPLES)
def test_what_belongs_together_lies_nearer(question: str, answer: str, other: str) -> None:
    asked, near, far = Static().encode([question, answer, other])
    assert asked @ near > asked @ far + 0.1


def test_unit_vectors_whatever_stands_beside_them() -> None:
    vectors = Static().encode(SENTENCES * 100)
    assert vectors.dtype == np.float32
    assert vectors.shape == (100 * len(SENTENCES), Static().dimensions)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.allclose(vectors[: len(SENTENCES)], [Static().encode([text])[0] for text in SENTENCES], atol=1e-6)


def test_texts_without_a_token_are_near_nothing() -> None:
    vectors = Static().encode(["", "travel", " \n", "", "costs", ""])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([0, 1, 0, 0, 1, 0], abs=1e-6)
    assert (vectors[1] == Static().encode(["travel"])[0]).all()
    assert Static().encode([]).shape == (0, Static().dimensions)


def test_a_text_is_cut_at_its_window() -> None:
    short = Static(window=8)
    assert (short.encode(["travel " * 8]) == short.encode(["travel " * 8 + "costs and visas"])).all()
    assert short.fingerprint != Static().fingerprint
    assert short.max_tokens == 8


def test_it_orders_texts_much_as_its_teacher_does() -> None:
    english = [text for text in SENTENCES if text.isascii()]
    pairs = np.triu_indices(len(english), 1)
    mine, theirs = ((vectors @ vectors.T)[pairs] for vectors in (Static().encode(english), MiniLM().encode(english)))
    assert np.corrcoef(mine, theirs)[0, 1] > 0.5


def test_tokens_are_counted_as_the_teacher_counts_them() -> None:
    assert Static().count_tokens(SENTENCES) == MiniLM().count_tokens(SENTENCES)

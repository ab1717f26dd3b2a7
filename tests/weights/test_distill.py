import gzip
import json
import random
from pathlib import Path

import numpy as np

from rag.encoders.minilm import MiniLM
from rag.encoders.tokenizer import default_tokenizer
from rag.weights.distill import axes, distill, pieces, read, strings


def test_strings_of_four_words_or_more_are_texts() -> None:
    value = {"id": "a b", "text": "The cat sat down.", "rows": [["one two three four"], 7, None]}
    assert list(strings(value)) == ["The cat sat down.", "one two three four"]


def test_a_long_text_becomes_passages_that_hold_every_word() -> None:
    words = [f"w{place}" for place in range(900)]
    found = list(pieces(" ".join(words), random.Random(3)))
    assert " ".join(found).split() == words
    assert max(len(piece.split()) for piece in found) <= 150


def test_short_texts_stay_whole_and_give_some_sentences() -> None:
    text = " ".join(f"Sentence number {place} says something new." for place in range(20))
    first, *sentences = pieces(text, random.Random(3))
    assert first == text
    assert 0 < len(sentences) < 20
    assert all(sentence in text and sentence.endswith("new.") for sentence in sentences)


def test_the_same_files_give_the_same_texts(tmp_path: Path) -> None:
    lines = [f"Sentence number {place} says something." for place in range(50)]
    plain, packed = tmp_path / "a.txt", tmp_path / "b.jsonl.gz"
    plain.write_text("\n".join(lines[:30]), encoding="utf-8")
    with gzip.open(packed, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps({"text": line}) + "\n" for line in lines[20:])
    texts = read([plain, packed], 1000)
    assert sorted(texts) == sorted(lines)
    assert texts == read([plain, packed], 1000)
    assert read([plain, packed], 7) == texts[:7]


def test_axes_are_orthonormal_and_hold_most() -> None:
    chance = np.random.default_rng(1)
    vectors = (chance.normal(size=(500, 32)) * np.linspace(3, 0.1, 32)).astype(np.float32)
    basis = axes(vectors, 16)
    assert np.allclose(basis.T @ basis, np.eye(16), atol=1e-4)
    assert (vectors @ basis).var(axis=0).sum() > 0.85 * vectors.var(axis=0).sum()


def test_training_brings_texts_nearer_to_their_teacher() -> None:
    subjects = ("The cat", "A lawyer", "The engine", "Her garden", "This protein", "The orchestra")
    verbs = ("needs more water", "was expensive", "is described in the report", "failed last winter")
    texts = [
        f"{subject} {verb} {when}" for subject in subjects for verb in verbs for when in ("again", "today", "in May")
    ]
    vectors = MiniLM().encode(texts)

    def agreement(table: np.ndarray) -> float:
        sums = np.stack([table[row].sum(axis=0) for row in default_tokenizer().ids(texts, 64)])
        unit = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        pairs = np.triu_indices(len(texts), 1)
        return float(np.corrcoef((unit @ unit.T)[pairs], (vectors @ vectors.T)[pairs])[0, 1])

    before, after = (distill(texts, vectors, epochs=epochs, batch=24) for epochs in (0, 10))
    assert agreement(after) > agreement(before) + 0.05

from pathlib import Path

import numpy as np
import pytest

from rag import weights
from rag.encoders.sentence_transformers import SentenceTransformers
from rag.errors import MissingExtra, ModelError

TEXTS = ["Who approves travel?", "The head of department approves every journey."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small real model on disk: one random vector a word piece."""
    pytest.importorskip("sentence_transformers")
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    table = np.random.default_rng(5).normal(size=(30522, 16)).astype(np.float32)
    pieces = Tokenizer.from_file(str(weights.path("tokenizer.json")))
    model = SentenceTransformer(modules=[StaticEmbedding(pieces, embedding_weights=table)], device="cpu")
    place = tmp_path_factory.mktemp("models") / "small"
    model.save_pretrained(str(place), create_model_card=False)
    return str(place)


def test_any_model_by_folder(folder: str) -> None:
    encoder = SentenceTransformers(model=folder)
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (2, encoder.dimensions) == (2, 16)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert [TEXTS[0][start:end] for start, end in encoder.tokens(TEXTS[0])] == ["Who", "approve", "s", "travel", "?"]
    assert encoder.count_tokens(TEXTS) == [5, 9]
    assert encoder.encode([]).shape == (0, 16)
    assert SentenceTransformers(model=folder, size=8).encode(TEXTS).shape == (2, 8)


def test_prefixes_change_the_vector_and_the_fingerprint(folder: str) -> None:
    plain, prefixed = SentenceTransformers(model=folder), SentenceTransformers(model=folder, query_prefix="query: ")
    assert np.allclose(
        prefixed.encode(TEXTS, query=True), plain.encode([f"query: {text}" for text in TEXTS]), atol=1e-6
    )
    assert np.allclose(prefixed.encode(TEXTS), plain.encode(TEXTS), atol=1e-6)
    assert prefixed.fingerprint != plain.fingerprint
    assert prefixed.max_tokens < plain.max_tokens


def test_the_fingerprint_names_the_weights_of_a_folder(folder: str) -> None:
    before = SentenceTransformers(model=folder).fingerprint
    (Path(folder) / "more.bin").write_bytes(b"other weights")
    assert SentenceTransformers(model=folder).fingerprint != before
    assert folder not in before


def test_a_model_that_is_not_there_is_named() -> None:
    pytest.importorskip("sentence_transformers")
    with pytest.raises(ModelError, match="'no-such-folder/no-such-model' cannot be loaded"):
        SentenceTransformers(model="no-such-folder/no-such-model").encode(TEXTS)


def test_a_missing_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.encoders.sentence_transformers.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"composable-rag\[sentence-transformers\]"):
        SentenceTransformers().encode(TEXTS)

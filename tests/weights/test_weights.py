from pathlib import Path

import numpy as np
import pytest

from rag import weights
from rag.encoders.tokenizer import default_tokenizer
from rag.errors import ModelError
from rag.weights import convert


def test_what_ships_is_what_was_converted() -> None:
    weights.verify()


def test_everything_shipped_stays_under_50_mb() -> None:
    assert sum(file.stat().st_size for file in weights.FOLDER.iterdir() if file.is_file()) < 50_000_000


def test_a_flipped_byte_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    monkeypatch.setattr(convert, "FOLDER", tmp_path)
    (tmp_path / "small.json").write_bytes(b"{}")
    convert.stamp("small.json")
    weights.verify()
    (tmp_path / "small.json").write_bytes(b"{]")
    with pytest.raises(ModelError, match=r"small\.json"):
        weights.verify()


def test_a_missing_file_says_how_to_get_it() -> None:
    with pytest.raises(ModelError, match="make weights"):
        weights.path("nothing.safetensors")


def test_another_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(ModelError, match=convert.SOURCE_SHA256):
        convert.source_arrays(tmp_path)


def test_rows_come_back_within_half_a_step() -> None:
    rows = np.random.default_rng(3).normal(size=(40, 64)).astype(np.float32)
    values, scale = convert.quantize_rows(rows)
    assert values.dtype == np.int8
    assert (np.abs(values * scale.astype(np.float32) - rows) <= 0.51 * scale.astype(np.float32)).all()


def test_the_tokenizer_that_ships_neither_pads_nor_cuts() -> None:
    text = convert.convert_tokenizer('{"truncation": {"max_length": 128}, "padding": {}, "model": {}}')
    assert text == '{"truncation":null,"padding":null,"model":{}}'


def test_rows_of_unused_word_pieces_are_not_stored_and_come_back_empty() -> None:
    vocabulary = default_tokenizer().engine.get_vocab()
    unused = sorted(place for piece, place in vocabulary.items() if piece.startswith("[unused"))
    table = np.arange(1, weights.VOCABULARY + 1, dtype=np.int32)[:, None]
    assert len(weights.used(table)) == weights.VOCABULARY - len(unused)
    whole = weights.load("minilm.safetensors")["words.values"]
    assert len(whole) == len(vocabulary)
    assert not whole[unused].any()
    np.testing.assert_array_equal(np.flatnonzero(~whole.any(axis=1)), unused)


def test_four_bits_are_two_values_a_byte() -> None:
    values = np.arange(-8, 8, dtype=np.int8).reshape(4, 4)
    assert weights.packed(values).nbytes == 8
    np.testing.assert_array_equal(weights.unpacked(weights.packed(values)), values)
    rows = np.random.default_rng(3).normal(size=(40, 64)).astype(np.float32)
    short, scale = convert.quantize_rows(rows, 4)
    assert (np.abs(short * scale.astype(np.float32) - rows) <= 0.51 * scale.astype(np.float32)).all()
    assert np.abs(short).max() == 7

"""`rag train dupmae` as a whole, on a model of two small layers: what it writes, resumes and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")

from rag.cli import app  # noqa: E402
from rag.errors import ModelError, UsageError  # noqa: E402
from rag.sparse.sentence_transformers import SentenceTransformersSparse  # noqa: E402
from rag.training.dupmae.start import beginning  # noqa: E402
from rag.training.dupmae.texts import read  # noqa: E402
from rag.training.settings import Settings, Told  # noqa: E402
from rag.training.train import train  # noqa: E402

WORDS = ["mill", "bridge", "river", "stone", "winter", "guild", "ferry", "market", "tower", "plan", "letter", "road"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chance = np.random.default_rng(0)
    texts = [
        " ".join(f"The {' '.join(chance.choice(WORDS, 9))} of {number} stood there." for _ in range(3))
        for number in range(160)
    ]
    file = tmp_path_factory.mktemp("texts") / "texts.jsonl"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return file


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of two layers with the embedded encoder's tokenizer, on disk."""
    from transformers import BertConfig, BertForMaskedLM

    torch.manual_seed(0)
    _, tokenizer = beginning(None)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    folder = tmp_path_factory.mktemp("bert")
    BertForMaskedLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_the_embedded_encoder_is_a_masked_language_model_with_its_own_vectors() -> None:
    from rag.encoders.minilm import MiniLM
    from rag.encoders.tokenizer import default_tokenizer

    model, tokenizer = beginning(None)
    text = "The old bridge crosses the river near the mill."
    batch = tokenizer(text, return_tensors="pt")
    assert batch["input_ids"][0].tolist()[1:-1] == default_tokenizer().ids([text], 64)[0]
    with torch.inference_mode():
        mean = model.eval().base_model(**batch).last_hidden_state[0].mean(0).numpy()
    assert float(mean / np.linalg.norm(mean) @ MiniLM().encode([text])[0]) > 0.995


def test_it_writes_both_views_and_what_it_reached(data: Path, small: Path, tmp_path: Path) -> None:
    command = ["train", "dupmae", "--data", str(data), "--out", str(tmp_path), "--start", str(small), "--epochs", "2"]
    done = CliRunner().invoke(app, [*command, "--losses", "paper", "--json"])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    figures = {name: figure["mean"] for name, figure in told["figures"].items()}
    assert figures["total loss"] < figures["total loss, before"]
    assert figures["total loss"] == pytest.approx(
        figures["masked loss"] + figures["cls loss"] + figures["bag loss"], rel=1e-5
    )
    assert told["parity"] < 1e-4
    weights = SentenceTransformersSparse(model=str(tmp_path / "sparse")).encode(["the mill on the river"])
    assert weights.shape[0] == 1 and weights.nnz > 0

    from sentence_transformers import SentenceTransformer

    dense = SentenceTransformer(str(tmp_path / "dense"), device="cpu")
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(tmp_path / "dense"), AutoModel.from_pretrained(tmp_path / "dense")
    with torch.inference_mode():
        first = model.eval()(**tokenizer("the mill", return_tensors="pt")).last_hidden_state[0, 0].numpy()
    assert np.allclose(dense.encode("the mill"), first, atol=1e-5)
    # The card is broken into lines, where depends on the name of the folder.
    assert "bag of words" in " ".join((tmp_path / "dupmae.md").read_text(encoding="utf-8").split())


def test_a_resumed_training_ends_as_a_whole_one(data: Path, small: Path, tmp_path: Path) -> None:
    whole = train("dupmae", [data], Settings(tmp_path / "whole", epochs=2, start=small))

    def stop(now: Told) -> None:
        if now.stage == "epoch 2 of 2":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train("dupmae", [data], Settings(tmp_path / "cut", epochs=2, start=small), stop)
    again = train("dupmae", [data], Settings(tmp_path / "cut", epochs=2, start=small, resume=True))
    assert whole.weights.read_bytes() == again.weights.read_bytes()


def test_blocks_are_whole_sentences_and_no_longer_than_asked(data: Path) -> None:
    _, tokenizer = beginning(None)
    found = read([data], tokenizer, 24)
    assert all(len(block) <= 24 for block in found.train)
    ids = tokenizer("The mill bridge", add_special_tokens=False)["input_ids"]
    assert {block[1] for block in found.train} == {ids[0]}
    assert found.dev and found.test


def test_what_is_no_bert_or_too_little_is_refused(data: Path, small: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, DistilBertConfig, DistilBertForMaskedLM

    with pytest.raises(ModelError, match="cannot be loaded as a masked language model"):
        train("dupmae", [data], Settings(tmp_path / "out", start=tmp_path / "nowhere"))
    other = tmp_path / "distil"
    DistilBertForMaskedLM(
        DistilBertConfig(vocab_size=30_522, dim=32, n_layers=1, n_heads=2, hidden_dim=64)
    ).save_pretrained(other)
    AutoTokenizer.from_pretrained(small).save_pretrained(other)
    with pytest.raises(UsageError, match="not of BERT's shape"):
        train("dupmae", [data], Settings(tmp_path / "out", start=other))
    few = tmp_path / "few.jsonl"
    few.write_text('{"text": "One short text."}\n')
    with pytest.raises(UsageError, match="too few"):
        train("dupmae", [few], Settings(tmp_path / "out", start=small))

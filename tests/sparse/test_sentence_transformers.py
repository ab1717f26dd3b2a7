"""A real, small, random SPLADE, saved and loaded as a checkpoint is."""

from pathlib import Path

import numpy as np
import pytest

from rag import weights
from rag.errors import ModelError
from rag.sparse.sentence_transformers import SentenceTransformersSparse

TEXTS = ["Who approves travel?", "The head of department approves every journey."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    pytest.importorskip("sentence_transformers", minversion="5")
    import torch
    from sentence_transformers import SparseEncoder
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    place = tmp_path_factory.mktemp("models")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    BertForMaskedLM(config).save_pretrained(place / "bert")
    PreTrainedTokenizerFast(
        tokenizer_file=str(weights.path("tokenizer.json")),
        unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]",
    ).save_pretrained(place / "bert")  # fmt: skip
    model = SparseEncoder(str(place / "bert"), device="cpu")
    model.save_pretrained(str(place / "splade"), create_model_card=False)
    return str(place / "splade")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_any_checkpoint_by_folder(folder: str) -> None:
    from sentence_transformers import SparseEncoder

    found = SentenceTransformersSparse(model=folder, terms=None).encode(TEXTS)
    expected = SparseEncoder(folder, device="cpu").encode_document(TEXTS, convert_to_sparse_tensor=False).numpy()
    assert found.shape == (2, 30522) and found.dtype == np.float32 and (found.data >= 0).all()
    np.testing.assert_allclose(found.todense(), expected, atol=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_only_the_highest_weights_are_kept(folder: str) -> None:
    whole = SentenceTransformersSparse(model=folder, terms=None).encode(TEXTS, query=True)
    few = SentenceTransformersSparse(model=folder, terms=16)
    found = few.encode(TEXTS, query=True)
    assert np.diff(found.indptr).tolist() == [16, 16]
    np.testing.assert_allclose(np.sort(found[[0]].data), np.sort(whole[[0]].data)[-16:], atol=1e-6)
    assert few.encode([]).shape == (0, 30522)


def test_the_fingerprint_is_of_the_weights_not_of_the_place(folder: str, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(folder, tmp_path / "splade")
    assert SentenceTransformersSparse(model=folder).fingerprint == (
        SentenceTransformersSparse(model=str(tmp_path / "splade")).fingerprint
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        SentenceTransformersSparse(model=str(tmp_path)).encode(TEXTS)

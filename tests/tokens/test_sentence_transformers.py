"""A real, small, random late-interaction model, saved and loaded as a checkpoint is."""

from pathlib import Path

import numpy as np
import pytest

from rag import weights
from rag.errors import ModelError
from rag.tokens.sentence_transformers import SentenceTransformersTokens

TEXTS = ["Who approves travel?", "The head of department approves every journey."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    pytest.importorskip("sentence_transformers", minversion="6")
    from sentence_transformers import MultiVectorEncoder
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    place = tmp_path_factory.mktemp("models")
    config = BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    BertModel(config).save_pretrained(place / "bert")
    PreTrainedTokenizerFast(
        tokenizer_file=str(weights.path("tokenizer.json")),
        unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]",
    ).save_pretrained(place / "bert")  # fmt: skip
    model = MultiVectorEncoder(str(place / "bert"), device="cpu")
    model.save_pretrained(str(place / "late"), create_model_card=False)
    return str(place / "late")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_any_checkpoint_by_folder(folder: str) -> None:
    tokens = SentenceTransformersTokens(model=folder)
    passages, questions = tokens.encode(TEXTS), tokens.encode(TEXTS, query=True)
    assert len(passages) == len(questions) == 2
    for vectors in (*passages, *questions):
        assert vectors.shape[1] == tokens.dimensions
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert len(tokens.spans(TEXTS[0])) == len(passages[0])
    assert folder not in tokens.fingerprint
    assert Path(folder).name in tokens.fingerprint


def test_a_model_that_is_not_there_is_named() -> None:
    pytest.importorskip("sentence_transformers", minversion="6")
    with pytest.raises(ModelError, match="'no-such-folder/no-such-model' cannot be loaded"):
        SentenceTransformersTokens(model="no-such-folder/no-such-model").encode(TEXTS)

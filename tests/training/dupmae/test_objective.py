"""DupMAE's losses against worked values, and what they must not see."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from rag.training.dupmae.batches import bag_of, collate, visible_to, words_of  # noqa: E402
from rag.training.dupmae.objective import DupMAE, bag_loss, ordinary_tokens  # noqa: E402
from rag.training.settings import Losses  # noqa: E402

VOCABULARY = 64  # more than the tokenizer has, as real models may
SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]")
TEXT = "The director approves travel abroad two weeks ahead, and receipts are handed in within a month of it."
TEXTS = [TEXT, "Hotels are paid up to a limit; the printer stands on the second floor beside the old kitchen."]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = dict.fromkeys(re.findall(r"\w+|[^\w\s]", " ".join(TEXTS).lower()))
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *words])}
    engine = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    engine.normalizer = normalizers.BertNormalizer()
    engine.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    engine.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return PreTrainedTokenizerFast(
        tokenizer_object=engine,
        unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]",
    )  # fmt: skip


def small(seed: int = 0) -> DupMAE:
    from transformers import BertConfig, BertForMaskedLM

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=VOCABULARY, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return DupMAE(BertForMaskedLM(config))


def batch_of(tokenizer: Any, *texts: str, seed: int = 0) -> dict[str, Any]:
    return collate([tokenizer(text)["input_ids"] for text in texts], tokenizer, np.random.default_rng(seed), VOCABULARY)


def test_the_view_of_ordinary_tokens() -> None:
    logits = torch.tensor([[[1, 2, 0, -1], [0, 3, 1, 0], [5, 5, 5, 5]], [[0.5, 0, 0, 2], [1, 1, 1, 1], [0, 0, 4, 0]]])
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    expected = torch.tensor([[1.0, 3, 1, 0], [1, 1, 4, 2]])
    assert torch.allclose(ordinary_tokens(logits, mask), expected, atol=1e-6)
    logits[0, 2] += 100
    assert torch.allclose(ordinary_tokens(logits, mask), expected, atol=1e-6)


def test_a_word_counts_once_in_the_bag() -> None:
    bag = bag_of([101, 7, 7, 9, 5, 102], 12)
    assert bag[[7, 9, 5]].tolist() == [0.25] * 3 and bag.sum() == 0.75


def test_the_bag_loss_is_least_where_the_view_is_the_bag() -> None:
    bag = torch.tensor([[0.5, 0.25, 0.25, 0]])
    best = bag_loss(torch.log(bag + 1e-9), bag)
    assert float(best) == pytest.approx(1.5 * np.log(2), abs=1e-6)
    for seed in range(5):
        torch.manual_seed(seed)
        assert bag_loss(torch.log(bag + 1e-9) + torch.randn(1, 4), bag) > best


def test_whole_words_are_hidden_together() -> None:
    words = words_of(["[CLS]", "re", "##ce", "##ipt", "a", "[SEP]"])
    assert [word.tolist() for word in words] == [[1, 2, 3], [4]]
    seen = visible_to(words, 6, 0.5, np.random.default_rng(0))
    assert not seen.diagonal().any() and seen[1:, 0].all()
    others = seen[5]
    assert others[1] == others[2] == others[3]


def test_the_weights_of_paper_and_repository(tokenizer: Any) -> None:
    batch = batch_of(tokenizer, TEXT)
    model = small().eval()
    kinds: dict[Losses, float] = {"repository": 0.1, "paper": 1.0}
    for name, weight in kinds.items():
        torch.manual_seed(0)
        losses = DupMAE(model.model, name).eval().losses(batch)
        assert float(losses["total"].detach()) == pytest.approx(
            float((losses["masked"] + losses["cls"] + weight * losses["bag"]).detach()), abs=1e-5
        )


def test_no_row_sees_its_own_token(tokenizer: Any) -> None:
    model = small().eval()
    batch = batch_of(tokenizer, TEXT)
    cls, places = torch.randn(1, 64), torch.randn(batch["ids"].shape[1], 64)
    words = torch.randn(1, batch["ids"].shape[1], 64)
    changed = words.clone()
    changed[0, 7] += 3
    one, other = (model.decoder(cls, places, some, batch["visible"]) for some in (words, changed))
    assert torch.allclose(one[0, 7], other[0, 7], atol=1e-6)
    assert not torch.allclose(one, other, atol=1e-3)


def test_the_encoder_learns_from_the_decoder_through_cls_alone(tokenizer: Any) -> None:
    model, batch = small(), batch_of(tokenizer, TEXT)
    states = model.model.base_model(batch["ids"], attention_mask=batch["mask"]).last_hidden_state
    states.retain_grad()
    words = model.model.base_model.embeddings(input_ids=batch["whole"]).detach()
    model.decoder(states[:, 0], torch.zeros(words.shape[1:]), words, batch["visible"]).sum().backward()
    assert states.grad[0, 0].abs().sum() > 0 and states.grad[0, 1:].abs().sum() == 0


def test_one_batch_is_learnt_by_heart_with_cls_and_not_without(tokenizer: Any) -> None:
    def reached(*, with_cls: bool) -> float:
        model = small()
        rng = np.random.default_rng(1)
        optimizer = torch.optim.AdamW(model.parameters(), 2e-3)
        ids = [tokenizer(text)["input_ids"] for text in TEXTS]
        loss = torch.tensor(0.0)
        for _ in range(150):
            batch = collate(ids, tokenizer, rng, VOCABULARY)
            batch["visible"][:, :, 1:] = False  # nothing but [CLS]: what the decoder knows it knows from there
            loss = model.losses(batch, with_cls=with_cls)["cls"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return float(loss.detach())

    assert reached(with_cls=True) < 0.2
    assert reached(with_cls=False) > 0.5  # two texts that nothing but [CLS] tells apart: log 2 a place

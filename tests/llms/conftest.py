"""Language models made here: random weights, and tokens learnt from a few lines. Everything is real but their wits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

LINES = [
    "Travel is approved by your manager. Travel abroad is approved by the director.",
    "A hotel night costs up to 130 euros; in Zürich and Genève up to 180 euros.",
    "Everybody has thirty days of leave. A week on call is paid with 250 euros.",
    "Who approves travel? What does a hotel night cost? How many days of leave are there?",
]
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SHAPE = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2}


def tokenizer(vocabulary: int = 400, template: str | None = TEMPLATE) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    engine = Tokenizer(models.BPE())
    engine.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    engine.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    engine.train_from_iterator(LINES, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=engine, eos_token="<|im_end|>", additional_special_tokens=special[:2]
    )
    fast.chat_template = template
    return fast


Make = Callable[..., Path]


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Writes a model of a kind (`llama`, `mistral`, `mamba`, `gpt2`, `t5`) into a folder of its own."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")

    def made(kind: str = "llama", seed: int = 0, layers: int = 2, vocabulary: int = 400, **more: Any) -> Path:
        folder: Path = tmp_path_factory.mktemp(kind)
        words = tokenizer(vocabulary, more.pop("template", TEMPLATE))
        ends = {"eos_token_id": words.eos_token_id, "bos_token_id": 0, "pad_token_id": 0}
        size = len(words)
        torch.manual_seed(seed)
        # Wider weights than a training would begin with: the next token is then plain, as a trained model's is.
        if kind == "llama":
            shape = {**SHAPE, "num_hidden_layers": layers, "initializer_range": 0.25, "max_position_embeddings": 512}
            config = transformers.LlamaConfig(vocab_size=size, **ends, **{**shape, **more})
            model = transformers.LlamaForCausalLM(config)
        elif kind == "mistral":
            shape = {**SHAPE, "num_hidden_layers": layers, "initializer_range": 0.25, "sliding_window": 8}
            model = transformers.MistralForCausalLM(transformers.MistralConfig(vocab_size=size, **ends, **shape))
        elif kind == "mamba":
            shape = {"hidden_size": 32, "num_hidden_layers": layers, "state_size": 4}
            model = transformers.MambaForCausalLM(transformers.MambaConfig(vocab_size=size, **ends, **shape))
        elif kind == "gpt2":
            shape = {"n_embd": 32, "n_layer": layers, "n_head": 4, "n_positions": 128, "initializer_range": 0.25}
            model = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=size, **ends, **{**shape, **more}))
        else:
            shape = {"d_model": 32, "d_ff": 64, "d_kv": 8, "num_layers": layers, "num_heads": 4}
            config = transformers.T5Config(vocab_size=size, decoder_start_token_id=0, **ends, **{**shape, **more})
            model = transformers.T5ForConditionalGeneration(config)
        model.save_pretrained(folder)
        words.save_pretrained(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def llama(make: Make) -> Path:
    """A Llama of two layers."""
    return make()


@pytest.fixture(scope="session")
def larger(make: Make) -> Path:
    """A Llama of three layers with the same tokens."""
    return make(seed=1, layers=3, hidden_size=48)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Models this small wait for each other's threads longer than they compute."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)

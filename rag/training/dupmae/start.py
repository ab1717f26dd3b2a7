"""What the pre-training begins from: a masked language model by name or folder, or the embedded encoder as one."""

from __future__ import annotations

from typing import Any

import numpy as np

from rag import weights
from rag.errors import ModelError, UsageError

__all__ = ["beginning"]

LAYERS, HEADS, HIDDEN = 6, 12, 384
NAMES = {
    "out": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm2": "output.LayerNorm",
}
"""A layer's parts as they are stored, and as BERT's are called."""


def beginning(model: str | None) -> tuple[Any, Any]:
    """A masked language model of transformers, and its tokenizer.

    Args:
        model: a folder or a name on the hub; None for the embedded encoder.

    Raises:
        ModelError: it cannot be loaded.
        UsageError: it is not of BERT's shape, or its tokenizer has no mask.
    """
    if model is None:
        return _embedded()
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    try:
        made, tokenizer = AutoModelForMaskedLM.from_pretrained(model), AutoTokenizer.from_pretrained(model)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"--start {model}: cannot be loaded as a masked language model: {str(error).splitlines()[0]} It must be a "
            "folder on this machine, or a name on the Hugging Face hub that can be reached or was downloaded before"
        ) from error
    shaped = getattr(made.base_model, "embeddings", None)
    missing = [name for name in ("position_embeddings", "token_type_embeddings") if not hasattr(shaped, name)]
    if missing or not (hasattr(made, "cls") or hasattr(made, "lm_head")):
        raise UsageError(
            f"--start {model}: {type(made).__name__} is not of BERT's shape: it has no {missing or 'head'}"
        )
    if tokenizer.mask_token_id is None or tokenizer.pad_token_id is None:
        raise UsageError(f"--start {model}: its tokenizer has no mask or no padding")
    return made, tokenizer


def _embedded() -> tuple[Any, Any]:
    """all-MiniLM-L6-v2 as BERT. It has lost its own head: this one begins as the word table read backwards."""
    import torch
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    config = BertConfig(
        vocab_size=weights.VOCABULARY, hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        intermediate_size=4 * HIDDEN, max_position_embeddings=512,
    )  # fmt: skip
    made = BertForMaskedLM(config)
    stored = {name: array.astype(np.float32) for name, array in weights.load("minilm.safetensors").items()}
    found = {
        "bert.embeddings.word_embeddings.weight": stored["words.values"] * stored["words.scale"],
        "bert.embeddings.position_embeddings.weight": stored["positions"],
        "bert.embeddings.token_type_embeddings.weight": stored["types"],
        "cls.predictions.transform.dense.weight": np.eye(HIDDEN, dtype=np.float32),
    }
    for kind in ("weight", "bias"):
        found[f"bert.embeddings.LayerNorm.{kind}"] = stored[f"norm.{kind}"]
        for layer in range(LAYERS):
            place = f"bert.encoder.layer.{layer}"
            for name, part in zip(
                ("query", "key", "value"), np.split(stored[f"layers.{layer}.qkv.{kind}"], 3), strict=True
            ):
                found[f"{place}.attention.self.{name}.{kind}"] = part
            for mine, theirs in NAMES.items():
                found[f"{place}.{theirs}.{kind}"] = stored[f"layers.{layer}.{mine}.{kind}"]
    state = made.state_dict()
    for name, array in found.items():
        state[name][: len(array)] = torch.from_numpy(np.array(array))
    made.load_state_dict(state)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(weights.path("tokenizer.json")), model_max_length=512,
        unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]",  # noqa: S106
    )  # fmt: skip
    return made, tokenizer

"""Texts to DupMAE's batches: whole words masked for the encoder, and each row of the decoder's own view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rag.training.dupmae.objective import IGNORED

__all__ = ["bag_of", "collate", "visible_to", "words_of"]

Words = Sequence[NDArray[np.int64]]
"""Of each whole word the places of its pieces."""


def words_of(pieces: Sequence[str]) -> Words:
    """Whole words of word pieces; the first and the last, [CLS] and [SEP], are in none."""
    found: list[list[int]] = []
    for place, piece in enumerate(pieces[1:-1], 1):
        if piece.startswith("##") and found:
            found[-1].append(place)
        else:
            found.append([place])
    return [np.array(word) for word in found]


def chosen(words: Words, count: int, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Places `[count]` of whole words picked at random until they are `share` of all; at least one word."""
    hidden = np.zeros(count, np.bool_)
    wanted = max(1, round(share * sum(map(len, words))))
    for number in rng.permutation(len(words)):
        if hidden.sum() >= wanted:
            break
        hidden[words[number]] = True
    return hidden


def visible_to(words: Words, count: int, share: float, rng: np.random.Generator, masks: int = 256) -> NDArray[np.bool_]:
    """What each row of the decoder sees, bool `[count, count]`.

    A row takes one of `masks` random whole-word masks and hides its own place too. [CLS], the first, is seen by every
    row but its own.
    """
    drawn = np.array([~chosen(words, count, share, rng) for _ in range(min(masks, count))])
    seen = drawn[rng.integers(len(drawn), size=count)]
    seen[:, 0] = True
    np.fill_diagonal(seen, False)
    return seen


def bag_of(ids: Sequence[int], vocabulary: int) -> NDArray[np.float32]:
    """1 / len(ids) for every id that is there, once however often it is: `[vocabulary]`, special tokens left out."""
    bag = np.zeros(vocabulary, np.float32)
    bag[np.asarray(ids[1:-1], np.int64)] = 1 / max(1, len(ids) - 2)
    return bag


def collate(  # noqa: PLR0913, PLR0917
    texts: Sequence[Sequence[int]],
    tokenizer: Any,
    rng: np.random.Generator,
    vocabulary: int,
    encoder_share: float = 0.3,
    decoder_share: float = 0.5,
) -> dict[str, Tensor]:
    """A batch for `DupMAE.losses`.

    Args:
        texts: token ids, special tokens included.
        tokenizer: of transformers, for its mask, its padding and its pieces.
        rng: of the masks.
        vocabulary: entries of the model's head, which may be more than the tokenizer has.
        encoder_share: of tokens that the encoder does not see.
        decoder_share: of tokens that a row of the decoder does not see.
    """
    width = max(map(len, texts))
    whole = np.full((len(texts), width), tokenizer.pad_token_id)
    ids, labels, written = whole.copy(), np.full_like(whole, IGNORED), np.full_like(whole, IGNORED)
    seen = np.zeros((len(texts), width, width), np.bool_)
    seen[:, :, 0] = True
    for row, text in enumerate(texts):
        count = len(text)
        words = words_of(tokenizer.convert_ids_to_tokens(list(text)))
        hidden = np.flatnonzero(chosen(words, count, encoder_share, rng))
        whole[row, :count] = ids[row, :count] = text
        labels[row, hidden] = whole[row, hidden]
        written[row, 1 : count - 1] = text[1 : count - 1]
        luck = rng.random(len(hidden))  # BERT's own: eight of ten masked, one another token, one as it is
        ids[row, hidden[luck < 0.8]] = tokenizer.mask_token_id
        other = hidden[luck >= 0.9]
        ids[row, other] = rng.integers(len(tokenizer), size=len(other))
        seen[row, :count, :count] = visible_to(words, count, decoder_share, rng)
    arrays = {
        "ids": ids,
        "whole": whole,
        "mask": (np.arange(width) < np.array([len(text) for text in texts])[:, None]).astype(np.int64),
        "masked_labels": labels,
        "decoder_labels": written,
        "visible": seen,
        "bag": np.stack([bag_of(text, vocabulary) for text in texts]),
    }
    return {name: torch.from_numpy(array) for name, array in arrays.items()}

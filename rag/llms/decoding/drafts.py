"""Guesses at the next tokens. A wrong one costs time, never a word: the model itself checks them all in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from rag.llms.decoding.checkpoint import Checkpoint
from rag.llms.decoding.run import Run

__all__ = ["Assistant", "Drafter", "NoDrafts", "PromptLookup"]


class Drafter(Protocol):
    """Guesses what follows."""

    def __call__(self, generated: Sequence[int]) -> list[int]:
        """The tokens that may follow the prompt and what was generated; none where nothing suggests any."""
        ...


class NoDrafts:
    """Plain decoding: one token a pass."""

    def __call__(self, generated: Sequence[int]) -> list[int]:
        """Nothing."""
        return []


class PromptLookup:
    """What followed the same words before [1]: an answer from passages copies much of them.

    The longest run of at most `longest` last tokens that occurs earlier counts, its first occurrence first.

    Args:
        prompt: its tokens.
        most: tokens of a guess.
        longest: tokens of a run.

    [1] Saxena: Prompt lookup decoding (2023).
    """

    def __init__(self, prompt: Sequence[int], most: int, longest: int) -> None:
        self.prompt = list(prompt)
        self.most = most
        self.longest = longest

    def __call__(self, generated: Sequence[int]) -> list[int]:
        """The tokens behind the earlier occurrence."""
        text = np.array([*self.prompt, *generated])
        for size in range(min(self.longest, len(text) - 1), 0, -1):
            windows = np.lib.stride_tricks.sliding_window_view(text[:-1], size)
            found = np.flatnonzero((windows == text[-size:]).all(axis=1))
            if len(found):
                start = int(found[0]) + size
                return [int(token) for token in text[start : start + self.most]]
        return []


class Assistant:
    """What a smaller model of the same tokens would say, its likeliest tokens [1].

    Args:
        checkpoint: the smaller model.
        prompt: its tokens.
        most: tokens of a guess.

    [1] Leviathan, Kalman, Matias: Fast inference from transformers via speculative decoding (2023), with a draft of
    probability one.
    """

    def __init__(self, checkpoint: Checkpoint, prompt: Sequence[int], most: int) -> None:
        self.run = Run(checkpoint, prompt)
        self.most = most
        self._read: list[int] = []

    def __call__(self, generated: Sequence[int]) -> list[int]:
        """The smaller model's next tokens."""
        known = [*self.run.first, *generated]
        alike = next(
            (place for place, (ours, theirs) in enumerate(zip(known, self._read, strict=False)) if ours != theirs),
            min(len(known), len(self._read)),
        )
        alike = min(alike, len(known) - 1)  # the last token is read again: its logits are wanted
        window = self.run.checkpoint.window
        most = self.most if window is None else min(self.most, window - len(known) + 1)
        if most < 1:
            return []
        self.run.keep(alike)
        guess: list[int] = []
        new = known[alike:]
        for _ in range(most):
            guess.append(int(self.run.advance(new)[0].argmax()))
            new = guess[-1:]
        self._read = [*known, *guess[:-1]]
        return guess

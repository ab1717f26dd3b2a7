"""The next token from its logits."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["Chooser", "entropy", "logprobs"]


class Chooser:
    """Takes the likeliest token, or draws one.

    Args:
        temperature: 0 for the likeliest.
        top_p: draws from the likeliest tokens that have this probability together.
        seed: of what is drawn; another with every text where empty.
    """

    def __init__(self, temperature: float = 0.0, top_p: float = 1.0, seed: int | None = None) -> None:
        self.temperature = temperature
        self.top_p = top_p
        self._seed = seed
        self._draws: Any = None

    def __call__(self, logits: Any) -> int:
        """A token for logits `[vocabulary]`."""
        if not self.temperature:
            return int(logits.argmax())
        import torch

        if self._draws is None:
            self._draws = torch.Generator("cpu")
            self._draws.manual_seed(self._seed) if self._seed is not None else self._draws.seed()
        probabilities = torch.softmax(logits.cpu() / self.temperature, dim=-1)
        if self.top_p < 1:
            ordered, places = probabilities.sort(descending=True, stable=True)
            before = ordered.cumsum(0) - ordered
            probabilities = torch.zeros_like(probabilities)
            probabilities[places] = ordered.where(before < self.top_p, 0.0)
        return int(torch.multinomial(probabilities, 1, generator=self._draws))


def entropy(logits: Any) -> float:
    """How open the next token is, in bits: 0 to log2 of the vocabulary."""
    import torch

    chances = torch.log_softmax(logits, dim=-1)
    bits = -float((chances.exp() * chances.where(chances > -math.inf, 0.0)).sum()) / math.log(2)
    return max(0.0, bits)


def logprobs(logits: Any, token: int, most: int) -> tuple[float, list[tuple[int, float]]]:
    """The natural log-probability of a token, and the `most` likeliest tokens with theirs."""
    import torch

    chances = torch.log_softmax(logits, dim=-1)
    values, places = chances.topk(min(most, len(chances)))
    return float(chances[token]), list(zip(places.tolist(), values.tolist(), strict=True))

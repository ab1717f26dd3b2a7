"""Entropy Adaptive Decoding: a small model writes, a large one where the small one is uncertain."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rag.llms.decoding.choosing import entropy
from rag.llms.decoding.run import Run

__all__ = ["Switch", "Switched", "replay"]


class Switch:
    """Which model writes the next token [1].

    After every token the mean entropy of the last ones is compared with the threshold: above it the large model goes
    on, else the small one, and whichever took over stays for some tokens. The small model begins. A mean is of one
    model's tokens: where one takes over it begins anew, which matters for windows longer than the dwell alone.

    Args:
        threshold: bits.
        window: tokens of the mean.
        min_dwell: tokens between two switches at least, and before the first.

    [1] Simonds: Entropy Adaptive Decoding (2025), arXiv 2502.06833.
    """

    def __init__(self, threshold: float, window: int = 5, min_dwell: int = 10) -> None:
        self.threshold = threshold
        self.min_dwell = min_dwell
        self.large = False
        """Whether the large model writes the next token."""
        self.switches = 0
        self._recent: deque[float] = deque(maxlen=window)
        self._since = 0

    def note(self, bits: float) -> None:
        """A token was written with so much entropy."""
        self._recent.append(bits)
        self._since += 1
        wanted = sum(self._recent) / len(self._recent) > self.threshold
        if wanted != self.large and self._since >= self.min_dwell:
            self.large = wanted
            self.switches += 1
            self._since = 0
            self._recent.clear()


def replay(entropies: Iterable[float], switch: Switch) -> list[bool]:
    """Whether the large model would have written each token of a text with these entropies (bits)."""
    by_large = []
    for bits in entropies:
        by_large.append(switch.large)
        switch.note(bits)
    return by_large


class Switched:
    """The tokens of two models that take turns, without end: whoever takes them stops.

    Each keeps its cache while the other writes; who takes over reads what it has missed in one pass.

    Args:
        small: the model that begins.
        large: makes the other, called when it is first needed.
        choose: a token from logits.
        switch: decides.
        vocabulary: tokens that both models know.
    """

    def __init__(
        self, small: Run, large: Callable[[], Run], choose: Callable[[Any], int], switch: Switch, vocabulary: int
    ) -> None:
        self.small = small
        self.large: Run | None = None
        self.choose = choose
        self.switch = switch
        self.entropies: list[float] = []
        """Of every token, in bits."""
        self.by_large: list[bool] = []
        """Whether the large model wrote it."""
        self._make_large = large
        self._vocabulary = vocabulary

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Tokens, each with the logits `[vocabulary]` that it was chosen from."""
        generated: list[int] = []
        while True:
            run = self._active()
            missed = [*run.first, *generated][run.length :]
            row = run.advance(missed)[0][: self._vocabulary]
            bits = entropy(row)
            self.entropies.append(bits)
            self.by_large.append(self.switch.large)
            generated.append(self.choose(row))
            self.switch.note(bits)
            yield generated[-1], row

    def _active(self) -> Run:
        if not self.switch.large:
            return self.small
        if self.large is None:
            self.large = self._make_large()
        return self.large

    def told(self) -> dict[str, Any]:
        """What each model did. Tokens read are those of the prompt and of every catching up, too."""
        count = max(1, len(self.by_large))
        return {
            "large_share": round(sum(self.by_large) / count, 3),
            "switches": self.switch.switches,
            "mean_entropy_bits": round(sum(self.entropies) / count, 3),
            "read_by_small": self.small.read,
            "read_by_large": self.large.read if self.large else 0,
        }

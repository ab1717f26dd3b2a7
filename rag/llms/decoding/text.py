"""Tokens to text while they come: no half characters, and nothing of a stop string."""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["Spelled"]

_HALF = "�"


class Spelled:
    """The text of tokens that come one after the other.

    Args:
        decode: tokens to text.
        stop: texts before which everything ends.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str], stop: Sequence[str] = ()) -> None:
        self.stopped = False
        """Whether a stop string came."""
        self._decode = decode
        self._stop = [text for text in stop if text]
        self._tokens: list[int] = []
        self._known = 0
        self._held = ""

    def add(self, token: int) -> str:
        """What can be shown after a further token."""
        self._tokens.append(token)
        text = self._decode(self._tokens)
        known = self._decode(self._tokens[: self._known])
        if text.endswith(_HALF):
            return ""
        # What a token spells depends on the one before it, so the last few stay; all others are settled.
        self._tokens, self._known = self._tokens[self._known :], len(self._tokens) - self._known
        return self._shown(text[len(known) :])

    def end(self) -> str:
        """What was held back."""
        if self.stopped:
            return ""
        rest = self._decode(self._tokens)[len(self._decode(self._tokens[: self._known])) :]
        text = self._shown(rest)
        held, self._held = self._held, ""
        return text if self.stopped else text + held

    def _shown(self, new: str) -> str:
        text = self._held + new
        places = [place for place in (text.find(stop) for stop in self._stop) if place >= 0]
        if places:
            self.stopped, self._held = True, ""
            return text[: min(places)]
        kept = max(
            (size for stop in self._stop for size in range(1, len(stop)) if text.endswith(stop[:size])), default=0
        )
        self._held = text[len(text) - kept :]
        return text[: len(text) - kept]

"""Decoding by one model, several tokens a pass where a draft is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rag.llms.decoding.drafts import Drafter
from rag.llms.decoding.run import Run

__all__ = ["Speculated"]


class Speculated:
    """The tokens of a model, without end: whoever takes them stops.

    The model reads a draft in one pass and chooses a token behind each of its tokens; the first choice that differs
    from the draft ends what is taken. So the tokens are those of plain decoding, drawn ones have the same distribution,
    and each pass gives at least one.

    Args:
        run: the model with its prompt.
        choose: a token from logits.
        draft: guesses.
    """

    def __init__(self, run: Run, choose: Callable[[Any], int], draft: Drafter) -> None:
        self.run = run
        self.choose = choose
        self.draft = draft
        self.tokens = 0
        self.drafted = 0
        self.accepted = 0

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Tokens, each with the logits `[vocabulary]` that it was chosen from."""
        run, new = self.run, self.run.first
        generated: list[int] = []
        while True:
            guess = self._guess(generated, run.length + len(new))
            logits = run.advance([*new, *guess], len(guess) + 1)
            self.drafted += len(guess)
            right = 0
            for row, expected in zip(logits, [*guess, None], strict=True):
                token = self.choose(row)
                generated.append(token)
                self.tokens += 1
                yield token, row
                if token != expected:
                    break
                right += 1
                self.accepted += 1
            run.keep(run.length - len(guess) + right)
            new = generated[-1:]

    def _guess(self, generated: list[int], read: int) -> list[int]:
        guess, window = self.draft(generated), self.run.checkpoint.window
        return guess if window is None else guess[: max(0, window - read)]

    def told(self) -> dict[str, Any]:
        """What the work cost."""
        per_pass = round(self.tokens / max(1, self.run.forwards), 2)
        return {"passes": self.run.forwards, "tokens_per_pass": per_pass, "drafted": self.drafted} | (
            {"accepted": self.accepted} if self.drafted else {}
        )

"""What a head learns from that is trained on questions and their passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rag.errors import UsageError
from rag.training.recipe import Recipe
from rag.training.settings import Told, silent
from rag.training.tokens.data import Data, parts

__all__ = ["OfQuestions"]


class OfQuestions(Recipe[Data]):
    """A training on questions, each with the passages that answer it and others that look like them."""

    wants = "a shape of `rag.training.cross.files` with questions and their passages"

    def read(self, files: Sequence[Path], tell: Callable[[Told], None] = silent) -> Data:
        """Questions with their passages, split by document as the cross-encoder's.

        Raises:
            UsageError: there are too few.
        """
        data = parts(files)
        if not data.train or not data.dev:
            raise UsageError(f"--data: too few questions to learn from; a record holds {self.wants}")
        return data

    def counts(self, data: Data) -> dict[str, int]:
        """Questions of each part."""
        held = sum(map(len, data.tests.values()))
        return {"to learn from": len(data.train), "to stop by": len(data.dev), "held out": held}

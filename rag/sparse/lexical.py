"""The weights that the skill `lexical` gives to word pieces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import PositiveInt

from rag import skills
from rag.kinds import SparseEncoder

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from rag.skills.lexical import Lexical

__all__ = ["LexicalWeights"]


class LexicalWeights(SparseEncoder):
    """How much each word piece of a text counts, and which others it might as well hold: the skill `lexical`.

    `rag/weights/lexical.md` has its figures.
    """

    weights: str | None = None
    """File or folder that `rag train lexical` wrote; None for the shipped ones."""
    expansion: PositiveInt = 32
    """Word pieces at most that a passage is given beside its own."""

    @property
    def fingerprint(self) -> str:
        """The weights' checksum and how much a passage is widened."""
        return f"lexical@{str(self._skill.facts['checksum'])[:12]} expansion={self.expansion}"

    def encode(self, texts: Sequence[str], *, query: bool = False) -> csr_array:
        """Weights above 0, float32 CSR `[len(texts), vocabulary]`."""
        return self._skill.encode(texts, query=query, expansion=self.expansion)

    @cached_property
    def _skill(self) -> Lexical:
        skill: Lexical = skills.load("lexical", self.weights)
        return skill

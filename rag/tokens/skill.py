"""The token vectors of the skill `tokens`: trained to be compared one by one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from rag import skills
from rag.encoders.minilm import STEP
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vocabulary import Vocabulary, embedded
from rag.kinds import TokenEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.skills.tokens import Tokens

__all__ = ["SkillTokens"]


class SkillTokens(TokenEncoder):
    """128 dimensions a token by the skill `tokens`, [CLS] and [SEP] included; questions and passages are read apart.

    Half as large in an index as `minilm`, whose vectors were not trained for it; `rag/weights/tokens.md` has the
    figures of both.
    """

    weights: str | None = None
    """File or folder that `rag train tokens` wrote; None for the shipped ones."""
    window: Annotated[int, Field(ge=STEP, le=512)] = 256
    """Tokens of a text that are read, special tokens included."""

    @property
    def dimensions(self) -> int:
        """128 of the shipped weights."""
        return self._skill.dimensions

    @property
    def fingerprint(self) -> str:
        """The weights' checksum and how much of a text is read."""
        return f"tokens@{str(self._skill.facts['checksum'])[:12]} window={self.window}"

    @property
    def vocabulary(self) -> Vocabulary:
        """The embedded tokenizer's, of English word pieces."""
        return embedded()

    def encode(self, texts: Sequence[str], *, query: bool = False) -> list[NDArray[np.float32]]:
        """Unit vectors float32 `[tokens, dimensions]` of each text."""
        return self._skill.encode(texts, query=query, window=self.window - 2)

    def spans(self, text: str, *, query: bool = False) -> NDArray[np.int64]:
        """Character offsets `[tokens, 2]`; those of [CLS] and [SEP] are empty."""
        found = default_tokenizer().engine.encode(text, add_special_tokens=False).offsets[: self.window - 2]
        return np.array([(0, 0), *found, (len(text), len(text))], np.int64)

    @cached_property
    def _skill(self) -> Tokens:
        skill: Tokens = skills.load("tokens", self.weights)
        return skill

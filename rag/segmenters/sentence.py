"""Passages of whole sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rag.segmenters.base import Prose

__all__ = ["Sentence"]


class Sentence(Prose):
    """Packs whole sentences as evenly as they allow, whatever paragraph they stand in.

    Only a sentence of more than `max_tokens` is cut: between clauses, else words.
    """

    costs: ClassVar[Sequence[float]] = (0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 4.0)

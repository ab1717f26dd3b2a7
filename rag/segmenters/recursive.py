"""Passages cut at the best places the text offers: the default."""

from __future__ import annotations

from rag.segmenters.base import Prose

__all__ = ["Recursive"]


class Recursive(Prose):
    """Cuts between sections, else paragraphs, lines, sentences, clauses, words, and last of all inside a word.

    All cuts of a section are chosen together, so that passages are nearly full and of like size and as few as possible
    begin in the middle of something. Unlike splitting from the coarse to the fine, this leaves no tiny rests.
    """

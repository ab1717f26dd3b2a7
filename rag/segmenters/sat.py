"""Passages of sentences found by a model, with punctuation or without (Segment Any Text [1])."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar, Protocol, Self

from langchain_core.documents import Document
from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from rag import skills
from rag.errors import MissingExtra, ModelError
from rag.segmenters.base import Prose
from rag.segmenters.constrained import Prior, constrained, log_prior
from rag.segmenters.cut import spans_of
from rag.segmenters.markdown import markdown_places, markdown_units
from rag.segmenters.places import Places
from rag.segmenters.units import Unit, units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.segmenters.tokens import Ruler

__all__ = ["EMBEDDED", "FAMILIES", "Sat"]

EMBEDDED = "embedded"
"""The skill `boundary`."""
FAMILIES = {"sm": 0.25, "plain": 0.025, "no-limited-lookahead": 0.01, "lora": 0.5}
"""Thresholds of wtpsplit's families of models, stated: told from a name's letters, a folder called `smith` is an sm."""

_WRAP = re.compile(r"(?<!\n)\n(?!\n)")
"""A line's end that ends no paragraph."""


class Splitter(Protocol):
    """Whatever tells where sentences end."""

    def predict_proba(self, text: str) -> NDArray[np.float32]:
        """Probability that a sentence ends after each character, `[len(text)]`."""


class Sat(Prose):
    """Packs whole sentences as evenly as they allow; where they end, a model tells that needs no punctuation [1].

    Transcripts, chats and posts without stops or capitals are cut between sentences too, where rules find none. A
    line's end is an end as well, so headings and items stay by themselves.

    [1] Frohmann et al.: Segment Any Text, A Universal Approach for Robust, Efficient and Adaptable Sentence
    Segmentation (2024).
    """

    version: ClassVar[int] = 3  # since then passages of a table know its columns

    model: str = EMBEDDED
    """`embedded`, or name or folder of a model of wtpsplit (`sat-3l-sm`); that needs the extra `sat`."""
    family: str | None = None
    """Of a wtpsplit model, for its threshold: `sm`, `plain`, `no-limited-lookahead` or `lora`."""
    threshold: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Probability above which a sentence ends; else the model's own."""
    lines: bool = True
    """Whether a sentence ends where a line does."""
    min_characters: NonNegativeInt = 0
    """A shorter sentence is joined with the one behind it."""
    max_characters: PositiveInt | None = None
    """Of a sentence. Where given, ends are chosen together in place of by threshold: those most likely by the model and
    by how long sentences are."""
    prior: Prior = "lognormal"
    """How long sentences are, for `max_characters`: around `target_characters`, or `uniform`."""
    target_characters: PositiveFloat = 70.0
    """The likeliest length of a sentence."""
    spread_characters: PositiveFloat = 25.0
    """How far lengths are from it; the larger, the more the model's word counts. Both as in wtpsplit."""
    markdown: bool = False
    """Whether texts are Markdown: passages end at headings, code fences and tables stay whole where they fit."""

    costs: ClassVar[Sequence[float]] = (0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 4.0)

    @model_validator(mode="after")
    def _knows_its_threshold(self) -> Self:
        if self.family is not None and self.family not in FAMILIES:
            raise ValueError(f"family {self.family!r}: there are {', '.join(FAMILIES)}")
        if self.model != EMBEDDED and self.family is None and self.threshold is None:
            raise ValueError(f"model {self.model!r} needs a threshold, or its family: {', '.join(FAMILIES)}")
        if self.max_characters is not None and self.min_characters > self.max_characters:
            raise ValueError(f"min_characters {self.min_characters} is over max_characters {self.max_characters}")
        return self

    def sentences(self, text: str) -> list[tuple[int, int]]:
        """Where the sentences stand, white space around them left out."""
        proba = self._ends.predict_proba(text if self.lines else _WRAP.sub(" ", text))
        if self.max_characters is None:
            return spans_of(text, proba, self._above, lines=self.lines, least=self.min_characters)
        prior = log_prior(self.prior, self.target_characters, self.spread_characters, self.max_characters)
        return constrained(text, proba, prior, shortest=self.min_characters, lines=self.lines)

    def split(self, text: str) -> list[str]:
        """The sentences, each with the white space behind it; together they are the text."""
        starts = [0, *(start for start, _ in self.sentences(text)[1:]), len(text)]
        return [text[start:end] for start, end in pairwise(starts)] if text else []

    def _places(self, document: Document) -> Places:
        return markdown_places(document) if self.markdown else super()._places(document)

    def _units(self, ruler: Ruler, start: int, end: int, limit: int) -> list[Unit]:
        return (markdown_units if self.markdown else units)(ruler, start, end, limit, self.sentences)

    @property
    def _above(self) -> float:
        if self.threshold is not None:
            return self.threshold
        return skills.load("boundary").threshold if self.model == EMBEDDED else FAMILIES[self.family or "plain"]

    @cached_property
    def _ends(self) -> Splitter:
        if self.model == EMBEDDED:
            loaded: Splitter = skills.load("boundary")
            return loaded
        try:
            from wtpsplit import SaT
        except ModuleNotFoundError as error:
            raise MissingExtra("wtpsplit", "sat", f"the segmenter sat with model {self.model!r}") from error
        try:
            made: Splitter = SaT(self.model)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the model {self.model!r} of wtpsplit cannot be loaded: {error}. It must be a folder on this machine, "
                "or a name on the Hugging Face hub that can be reached or was downloaded before"
            ) from error
        return made

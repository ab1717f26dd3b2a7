"""What the other questions, the other documents and the vectors say against a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.evaluation.synthesis.checks import flaw
from rag.evaluation.synthesis.draft import Draft, Question, Rejected
from rag.index.encoding import encoder_of

__all__ = ["RELEVANCE", "SIMILARITY", "Judge"]

RELEVANCE = 0.3
"""Cosine of a question to each of its quotes from which they belong together, for the encoder `minilm`."""
SIMILARITY = 0.85
"""Cosine of two questions from which they are the same, for the encoder `minilm`."""
_LONG = 40
"""Characters of a quote from which it is looked for in the rest of the documents: shorter ones stand everywhere."""


@dataclass
class Judge:
    """Decides on one question after the other; what was accepted before counts."""

    encoder: Embeddings
    texts: Mapping[str, str]
    """Source to text, of all documents."""
    relevance: float = RELEVANCE
    """Least cosine of a question to each of its quotes."""
    similarity: float = SIMILARITY
    """Cosine to an earlier question from which a question is left out."""
    accepted: list[Question] = field(default_factory=list)
    _vectors: list[NDArray[np.float32]] = field(default_factory=list)

    def judge(self, draft: Draft) -> Question | Rejected:
        """The question, which then counts as accepted, or why it is left out."""
        text = self.texts[draft.source]
        quotes = [text[start:end] for start, end in draft.spans]
        if found := flaw(draft.question, draft.answer, quotes):
            return found
        if repeated := next((quote for quote in quotes if self._elsewhere(quote)), None):
            told = f"its evidence stands in several places: {repeated[:60]!r}"
            return Rejected("evidence stands elsewhere too", told, draft.question)
        encoder = encoder_of(self.encoder)
        vector = encoder.encode([draft.question], query=True)[0]
        relevance = float((encoder.encode(quotes) @ vector).min())
        if relevance < self.relevance:
            told = f"its cosine to its evidence is {relevance:.2f}, below {self.relevance:g}"
            return Rejected("not relevant", told, draft.question)
        cosines = np.array(self._vectors) @ vector if self._vectors else np.zeros(1, np.float32)
        if (nearest := float(cosines.max())) > self.similarity:
            other = self.accepted[int(cosines.argmax())].text
            return Rejected("duplicate", f"its cosine to {other!r} is {nearest:.2f}", draft.question)
        scores = {
            "relevance": round(relevance, 4),
            "nearest": round(nearest, 4),
            "found": draft.found,
            "found_similarity": draft.similarity,
        }
        places = tuple((start, end, text[start:end]) for start, end in draft.spans)
        return self._accept(Question(draft.question, draft.answer, draft.source, places, draft.method, scores), vector)

    def remember(self, questions: Sequence[Question]) -> None:
        """Questions that an earlier run accepted."""
        if questions:
            texts = [question.text for question in questions]
            for question, vector in zip(questions, encoder_of(self.encoder).encode(texts, query=True), strict=True):
                self._accept(question, vector)

    def _accept(self, question: Question, vector: NDArray[np.float32]) -> Question:
        self.accepted.append(question)
        self._vectors.append(vector)
        return question

    def _elsewhere(self, quote: str) -> bool:
        """Whether a quote stands in the documents more than once."""
        if len(quote) < _LONG:
            return False
        seen = 0
        for text in self.texts.values():
            seen += text.count(quote)
            if seen > 1:
                return True
        return False

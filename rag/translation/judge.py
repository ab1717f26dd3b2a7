"""Which sense of a term a passage needs, by the embedded encoder: what changes if another one were taken?

Each candidate's meaning is set beside the passage. The causal question of CRAT's judge, "does the passage mean the same
if this sense is put in?", becomes a counterfactual margin: how much nearer to the passage this meaning lies than the
best of the others. A candidate that lies further away than another by more than a margin is dropped. Where the encoder
does not know the language, the words that they share decide.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.encoders.vocabulary import embedded
from rag.translation.graph import Candidate, Node, Verdict
from rag.translation.located import located
from rag.words.analysis import Analyzer

__all__ = ["context_of", "judged", "nearness"]

_PLACES = 3
"""Places of a term whose sentences count as its passage: the first ones."""


def context_of(text: str, node: Node, neighbours: int = 0) -> str:
    """The sentences of a term's first places, each with so many neighbours on either side.

    The encoder judges best by these sentences alone (`benchmarks/translation.py`); a model reads their neighbours too.
    """
    there = located(text)
    spans = there.spans
    chosen: set[int] = set()
    for start, _ in node.places[:_PLACES]:
        here = there.number(start)
        if here is not None:
            chosen |= {*range(max(0, here - neighbours), min(len(spans), here + neighbours + 1))}
    return " ".join(text[slice(*spans[number])] for number in sorted(chosen)) or text


def judged(node: Node, context: str, encoder: Embeddings, margin: float) -> tuple[Verdict, ...]:
    """What holds of each candidate of a term.

    Args:
        node: the term with its candidates.
        context: its passage.
        encoder: compares meanings with the passage.
        margin: how much further away than the nearest a candidate may lie.
    """
    senses = node.candidates
    told = [_meaning(candidate) for candidate in senses]
    if len(senses) < 2:
        return tuple(Verdict(one, True, "nothing speaks against it") for one in senses)
    if not all(told):
        # A sense of which nothing is known cannot be weighed: the first of them, in the glossary's order, stands.
        return tuple(Verdict(one, place == 0, _unweighed(place)) for place, one in enumerate(senses))
    near = nearness(node.term, context, told, encoder)
    best = int(near.argmax())
    if near.max() - np.partition(near, -2)[-2] <= 0:
        best = 0
    verdicts = []
    for place, one in enumerate(senses):
        others = np.delete(near, place)
        ahead = float(near[place] - others.max())
        kept = place == best or ahead >= -margin
        verdicts.append(Verdict(one, kept, "fits the passage" if kept else "another sense fits better", ahead))
    return tuple(verdicts)


def nearness(term: str, context: str, meanings: Sequence[str], encoder: Embeddings) -> NDArray[np.float64]:
    """How near each meaning lies to a passage; cosines, or shares of words where the encoder does not know them.

    The term itself is taken out of both: every sense has it.
    """
    bare = [" ".join(text.replace(term, " ").split()) or text for text in (context, *meanings)]
    if embedded().share(bare) < 0.57:  # of a vocabulary's own language: rag/encoders/vocabulary.py
        return _shared(bare[0], bare[1:])
    vectors = np.asarray(encoder.embed_documents(bare), np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return np.asarray(vectors[1:] @ vectors[0])


def _shared(context: str, meanings: Sequence[str]) -> NDArray[np.float64]:
    """The share of a meaning's words that the passage holds."""
    analyzer = Analyzer()
    there = set(analyzer.terms(context))
    read = [set(analyzer.terms(meaning)) for meaning in meanings]
    return np.array([len(words & there) / max(1, len(words)) for words in read])


def _meaning(candidate: Candidate) -> str:
    """What is known of a sense; of one without a note, the sentences that it was found in."""
    return candidate.meaning or " ".join(fact.quote for fact in candidate.facts if fact.kind == "passage")


def _unweighed(place: int) -> str:
    return "the first of several; nothing tells them apart" if place == 0 else "nothing tells it from the first"

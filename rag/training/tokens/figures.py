"""What token vectors are worth: mean reciprocal rank over the passages of each held-out set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.minilm import MiniLM
from rag.encoders.vectors import unit_rows
from rag.skills.tokens import Tokens
from rag.tokens.minilm import axes
from rag.training.tokens.data import Question

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["figures"]

PASSAGES = 1_500
"""Of a set, at most: those of the first questions."""
ROUND = 128
Vectors = Callable[[Sequence[str], bool], "list[NDArray[np.float32]]"]


def figures(skill: Tokens, tests: Mapping[str, Sequence[Question]]) -> dict[str, float]:
    """MRR by MaxSim of the skill, of the encoder's own vectors uncut and on as many axes, and of sentence vectors."""
    encoder = MiniLM()
    cut = axes()[:, : skill.dimensions]
    ways: dict[str, Vectors] = {
        "": lambda texts, query: skill.encode(texts, query=query),
        ", encoder's own": lambda texts, _: encoder.encode_tokens(texts),
        f", {skill.dimensions} axes": lambda texts, _: [unit_rows(v @ cut) for v in encoder.encode_tokens(texts)],
        ", one vector": lambda texts, _: list(encoder.encode(texts)[:, None]),
    }
    found: dict[str, float] = {}
    for name, questions in tests.items():
        asked, texts = _pool(questions)
        if len(asked) < 10:
            continue
        for told, vectors in ways.items():
            found[f"MRR, {name}{told}"] = _mrr(asked, texts, vectors)
    return found


def _pool(questions: Sequence[Question]) -> tuple[list[Question], list[str]]:
    """Questions, and every passage of theirs."""
    texts: dict[str, None] = {}
    asked = []
    for question in questions:
        if len(texts) > PASSAGES:
            break
        asked.append(question)
        texts.update(dict.fromkeys((*question.right, *question.wrong)))
    return asked, list(texts)


def _mrr(asked: Sequence[Question], texts: Sequence[str], vectors: Vectors) -> float:
    queries = vectors([question.text for question in asked], True)
    scores = np.empty((len(asked), len(texts)))
    for start in range(0, len(texts), ROUND):
        for column, passage in enumerate(vectors(texts[start : start + ROUND], False), start):
            for row, query in enumerate(queries):
                scores[row, column] = (query @ passage.T).max(axis=1).mean()
    place = {text: column for column, text in enumerate(texts)}
    ranks = []
    for row, question in enumerate(asked):
        right = {place[text] for text in question.right}
        best = max(scores[row, column] for column in right)
        ranks.append(1 + sum(scores[row, c] >= best for c in range(len(texts)) if c not in right))
    return float(np.mean([1 / rank for rank in ranks]))

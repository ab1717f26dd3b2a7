"""What `tokens` is told of each question's passages: two judges that are too large or too slow to search with.

The encoder's token vectors uncut, by MaxSim, and the cross-encoder; what each counts is fitted on questions that the
cross-encoder did not learn from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag import skills
from rag.encoders.minilm import MiniLM
from rag.training.settings import Told
from rag.training.tokens.data import Data, Group, Question

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Taught", "taught"]

ROUND = 256
"""Passages whose token vectors are held at once."""
PAIRS = 512
"""Pairs told of at once."""
LONGEST = 180
"""Tokens of a passage that the cross-encoder is shown: as many as are learnt from."""
STEPS, RIDGE = 25, 1e-3
"""Of Newton's method: more than two weights need; what keeps a step finite."""
"""Of Newton's method: enough for two weights; what keeps a step finite."""


@dataclass(frozen=True)
class Taught:
    """Groups with what the judges say."""

    train: Sequence[Group]
    dev: Sequence[Group]
    scale: float
    """What makes logits of MaxSim."""


def taught(data: Data, folder: Path | None, tell: Callable[[Told], None]) -> Taught:
    """Judges every group, or takes what was judged before from `folder`."""
    questions = [*data.train, *data.dev]
    said = _kept(questions, folder, tell)
    held = said[len(data.train) :]
    scale = float(_fitted(held[:, :, :1])[0])
    weights = _fitted(held)
    tell(Told("judged", note=f"MaxSim x {weights[0]:.1f}, cross-encoder x {weights[1]:.2f}; alone x {scale:.1f}"))
    groups = [
        Group(
            question.text,
            (question.right[0], *question.wrong),
            tuple(float(value) for value in judged @ weights),
            frozenset(question.right),
            question.source,
        )
        for question, judged in zip(questions, said, strict=True)
    ]
    return Taught(groups[: len(data.train)], groups[len(data.train) :], scale)


def _kept(questions: Sequence[Question], folder: Path | None, tell: Callable[[Told], None]) -> NDArray[np.float32]:
    """float32 `[questions, passages, 2]`: MaxSim and the cross-encoder's logit."""
    digest = sha256("\0".join(text for q in questions for text in (q.text, q.right[0], *q.wrong)).encode()).hexdigest()
    file = None if folder is None else folder / f"judged-{digest[:16]}.npy"
    if file is not None and file.is_file():
        found: NDArray[np.float32] = np.load(file, allow_pickle=False)
        return found
    said = np.stack([_maxsim(questions, tell), _cross(questions, tell)], axis=2).astype(np.float32)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, said, allow_pickle=False)
    return said


def _maxsim(questions: Sequence[Question], tell: Callable[[Told], None]) -> NDArray[np.float64]:
    encoder = MiniLM()
    asked = encoder.encode_tokens([question.text for question in questions])
    wanted: dict[str, list[tuple[int, int]]] = {}
    for row, question in enumerate(questions):
        for column, text in enumerate((question.right[0], *question.wrong)):
            wanted.setdefault(text, []).append((row, column))
    found = np.zeros((len(questions), 1 + len(questions[0].wrong)))
    texts = list(wanted)
    for start in range(0, len(texts), ROUND):
        tell(Told("judging by MaxSim", start, len(texts)))
        some = texts[start : start + ROUND]
        for text, vectors in zip(some, encoder.encode_tokens(some), strict=True):
            for row, column in wanted[text]:
                found[row, column] = (asked[row] @ vectors.T).max(axis=1).mean()
    return found


def _cross(questions: Sequence[Question], tell: Callable[[Told], None]) -> NDArray[np.float64]:
    """Logits of its probability of relevance; passages are cut by words to about what is learnt from."""
    relevance = skills.load("relevance")
    pairs = [
        (question.text, " ".join(text.split(" ")[:LONGEST]))
        for question in questions
        for text in (question.right[0], *question.wrong)
    ]
    found = []
    for start in range(0, len(pairs), PAIRS):
        tell(Told("judging by the cross-encoder", start, len(pairs)))
        found.append(relevance.score(pairs[start : start + PAIRS]))
    probability = np.clip(np.concatenate(found).astype(np.float64), 1e-6, 1 - 1e-6)
    logits: NDArray[np.float64] = np.log(probability / (1 - probability)).reshape(len(questions), -1)
    return logits


def _fitted(said: NDArray[np.float32]) -> NDArray[np.float64]:
    """Weights `[judges]` under which the right passages, first, are likeliest in a softmax over their groups.

    Newton's method: the likelihood has one maximum.
    """
    values = said.astype(np.float64)
    weights = np.zeros(values.shape[2])
    for _ in range(STEPS):
        logits = values @ weights
        proba = np.exp(logits - logits.max(axis=1, keepdims=True))
        proba /= proba.sum(axis=1, keepdims=True)
        means = np.einsum("gp,gpj->gj", proba, values)
        gradient = (values[:, 0] - means).sum(axis=0)
        apart = values - means[:, None]
        curve = np.einsum("gp,gpj,gpk->jk", proba, apart, apart) + RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(curve, gradient)
    return weights

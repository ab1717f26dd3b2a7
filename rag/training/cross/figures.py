"""Held-out figures of the four skills, measured through the files and faces that ship."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.evaluation.answers import exact_match, f1
from rag.segmenters.sentences import sentences
from rag.training.cross.examples import Asked, Judged, Stated
from rag.training.cross.held import LONG, with_negatives

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["auc", "figures"]

RECALL = 0.95
"""Of the sentences that are needed, at which it is told how many of the others are dropped."""
RANKED = 60
"""Questions of each set whose passages are put in order."""
FEWEST = 40
"""Examples of a set under which no figure is given; of whole articles so many are enough."""


def figures(skills: dict[str, Any], held: Sequence[Asked | Stated]) -> dict[str, float]:
    """By name, each with the set it was measured on.

    Args:
        skills: `reader`, `keep`, `relevance`, `support`, loaded.
        held: what none of them learnt from.
    """
    found: dict[str, float] = {}
    for source in dict.fromkeys(example.source for example in held):
        asked = [example for example in held if isinstance(example, Asked) and example.source == source]
        stated = [one for one in held if isinstance(one, Stated) and one.source == source and one.skill in skills]
        if np.mean([len(passage.text) for one in asked for passage in one.passages] or [0]) > LONG:
            asked = asked[:FEWEST]
        if len(asked) >= FEWEST:
            found |= {f"{name}, {source}": value for name, value in _of_questions(skills, asked).items()}
        if len(stated) >= FEWEST:
            found |= {f"{name}, {source}": value for name, value in _of_statements(skills, stated).items()}
    return found


def _of_questions(skills: dict[str, Any], asked: Sequence[Asked]) -> dict[str, float]:
    found: dict[str, float] = {}
    alone = [question for question in asked if len(question.passages) == 1]
    if alone:
        read = skills["reader"].read_all([_parts(question, question.passages) for question in alone], most=1)
        spans = [(question, spans) for question, (spans, _) in zip(alone, read, strict=True) if question.answers]
        if spans:
            texts = [(question, best[0].text if best else "") for question, best in spans]
            found["reader F1"] = _mean(max(f1(text, answer) for answer in one.answers) for one, text in texts)
            found["reader exact"] = _mean(
                max(exact_match(text, answer) for answer in one.answers) for one, text in texts
            )
        labels = [question.answerable for question in alone]
        if FEWEST <= sum(labels) <= len(labels) - FEWEST:
            found["answerable AUC"] = auc([answerable for _, answerable in read], labels)
    found |= _over_several(skills, asked)
    found |= _keep(skills, asked)
    ranked = []
    for reading in with_negatives([question for question in asked if question.answerable], RANKED):
        pairs = [(reading.question.question, passage.text) for passage in reading.passages]
        titles = [passage.title for passage in reading.passages]
        order = np.argsort(-skills["relevance"].score(pairs, titles), kind="stable")
        ranked.append(1 / (1 + min(place for place, one in enumerate(order) if one < reading.gold)))
    if ranked:
        found["relevance MRR"] = _mean(ranked)
    return found


def _over_several(skills: dict[str, Any], asked: Sequence[Asked]) -> dict[str, float]:
    """Questions over several passages: these read one by one, and as one text."""
    alone: list[float] = []
    together: list[float] = []
    for question in asked:
        own = [passage for passage in question.passages if passage.relevant]
        if len(own) < 2 or not question.answers:
            continue
        parts, texts = _parts(question, own), [passage.text for passage in own]
        found, _ = skills["reader"].read(*parts, most=1)
        likely = max(skills["reader"].together(*parts, [range(len(own))]), key=lambda one: one.margin, default=None)
        words = texts[likely.passage][likely.start : likely.end] if likely else ""
        for scores, text in ((alone, found[0].text if found else ""), (together, words)):
            scores.append(max(f1(text, answer) for answer in question.answers))
    if len(alone) < FEWEST:
        return {}
    return {"reader F1 over several, one by one": _mean(alone), "reader F1 over several, together": _mean(together)}


def _keep(skills: dict[str, Any], asked: Sequence[Asked]) -> dict[str, float]:
    """How many of the sentences that are not needed are dropped when so many of those that are needed are kept."""
    passages, labels = [], []
    for question in asked:
        for passage in question.passages:
            if passage.kept:
                spans = sentences(passage.text)
                passages.append((question.question, [passage.text[start:end] for start, end in spans], passage.title))
                labels += [any(a < end and start < b for a, b in passage.kept) for start, end in spans]
    if len(passages) < FEWEST or all(labels):
        return {}
    kept, _ = skills["keep"].judge([(question, texts) for question, texts, _ in passages], [one[2] for one in passages])
    scores, needed = np.concatenate(kept), np.array(labels)
    line = np.quantile(scores[needed], 1 - RECALL)
    return {
        "keep dropped": float((scores[~needed] < line).mean()),
        "keep AUC": auc(scores, needed),
        "keep threshold": float(line),
    }


def _of_statements(skills: dict[str, Any], stated: Sequence[Stated]) -> dict[str, float]:
    labels = [example.label >= 0.5 for example in stated]
    name = stated[0].skill
    scores = skills[name].score([example.texts for example in stated])
    right = float(((scores >= 0.5) == np.array(labels)).mean())
    return {f"{name} accuracy": right, f"{name} AUC": auc(scores, labels)}


def _parts(question: Asked, passages: Sequence[Judged]) -> tuple[str, list[str], list[str]]:
    return question.question, [passage.text for passage in passages], [passage.title for passage in passages]


def _mean(values: Any) -> float:
    return float(np.mean(list(values)))


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """The chance that something right scores above something wrong, ties counting half; NaN where one is missing."""
    values, right = np.asarray(scores, np.float64), np.asarray(labels, np.bool_)
    if right.all() or not right.any():
        return float("nan")
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    good = int(right.sum())
    return float((ranks[right].sum() - good * (good + 1) / 2) / (good * (len(right) - good)))

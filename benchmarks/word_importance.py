"""How well one reading of a passage says what leaving each word out would: the compressor `semantic`, pooled and exact.

    python benchmarks/word_importance.py TASK [--passages 100]

TASK is a folder in BEIR layout. Of each passage: the rank correlation of the two orders of its words, the share of the
words that `exact` leaves out which `pooled` leaves out, too, and the cosine of what remains to the whole passage,
beside what random words leave. Nothing is protected here.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from common import read_task, report
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.compressors.semantic import Semantic
from rag.encoders.importance import importance
from rag.encoders.minilm import MiniLM
from rag.segmenters.words import Word, words

KEEPS = (0.8, 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", type=Path)
    parser.add_argument("--passages", type=int, default=100)
    given = parser.parse_args()
    chance = np.random.default_rng(0)
    texts = [one["text"] for one in read_task(given.task).corpus.values()]
    texts = [text for text in texts if 40 <= len(text.split()) <= 150]
    texts = [texts[place] for place in chance.permutation(len(texts))[: given.passages]]
    encoder = MiniLM()
    pieces = [(text, words(text)) for text in texts]
    exact, pooled = (importance(pieces, encoder, method) for method in ("exact", "pooled"))
    rows = {"rank correlation": float(np.mean([_correlation(*pair) for pair in zip(exact, pooled, strict=True)]))}
    whole = encoder.encode(texts)
    for keep in KEEPS:
        rows[f"same words left out, keep {keep}"] = float(
            np.mean([_shared(*pair, keep) for pair in zip(exact, pooled, strict=True)])
        )
        random = [chance.random(len(scores)) for scores in exact]
        for name, scores in (("exact", exact), ("pooled", pooled), ("random", random)):
            left = [_left(*piece, some, keep) for piece, some in zip(pieces, scores, strict=True)]
            rows[f"cosine, keep {keep}, {name}"] = float((whole * encoder.encode(left)).sum(axis=1).mean())
    kept = Semantic(keep=0.8, rooms="even").compress_documents([Document(text) for text in texts], "")
    rows["characters left with protection, keep 0.8"] = sum(len(one.page_content) for one in kept) / sum(
        map(len, texts)
    )
    report(
        "word-importance",
        [{"figure": name, "value": value} for name, value in rows.items()],
        task=given.task.name,
        passages=len(texts),
    )


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    ranks = [np.argsort(np.argsort(scores)) for scores in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1])


def _left(text: str, found: Sequence[Word], scores: NDArray[np.float64], keep: float) -> str:
    places = np.sort(np.argsort(-scores)[: int(keep * len(found))])
    return "".join(text[found[place].start : found[place].end] for place in places)


def _shared(one: NDArray[np.float64], other: NDArray[np.float64], keep: float) -> float:
    gone = max(1, round((1 - keep) * len(one)))
    return len({*np.argsort(one)[:gone].tolist()} & {*np.argsort(other)[:gone].tolist()}) / gone


if __name__ == "__main__":
    main()

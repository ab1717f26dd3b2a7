"""Which way of cutting finds the evidence with the fewest tokens: ways compared at equal mean length of a passage.

    python benchmarks/segmentation.py FOLDER [--lengths 100 150 200] [--top-k 5] [--search bm25 dense]

FOLDER as in `segmenters.py`. Every way is cut at several sizes; between two of them its scores are read off a straight
line at the wanted mean length, question by question, so that a difference from `recursive` is a paired one. Half of the
questions, drawn by hash, are there to choose settings by (`--half tune`), figures are of the others (`--half test`).
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi
from segmenters import Spans, read

from rag.encoders.minilm import MiniLM
from rag.segmenters.base import Prose
from rag.segmenters.recursive import Recursive
from rag.segmenters.sage import Sage
from rag.segmenters.sat import Sat
from rag.segmenters.sentence import Sentence
from rag.training.splits import fraction
from rag.words.analysis import Analyzer

SIZES = (70, 110, 160, 220, 300)
"""Tokens that a passage has at most, or is to have."""
MEASURES = ("recall", "precision", "IoU")
Table = NDArray[np.float64]


def ways(encoder: MiniLM) -> dict[str, Callable[[int], Prose]]:
    """By name, what makes a segmenter of a size."""
    return {
        "recursive": lambda size: Recursive(encoder=encoder, max_tokens=size),
        "sentence": lambda size: Sentence(encoder=encoder, max_tokens=size),
        "sat": lambda size: Sat(encoder=encoder, max_tokens=size),
        "sat, 300 characters": lambda size: Sat(encoder=encoder, max_tokens=size, max_characters=300),
        "sage": lambda size: Sage(encoder=encoder, max_tokens=size, min_tokens=size // 5),
        "sage, target": lambda size: Sage(
            encoder=encoder, max_tokens=2 * size, min_tokens=size // 4, target_tokens=size
        ),
    }


def retrieved(text: str, spans: Spans, asked: Sequence[str], search: str, encoder: MiniLM, top_k: int) -> list[Any]:
    """The best passages' places for each question."""
    parts = [text[start:end] for start, end in spans]
    if search == "bm25":
        analyzer = Analyzer()
        bm25 = BM25Okapi([analyzer.terms(part) for part in parts])
        scores = np.stack([bm25.get_scores(analyzer.terms(question)) for question in asked])
    else:
        scores = encoder.encode(asked) @ encoder.encode(parts).T
    return list(np.argsort(-scores, axis=1, kind="stable")[:, :top_k])


def scored(text: str, spans: Spans, questions: Sequence[dict[str, Any]], found: Sequence[Any]) -> Table:
    """Recall, precision and IoU over characters, `[questions, 3]`."""
    rows = []
    for question, best in zip(questions, found, strict=True):
        given, asked = np.zeros(len(text), bool), np.zeros(len(text), bool)
        for place in best:
            given[slice(*spans[place])] = True
        for reference in question["references"]:
            asked[reference["start_index"] : reference["end_index"]] = True
        both = float((given & asked).sum())
        rows.append((both / asked.sum(), both / given.sum(), both / (given | asked).sum()))
    return np.array(rows)


def at_length(length: float, means: Sequence[float], tables: Sequence[Table]) -> Table | None:
    """The scores of every question at a mean length between two that were measured; None outside."""
    order = np.argsort(means)
    means, tables = [means[i] for i in order], [tables[i] for i in order]
    above = int(np.searchsorted(means, length))
    if above in (0, len(means)):
        return None
    share = (length - means[above - 1]) / (means[above] - means[above - 1])
    return (1 - share) * tables[above - 1] + share * tables[above]


def interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Of the mean, 95 %, by bootstrap over questions."""
    drawn = np.random.default_rng(0).integers(0, len(differences), (2000, len(differences)))
    low, high = np.percentile(differences[drawn].mean(1), (2.5, 97.5))
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lengths", type=float, nargs="+", default=[100, 150, 200])
    parser.add_argument("--search", nargs="+", default=["bm25", "dense"])
    parser.add_argument("--top-k", type=int, default=5)
    parser.add_argument("--half", choices=("tune", "test"), default="test")
    parser.add_argument("--only", nargs="+", help="names of ways")
    options = parser.parse_args()
    corpora = {row["id"]: row["text"] for row in read(options.folder / "corpora.jsonl.gz")}
    questions = defaultdict(list)
    for row in read(options.folder / "questions.jsonl.gz"):
        if (fraction(row["question"]) < 0.5) == (options.half == "tune"):
            questions[row["corpus"]].append(row)
    encoder = MiniLM()
    tables: dict[str, dict[str, list[Table]]] = {search: {} for search in options.search}
    means: dict[str, list[float]] = {}
    for name, make in ways(encoder).items():
        if options.only and name not in options.only:
            continue
        means[name] = []
        begin = time.perf_counter()
        for size in SIZES:
            segmenter, sizes = make(size), list[int]()
            rows: dict[str, list[Table]] = {search: [] for search in options.search}
            for key, some in questions.items():
                spans = [(part.start, part.end) for part in segmenter.segments(Document(corpora[key]))]
                sizes += encoder.count_tokens([corpora[key][start:end] for start, end in spans])
                for search in options.search:
                    asked = [row["question"] for row in some]
                    best = retrieved(corpora[key], spans, asked, search, encoder, options.top_k)
                    rows[search].append(scored(corpora[key], spans, some, best))
            means[name].append(float(np.mean(sizes)))
            for search in options.search:
                tables[search].setdefault(name, []).append(np.concatenate(rows[search]))
        told = ", ".join(f"{mean:.0f}" for mean in means[name])
        print(f"{name}: mean tokens {told}; {time.perf_counter() - begin:.0f} s", flush=True)
    for search in options.search:
        for length in options.lengths:
            print(f"\n{search}, passages of {length:.0f} tokens on the mean, {options.top_k} of them")
            base = at_length(length, means["recursive"], tables[search]["recursive"])
            for name, sizes_of in means.items():
                found = at_length(length, sizes_of, tables[search][name])
                if found is None or base is None:
                    print(f"  {name:22} not cut to this length")
                    continue
                said = []
                for column, measure in enumerate(MEASURES):
                    low, high = interval(found[:, column] - base[:, column])
                    said.append(f"{measure} {found[:, column].mean():.4f} ({low:+.4f} to {high:+.4f})")
                print(f"  {name:22} {'; '.join(said)}")


if __name__ == "__main__":
    main()

"""Passages of each segmenter: how well they hold the evidence of questions, how full they are, how fast they come.

    python benchmarks/segmenters.py FOLDER [--max-tokens 200] [--top-k 5] [--lines]

FOLDER holds corpora.jsonl.gz ({id, text}) and questions.jsonl.gz ({question, corpus, references: [{start_index,
end_index}]}), the layout of Smith and Troynikov: Evaluating chunking strategies for retrieval (2024). For each question
the `top_k` passages by BM25 are compared with the references, character by character: recall, precision, intersection
over union. Every promise of a segmenter is checked on the way. The time includes the tokenizer, which is also timed
alone. Where langchain-text-splitters is installed its recursive splitter runs beside.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from rank_bm25 import BM25Okapi

from rag.encoders.minilm import MiniLM
from rag.segmenters.recursive import Recursive
from rag.segmenters.sentence import Sentence
from rag.words.analysis import Analyzer

Spans = list[tuple[int, int]]
Cut = Callable[[str], Spans]


def read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def check(text: str, spans: Spans, sizes: list[int], limit: int, *, once: bool) -> None:
    held = np.zeros(len(text) + 1, np.int64)
    for start, end in spans:
        held[start] += 1
        held[end] -= 1
    solid = ~np.array([character.isspace() for character in text])
    times = np.cumsum(held[:-1])[solid]
    assert times.min() >= 1 and (times.max() == 1 or not once)
    assert max(sizes) <= limit


def scores(text: str, spans: Spans, questions: list[dict[str, Any]], top_k: int) -> list[tuple[float, float, float]]:
    analyzer = Analyzer()
    bm25 = BM25Okapi([analyzer.terms(text[start:end]) for start, end in spans])
    found = []
    for question in questions:
        best = np.argsort(-bm25.get_scores(analyzer.terms(question["question"])), kind="stable")[:top_k]
        given, asked = np.zeros(len(text), bool), np.zeros(len(text), bool)
        for i in best:
            given[slice(*spans[i])] = True
        for reference in question["references"]:
            asked[reference["start_index"] : reference["end_index"]] = True
        shown = sum(spans[i][1] - spans[i][0] for i in best)
        both = int((given & asked).sum())
        found.append((both / asked.sum(), both / shown, both / (shown + asked.sum() - both)))
    return found


def splitters(encoder: MiniLM, limit: int) -> dict[str, tuple[Cut, bool]]:
    """Name to (cut, whether passages hold each character once)."""

    def ours(segmenter: Recursive | Sentence) -> Cut:
        return lambda text: [(part.start, part.end) for part in segmenter.segments(Document(text))]

    found: dict[str, tuple[Cut, bool]] = {
        "recursive": (ours(Recursive(encoder=encoder, max_tokens=limit)), True),
        "recursive, overlap": (ours(Recursive(encoder=encoder, max_tokens=limit, overlap=limit // 5)), False),
        "sentence": (ours(Sentence(encoder=encoder, max_tokens=limit)), True),
    }
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError:
        return found
    theirs = RecursiveCharacterTextSplitter(
        chunk_size=limit,
        chunk_overlap=0,
        length_function=lambda text: len(encoder.tokens(text)),
        separators=["\n\n", "\n", ".", "?", "!", " ", ""],
        add_start_index=True,
    )

    def langchain(text: str) -> Spans:
        parts = theirs.create_documents([text])
        return [(part.metadata["start_index"], part.metadata["start_index"] + len(part.page_content)) for part in parts]

    return found | {"langchain": (langchain, False)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--max-tokens", type=int, default=200)
    parser.add_argument("--top-k", type=int, default=5)
    options = parser.parse_args()
    corpora = {row["id"]: row["text"] for row in read(options.folder / "corpora.jsonl.gz")}
    questions = defaultdict(list)
    for row in read(options.folder / "questions.jsonl.gz"):
        questions[row["corpus"]].append(row)
    megabytes = sum(map(len, corpora.values())) / 1e6
    encoder = MiniLM()
    encoder.tokens("warm")
    begin = time.perf_counter()
    for text in corpora.values():
        encoder.tokens(text)
    print(f"tokenizer alone: {megabytes / (time.perf_counter() - begin):.1f} MB/s")
    for name, (cut, once) in splitters(encoder, options.max_tokens).items():
        seconds, sizes, results = 0.0, list[int](), list[tuple[float, float, float]]()
        for key, text in corpora.items():
            begin = time.perf_counter()
            spans = cut(text)
            seconds += time.perf_counter() - begin
            counts = encoder.count_tokens([text[start:end] for start, end in spans])
            if name != "langchain":
                check(text, spans, counts, options.max_tokens, once=once)
            sizes += counts
            results += scores(text, spans, questions[key], options.top_k)
        recall, precision, iou = np.mean(results, axis=0)
        print(
            f"{name:20} passages {len(sizes):5}, tokens {np.mean(sizes):3.0f} (10th percentile "
            f"{np.percentile(sizes, 10):3.0f}, most {max(sizes)}); recall {recall:.3f}, precision {precision:.3f}, "
            f"IoU {iou:.4f}; {megabytes / seconds:.2f} MB/s"
        )


if __name__ == "__main__":
    main()

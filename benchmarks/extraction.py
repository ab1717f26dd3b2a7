"""How often the extractive generator quotes the answer, what abstaining costs, and where its weights come from.

    python benchmarks/extraction.py MEASURE.jsonl.gz --foreign OTHER.jsonl.gz [--fit TRAIN.jsonl.gz ...] [--limit 400]
                                    [--config default] [--terse]

Files hold one paragraph a line: `{"context", "title", "qas": [{"question", "answers": [{"text"}]}]}`. Questions are
asked of an index over all paragraphs of their file; foreign questions, whose answers are elsewhere, of the same index.
With `--config` a preset answers in place of `extractive`, and only questions count that the cross-encoder neither
learnt from nor was calibrated on. With `--terse` questions lose their function words, as people type them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from common import report
from langchain_core.documents import Document
from scipy.optimize import minimize

from rag.config import load
from rag.generators import evidence
from rag.generators.evidence import weigh
from rag.generators.quotable import quotable
from rag.kinds import default_encoder
from rag.passages.overlap import overlap
from rag.pipeline import Pipeline
from rag.schema import Turn
from rag.training.cross.examples import split
from rag.training.cross.files import read as parsed
from rag.training.cross.recipe import TUNED
from rag.training.splits import fraction
from rag.words.stopwords import STOP_WORDS

THRESHOLDS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
PIPELINE = [
    {"retrieve": {"use": "fusion", "of": [{"use": "bm25"}, {"use": "dense"}], "top_k": 8}},
    {"generate": {"use": "extractive", "abstain_below": 0.0}},
]


@dataclass(frozen=True)
class Asked:
    """A question and what its answer may read like."""

    question: str
    answers: tuple[str, ...]


def read(path: Path, limit: int, *, held: bool = False) -> tuple[list[Document], list[Asked]]:
    """All paragraphs, and `limit` answerable questions spread evenly over them; `held`: only what is new to `cross`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    documents = [
        Document(row["context"], metadata={"source": f"{i}", "title": row["title"]}) for i, row in enumerate(rows)
    ]
    asked = [
        Asked(qa["question"], tuple(answer["text"] for answer in qa["answers"]))
        for row in rows
        for qa in row["qas"]
        if qa["answers"]
    ]
    if held:
        new = {one.question for one in split(parsed([path]))[1] if fraction(f"tune {one.key}") >= TUNED}
        asked = [one for one in asked if one.question in new]
    chosen = np.linspace(0, len(asked) - 1, min(limit, len(asked))).astype(int)
    return documents, [asked[i] for i in chosen]


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def holds(text: str, answers: Sequence[str]) -> bool:
    return any(f" {plain(answer)} " in f" {plain(text)} " for answer in answers)


def terse(question: str) -> str:
    return " ".join(word for word in question.rstrip("?").split() if word.lower() not in STOP_WORDS["en"])


def open_index(folder: str, documents: Sequence[Document], config: str | None = None) -> Pipeline:
    if config is None:
        loaded = load({"version": 1, "index": {"path": folder}, "pipeline": PIPELINE})
    else:
        last = len(load(config).pipeline) - 1
        loaded = load(config, set=[f"pipeline.{last}.generate.abstain_below=0", f"index.path={folder}"])
    pipeline = Pipeline.from_configuration(loaded)
    pipeline.add_documents(documents)
    return pipeline


def lists(pipeline: Pipeline, asked: Sequence[Asked]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each question with the answer in some piece: cosines, overlaps, and whether each piece holds it."""
    encoder = default_encoder()
    retrieve = pipeline.steps.steps[0]
    for item in asked:
        turn = retrieve.invoke(Turn(item.question))
        pieces = [quote for passage in turn.passages for quote in quotable(passage)]
        texts = [f"{quote.context}\n{quote.text}" if quote.context else quote.text for quote in pieces]
        right = np.array([holds(quote.text, item.answers) for quote in pieces])
        if right.any():
            vectors = evidence.encode(encoder, [item.question, *texts])
            yield vectors[1:] @ vectors[0], overlap(item.question, texts), right


def fit(found: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """The weights of cosine and overlap under which the pieces that hold the answer are likeliest (softmax)."""

    def loss(weights: np.ndarray) -> float:
        total = 0.0
        for cosines, overlaps, right in found:
            scores = weights[0] * cosines + weights[1] * overlaps
            total += np.logaddexp.reduce(scores) - np.logaddexp.reduce(scores[right])
        return total / len(found)

    cosine, words = minimize(loss, np.ones(2), method="Nelder-Mead").x
    return float(cosine), float(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", type=Path)
    parser.add_argument("--foreign", type=Path, required=True)
    parser.add_argument("--fit", type=Path, nargs="*", default=[])
    parser.add_argument("--limit", type=int, default=400)
    parser.add_argument("--config")
    parser.add_argument("--terse", action="store_true")
    options = parser.parse_args()
    for path in options.fit:
        with tempfile.TemporaryDirectory() as folder:
            documents, asked = read(path, options.limit)
            found = list(lists(open_index(folder, documents), asked))
            print(
                "fitted on {}: cosine {:.1f}, overlap {:.1f} ({} questions)".format(path.name, *fit(found), len(found))
            )
    documents, asked = read(options.measure, options.limit, held=options.config is not None)
    _, foreign = read(options.foreign, options.limit, held=options.config is not None)
    if options.terse:
        asked, foreign = ([replace(one, question=terse(one.question)) for one in some] for some in (asked, foreign))
    with tempfile.TemporaryDirectory() as folder:
        pipeline = open_index(folder, documents, options.config)
        own = pipeline.batch([item.question for item in asked])
        others = pipeline.batch([item.question for item in foreign])
        right = np.array([holds(answer.text, item.answers) for answer, item in zip(own, asked, strict=True)])
        first = [weigh(item.question, answer.passages, default_encoder()).pieces[:1]
                 for item, answer in zip(asked, own, strict=True)]  # fmt: skip
    best = np.mean([bool(p) and holds(p[0].quote.text, item.answers) for p, item in zip(first, asked, strict=True)])
    there = np.mean([any(holds(p.page_content, item.answers) for p in answer.passages)
                     for answer, item in zip(own, asked, strict=True)])  # fmt: skip
    sure, unsure = (np.array([answer.confidence for answer in answers]) for answers in (own, others))
    rows = [
        {
            "abstain_below": threshold,
            "answered": float((sure >= threshold).mean()),
            "right answers kept": float((sure >= threshold)[right].mean()),
            "right of those answered": float(right[sure >= threshold].mean()),
            "foreign questions answered": float((unsure >= threshold).mean()),
        }
        for threshold in THRESHOLDS
    ]
    report(
        "extraction",
        rows,
        questions=len(asked),
        in_passages=float(there),
        in_first_sentence=float(best),
        in_answer=float(right.mean()),
        sentences=float(np.mean([len(answer.citations) for answer in own])),
    )


if __name__ == "__main__":
    main()

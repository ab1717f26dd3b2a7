"""What each choice of the text analysis is worth: nDCG@10 of BM25 (k1 1.5, b 0.75) on BEIR-layout tasks.

    python benchmarks/analysis.py FOLDER [TASK ...] [--variant NAME ...] [--speed]

FOLDER holds one folder a task: corpus.jsonl, queries.jsonl, qrels/test.tsv. `--speed` times 100,000 passages of 60
words instead, made from the words of the first task.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from rank_bm25 import BM25Okapi

from rag.words import analysis
from rag.words.analysis import Analyzer

VARIANTS = {
    "as shipped": Analyzer(),
    "stop words counted": Analyzer(stop_words=False),
    "no stemmer, no stop words": Analyzer(language="none"),
    "without parts": Analyzer(parts=False),
    "unigrams": Analyzer(grams=(1,)),
    "bigrams": Analyzer(grams=(2,)),
    "German": Analyzer(language="de"),
    "Porter": Analyzer(),
}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def gains(path: Path) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for line in path.read_text().splitlines()[1:]:
        query, document, gain = line.split("\t")
        found.setdefault(query, {})[document] = float(gain)
    return found


def ndcg(analyzer: Analyzer, task: Path) -> float:
    corpus, relevant = read(task / "corpus.jsonl"), gains(task / "qrels" / "test.tsv")
    bm25 = BM25Okapi([analyzer.terms(f"{row.get('title') or ''}\n{row['text']}") for row in corpus], k1=1.5, b=0.75)
    discounts = 1 / np.log2(np.arange(2, 12))
    scores = []
    for row in read(task / "queries.jsonl"):
        if row["_id"] not in relevant:
            continue
        best = np.argsort(-bm25.get_scores(analyzer.terms(row["text"])), kind="stable")[:10]
        reached = [relevant[row["_id"]].get(corpus[i]["_id"], 0.0) for i in best]
        ideal = sorted(relevant[row["_id"]].values(), reverse=True)[:10]
        scores.append(np.dot(reached, discounts[: len(reached)]) / np.dot(ideal, discounts[: len(ideal)]))
    return float(np.mean(scores))


def speed(task: Path) -> None:
    words = [word for row in read(task / "corpus.jsonl") for word in row["text"].split()]
    starts = np.random.default_rng(0).integers(len(words) - 60, size=100_000)
    texts = [" ".join(words[start : start + 60]) for start in starts]
    begin = time.process_time()
    batch = Analyzer().batch(texts)
    seconds = time.process_time() - begin
    print(f"100,000 passages, {len(batch.ids):,} terms, {len(batch.vocabulary):,} different: {seconds:.1f} CPU seconds")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--variant", action="append", choices=VARIANTS, help="only these")
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    tasks = [options.folder / name for name in options.tasks] or sorted(options.folder.iterdir())
    if options.speed:
        speed(tasks[0])
        return
    print(" | ".join(["", *(task.name for task in tasks), "mean", ""]).strip())
    for name in options.variant or VARIANTS:
        analysis.STEMMERS["en"] = "porter" if name == "Porter" else "english"
        figures = [ndcg(VARIANTS[name], task) for task in tasks]
        print(
            f"| {name} | " + " | ".join(f"{figure:.3f}" for figure in [*figures, np.mean(figures)]) + " |", flush=True
        )


if __name__ == "__main__":
    main()

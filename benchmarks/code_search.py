"""What each part of the preset `code-search` is worth: nDCG@10 on questions of a folder, settings chosen on others.

    python benchmarks/code_search.py FOLDER --dev QUESTIONS.jsonl.gz [--work .rag/code-search]

FOLDER is in BEIR layout, every document one function of Python. QUESTIONS hold `id`, `query` and `code_id` (CoSQA's
form), over the same functions. Hubness and weights are chosen on QUESTIONS alone; the figures of FOLDER's own
questions stand beside. Vectors and the index are kept in `--work`, so a second run takes a minute.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import Task, ndcg, read_task, report
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.config import component
from rag.encoders.cached import Cached
from rag.evaluation.statistics import means, paired
from rag.index import Index
from rag.kinds import KINDS, Retriever

DEEP = 100
"""Passages of each retriever."""
HUBNESS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6)
WEIGHTS = (2, 3, 4, 5, 6)
"""Of `dense`; `bm25` weighs 1."""
_KIND = {kind.name: kind for kind in KINDS}
Rankings = dict[str, list[list[Document]]]


def questions(task: Task, dev: Path) -> tuple[list[str], list[Mapping[str, int]], NDArray[np.bool_]]:
    """Texts, gains, and which of them settings are chosen on."""
    with gzip.open(dev, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [row["query"] for row in rows] + list(task.queries.values())
    gains = [{row["code_id"]: 1} for row in rows] + [task.qrels[name] for name in task.queries]
    return texts, gains, np.arange(len(texts)) < len(rows)


def rankings(task: Task, texts: Sequence[str], work: Path) -> Rankings:
    """Of each retriever, for each question."""
    encoder = Cached(path=work / "vectors.sqlite")
    segment = component(
        {"use": "code", "max_tokens": 200, "language": "python"}, _KIND["segmenter"].base, shared={"encoder": encoder}
    )
    index = Index(path=str(work / "index"), encoder=encoder, segment=segment)
    forms: dict[str, dict[str, Any]] = {
        "bm25": {"use": "bm25"},
        "bm25, code": {"use": "bm25", "analysis": "code"},
        **{f"dense, hubness {share}": {"use": "dense", "hubness": share} for share in HUBNESS},
    }
    shared = {"index": index, "encoder": encoder}
    made: dict[str, Retriever] = {
        name: component({**form, "top_k": DEEP}, _KIND["retriever"].base, shared=shared) for name, form in forms.items()
    }
    documents = [Document(row["text"], metadata={"source": name}) for name, row in task.corpus.items()]
    index.add_documents(documents, [view for retriever in made.values() for view in retriever.views()])
    return {name: [retriever.invoke(text) for text in texts] for name, retriever in made.items()}


def scored(found: Sequence[Sequence[Document]], gains: Sequence[Mapping[str, int]]) -> NDArray[np.float64]:
    """nDCG@10 of each question: a document stands where its first passage stands."""
    names = [list(dict.fromkeys(passage.metadata["source"] for passage in ranking)) for ranking in found]
    return np.array([ndcg(ranking, gain) for ranking, gain in zip(names, gains, strict=True)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path(".rag/code-search"))
    options = parser.parse_args()
    task = read_task(options.folder)
    texts, gains, dev = questions(task, options.dev)
    found = rankings(task, texts, options.work)
    scores = {name: scored(lists, gains) for name, lists in found.items()}
    parts = {"use": "fusion", "method": "weighted", "of": ["bm25", "dense"]}
    shared = {"index": Index(path="unused"), "encoder": Cached()}
    for share in HUBNESS:
        for weight in WEIGHTS:
            mixed = component({**parts, "weights": [1, weight], "top_k": DEEP}, _KIND["retriever"].base, shared=shared)
            pairs = zip(found["bm25, code"], found[f"dense, hubness {share}"], strict=True)
            fused = [mixed.fuse(pair) for pair in pairs]
            scores[f"both, hubness {share}, weight {weight}"] = scored(fused, gains)
    base = scores["dense, hubness 0.0"]
    rows = []
    for name, each in scores.items():
        row: dict[str, Any] = {"retriever": name}
        for part, mark in (("dev", dev), ("test", ~dev)):
            mean = means({"ndcg@10": each[mark]})["ndcg@10"]
            more = paired(base[mark], each[mark])
            row |= {
                part: round(mean.mean, 4),
                f"{part} 95 %": f"{mean.low:.3f} to {mean.high:.3f}",
                f"{part} over dense": f"{more.difference:+.4f} ({more.low:+.3f} to {more.high:+.3f})",
            }
        rows.append(row)
    chosen = max((row for row in rows if row["retriever"].startswith("both")), key=lambda row: row["dev"])
    report("code_search", rows, questions=f"{dev.sum()} dev, {(~dev).sum()} test", chosen_on_dev=chosen["retriever"])


if __name__ == "__main__":
    main()

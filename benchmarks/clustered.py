"""Clustered RAG on reviews: tokens of the context against all reviews, and how near it comes to human summaries.

    python benchmarks/clustered.py FOLDER

FOLDER holds FewSum's human summaries as `*.jsonl.gz` [1]: eight reviews an item under `rev1` to `rev8`, three summaries
under `summ1` to `summ3`. Larger numbers of reviews are those of several items of one category put together. ROUGE is
measured at eight reviews, where the summaries belong, against the same number of tokens from the reviews nearest to
the question.

[1] Brazinskas, Lapata, Titov: Few-Shot Learning for Opinion Summarization (2020).
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import report
from langchain_core.documents import Document

from rag.config import component
from rag.evaluation.answers import f1, rouge_l
from rag.index import Index
from rag.kinds import KINDS, default_encoder
from rag.passages.parts import context_tokens

QUESTION = "What do people say about it?"
COUNTS = (4, 8, 16, 32, 75)
BASE = {kind.name: kind.base for kind in KINDS}


def items(folder: Path) -> list[dict[str, Any]]:
    """The items of the parts that may be seen."""
    found = []
    for file in sorted(folder.glob("*.jsonl.gz")):
        if "test" not in file.name:
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                found += [{**json.loads(line), "set": file.name.partition("_")[0]} for line in lines]
    return found


def reviews(item: dict[str, Any]) -> list[str]:
    return [item[f"rev{number}"] for number in range(1, 9)]


def sets(found: Sequence[dict[str, Any]], count: int) -> Iterator[tuple[list[str], list[str]]]:
    """Reviews that belong together, and the summaries people wrote of them."""
    if count <= 8:
        for item in found:
            yield reviews(item)[:count], [item[f"summ{number}"] for number in range(1, 4)] if count == 8 else []
        return
    pools: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for item in found:
        pools[item["set"], item["cat"]] += reviews(item)
    for pool in pools.values():
        for start in range(0, len(pool) - count + 1, count):
            yield pool[start : start + count], []


def measured(groups: Sequence[tuple[list[str], list[str]]], fields: dict[str, Any]) -> dict[str, Any]:
    encoder = default_encoder()
    with tempfile.TemporaryDirectory() as folder:
        whole = component({"use": "recursive", "max_tokens": 10**6}, BASE["segmenter"], shared={"encoder": encoder})
        index = Index(path=folder, encoder=encoder, segment=whole)
        shared = {"index": index, "encoder": encoder}
        find = component("clustered", BASE["retriever"], shared=shared)
        nearest = component({"use": "dense", "top_k": 100}, BASE["retriever"], shared=shared)
        shorten = component({"use": "cluster_summary", **fields}, BASE["compressor"], shared=shared)
        documents = [
            Document(text, metadata={"source": f"{item}-{place}", "item_id": item})
            for item, (texts, _) in enumerate(groups)
            for place, text in enumerate(texts)
        ]
        index.add_documents(documents, find.views())
        rows = [one(find, nearest, shorten, item, told) for item, (_, told) in enumerate(groups)]
        index.close()
    return {"sets": len(rows)} | {
        key: float(np.mean([row[key] for row in rows if key in row]))
        for key in dict.fromkeys(k for r in rows for k in r)
    }


def one(find: Any, nearest: Any, shorten: Any, item: int, told: Sequence[str]) -> dict[str, float]:
    every = find.invoke(QUESTION, filter={"item_id": item})
    short = shorten.compress_documents(every, QUESTION)
    tokens, less = context_tokens(every), context_tokens(short)
    row = {"tokens of all": tokens, "tokens of crag": less, "cut": 1 - less / tokens}
    if told:
        budget = component({"use": "budget", "max_tokens": less}, BASE["compressor"])
        cut = budget.compress_documents(nearest.invoke(QUESTION, filter={"item_id": item}), QUESTION)
        row["tokens of rag"] = context_tokens(cut)
        for name, passages in (("crag", short), ("rag, as short", cut)):
            text = " ".join(passage.page_content for passage in passages)
            row[f"{name} ROUGE-L"] = float(np.mean([rouge_l(text, one) for one in told]))
            row[f"{name} F1"] = float(np.mean([f1(text, one) for one in told]))
    return row


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", default="{}", help="fields of cluster_summary, as JSON")
    parser.add_argument("--counts", type=int, nargs="*", default=COUNTS, help="numbers of reviews")
    arguments = parser.parse_args()
    found, fields = items(arguments.folder), json.loads(arguments.set)
    rows = [{"reviews": count, **measured(list(sets(found, count)), fields)} for count in arguments.counts]
    report("clustered", rows, fields=json.dumps(fields))


if __name__ == "__main__":
    main()

"""The cross-encoder on BEIR folders: re-ranking what fusion found, on questions that it did not learn from.

    python benchmarks/cross.py FOLDER_OF_TASKS [TASK ...] --weights DIR --data FILE ... [--limit N] [--depth 50]

`--data` are the files that `rag train cross` was given: of each task only questions are asked that its split held out
(of the `ir-*` tasks all: nothing was learnt from them). A document is one passage, as in `retrieval.py`. The score of a
passage is `weight` times relevance and the rest the fusion's, stretched to 0 to 1; the columns are weights. `maxsim`
puts the same passages into the order of the encoder's own token vectors (the mean over the question's tokens of the
nearest token's cosine), `maxsim + fusion` adds both by halves; `0.2 and maxsim 0.4` is what `rerank` makes of
`weight: 0.2, late: 0.4`, the rest the fusion's. `pairs/s` is of two hundred pairs of 128 tokens.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from common import Task, ndcg, read_task, report, timed
from langchain_core.documents import Document
from retrieval import text_of

from rag import skills
from rag.config import load
from rag.pipeline import Pipeline
from rag.tokens.minilm import MiniLMTokens
from rag.training.cross.examples import Asked
from rag.training.cross.recipe import Cross

WEIGHTS = (0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
BOTH = ((0.2, 0.4), (0.4, 0.4), (0.25, 0.25))
"""Weights of the cross-encoder and of MaxSim."""


def learnt(files: Sequence[Path]) -> set[str]:
    """Questions that were learnt from or that probabilities were fitted on."""
    data = Cross().read(files)
    return {example.question for part in (data.train, data.tune) for example in part if isinstance(example, Asked)}


class MaxSim:
    """Late interaction over the encoder's contextual token vectors, no training at all."""

    def __init__(self) -> None:
        self.tokens = MiniLMTokens(size=384)
        self.known: dict[str, np.ndarray[Any, Any]] = {}

    def score(self, question: str, passages: Sequence[str]) -> np.ndarray[Any, Any]:
        new = [text for text in dict.fromkeys([question, *passages]) if text not in self.known]
        self.known |= zip(new, self.tokens.encode(new), strict=True)
        asked = self.known[question]
        return np.array([(asked @ self.known[text].T).max(axis=1).mean() for text in passages])


def ranked(task: Task, relevance: Any, maxsim: MaxSim, depth: int, folder: str) -> dict[str, float]:
    """Mean nDCG@10 of the fusion and of each weight."""
    documents = [Document(text_of(row), metadata={"source": name}) for name, row in task.corpus.items()]
    retrieve = {"use": "fusion", "of": [{"use": kind, "top_k": depth} for kind in ("bm25", "dense")], "top_k": depth}
    index = {"path": folder, "contextual": "none", "segment": {"use": "recursive", "max_tokens": 100_000}}
    pipeline = Pipeline.from_configuration(load({"version": 1, "index": index, "pipeline": [{"retrieve": retrieve}]}))
    pipeline.add_documents(documents)
    scores: dict[str, list[float]] = {
        name: [] for name in ("fusion", "maxsim", "maxsim + fusion", *map(str, WEIGHTS), *map(_named, BOTH))
    }
    for query, text in task.queries.items():
        passages = pipeline.invoke(text).passages
        names = [passage.metadata["source"] for passage in passages]
        first = np.array([passage.metadata["score"] for passage in passages])
        first = (first - first.min()) / (np.ptp(first) or 1)
        judged = relevance.score([(text, passage.page_content) for passage in passages])
        scores["fusion"].append(ndcg(names, task.qrels[query]))
        near = maxsim.score(text, [passage.page_content for passage in passages])
        near = (near - near.min()) / (np.ptp(near) or 1)
        mixed = {str(weight): weight * judged + (1 - weight) * first for weight in WEIGHTS}
        mixed |= {_named((a, b)): a * judged + b * near + (1 - a - b) * first for a, b in BOTH}
        for name, values in {"maxsim": near, "maxsim + fusion": (near + first) / 2, **mixed}.items():
            order = np.argsort(-values, kind="stable")
            scores[name].append(ndcg([names[place] for place in order], task.qrels[query]))
    return {name: float(np.mean(values)) for name, values in scores.items()}


def _named(both: tuple[float, float]) -> str:
    return f"{both[0]} and maxsim {both[1]}"


def speed(relevance: Any) -> float:
    """Pairs of 128 tokens a second, the best of three."""
    seconds = []
    for turn in range(4):  # no pair twice: what was just read is remembered
        pairs = [(f"which bridge is number {turn}", " ".join([f"{number}", *["stone"] * 118])) for number in range(200)]
        seconds.append(timed(lambda: relevance.score(pairs))[0])  # noqa: B023  # called at once
    return 200 / min(seconds[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--weights", type=Path, help="the shipped ones where not given")
    parser.add_argument("--data", type=Path, nargs="*", default=[])
    parser.add_argument("--limit", type=int, default=150, help="questions of a task at most")
    parser.add_argument("--depth", type=int, default=50)
    arguments = parser.parse_args()
    relevance, maxsim = skills.load("relevance", arguments.weights), MaxSim()
    known = learnt(arguments.data)
    rows = []
    for path in sorted(arguments.folder.iterdir()):
        if not path.is_dir() or (arguments.tasks and path.name not in arguments.tasks):
            continue
        task = read_task(path)
        unseen = [name for name, text in task.queries.items() if text not in known][: arguments.limit]
        task = replace(task, queries={name: task.queries[name] for name in unseen})
        with tempfile.TemporaryDirectory() as folder:
            rows.append(
                {"task": task.name, "queries": len(unseen), **ranked(task, relevance, maxsim, arguments.depth, folder)}
            )
        print(rows[-1], flush=True)
    report("cross", rows, **{"pairs/s": speed(relevance)})


if __name__ == "__main__":
    main()

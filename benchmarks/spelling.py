"""What slips of the keyboard cost, and what reading over them gives back: nDCG@10 of the first search.

    python benchmarks/spelling.py FOLDER_OF_TASKS TASK ... [--limit 100]

Each question is asked as it stands, and with one slip in one of its words of five letters or more (drawn by hash: the
letter, the place, and which of the four kinds of slip), each with and without the agent `spelling`. Questions are a
sample by hash. Also told: how many questions as they stand are read as something else, and how many slips are undone.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from pathlib import Path

import numpy as np
from common import ndcg, read_task, report
from langchain_core.documents import Document

from rag.agents.spelling import Spelling
from rag.index import Index, Lexical, Vectors
from rag.retrievers.bm25 import BM25
from rag.retrievers.dense import Dense
from rag.retrievers.fusion import Fusion
from rag.schema import Turn
from rag.training.splits import fraction

_WORD = re.compile(r"[^\W\d_]{5,}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def slipped(question: str) -> str | None:
    """The question with one slip; None where it has no word for it."""
    chance = random.Random(question)
    words = list(_WORD.finditer(question))
    if not words:
        return None
    match = chance.choice(words)
    word = match[0]
    place = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(4)
    before, after = word[:place], word[place:]
    if kind == 0:
        after = after[1] + after[0] + after[2:]
    elif kind == 1:
        after = after[1:]
    elif kind == 2:
        after = chance.choice(_LETTERS) + after
    else:
        after = chance.choice(_LETTERS.replace(after[0].lower(), "")) + after[1:]
    made = question[: match.start()] + before + after + question[match.end() :]
    return made if made != question else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="+")
    parser.add_argument("--limit", type=int, default=100)
    given = parser.parse_args()
    rows = []
    for name in given.tasks:
        task = read_task(given.folder / name)
        with tempfile.TemporaryDirectory() as folder:
            index = Index(path=folder)
            documents = [
                Document(f"{row['title']}\n{row['text']}".strip(), metadata={"source": key})
                for key, row in task.corpus.items()
            ]
            index.add_documents(documents, [Lexical(), Vectors(index.encoder)])
            found = [BM25(index=index, top_k=50), Dense(index=index, encoder=index.encoder, top_k=50)]
            search, agent = Fusion(of=found, method="weighted", top_k=20), Spelling(index=index)
            scores: dict[str, list[float]] = {way: [] for way in ("plain", "read", "slip", "slip read")}
            changed = undone = 0
            for key in sorted(task.queries, key=lambda key: fraction(f"spelling {key}"))[: given.limit]:
                question = task.queries[key]
                made = slipped(question)
                if made is None:
                    continue
                read, mended = agent.act(Turn(question)).search, agent.act(Turn(made)).search
                changed += read != question
                undone += mended == question
                for way, text in zip(scores, (question, read, made, mended), strict=True):
                    ranking = list(dict.fromkeys(hit.metadata["source"] for hit in search.invoke(text)))
                    scores[way].append(ndcg(ranking, task.qrels[key]))
            count = len(scores["plain"])
            means = {way: float(np.mean(part)) for way, part in scores.items()}
            rows.append({"task": name, "questions": count, **means, "changed": changed, "undone": undone / count})
    report("spelling", rows)


if __name__ == "__main__":
    main()

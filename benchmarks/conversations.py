"""Follow-up questions: how well what the last turn needs is found, by what the conversation adds to it.

    python benchmarks/conversations.py REFERENCE.jsonl.gz [--history 6]

REFERENCE is `reference.jsonl` of MTRAG-UN (Apache-2.0): conversations that people had with a RAG system, each with the
passages that the answer to its last turn rests on. The collection is the passages of all of them. Turns that are not
the first and have passages are searched for by themselves, as `condense` rewrites them without a model, with the turn
before, with all of them, and with the last answer as well. nDCG@10 and recall@10 by document, over two halves by the
hash of the conversation: what `condense` does was chosen on `chosen on`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from common import ndcg, report
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from rag.asking.standalone import standalone
from rag.pipeline import Pipeline

PIPELINE: dict[str, Any] = {
    "version": 1,
    "encoder": {"use": "minilm"},
    "index": {"segment": {"use": "recursive", "max_tokens": 200}},
    "pipeline": [
        {
            "retrieve": {
                "use": "fusion",
                "method": "weighted",
                "of": [{"use": "bm25", "top_k": 50}, {"use": "dense", "top_k": 50}],
                "top_k": 20,
            }
        }
    ],
}
"""The search of `default`."""
Way = Callable[[str, Sequence[BaseMessage]], str]


@dataclass(frozen=True)
class Asked:
    """The last turn of a conversation."""

    question: str
    history: Sequence[BaseMessage]
    wanted: dict[str, int]
    """Documents that its answer rests on, each with gain 1."""
    half: str


def ways(history: int) -> dict[str, Way]:
    """What is searched for."""
    return {
        "the question alone": lambda question, _: question,
        "condense": lambda question, said: standalone(question, said[-history:]),
        "and the question before": lambda question, said: " ".join([*_asked(said)[-1:], question]),
        "and all questions before": lambda question, said: " ".join([*_asked(said), question]),
        "and the question before, its answer": lambda question, said: " ".join([*map(_text, said[-2:]), question]),
    }


def conversations(file: Path) -> tuple[list[Document], list[Asked]]:
    """All passages, and the turns that are searched for."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    passages = {context["document_id"]: context["text"].strip() for row in rows for context in row["contexts"]}
    asked = []
    for row in rows:
        *before, last = row["input"]
        if before and row["contexts"]:
            said = [(HumanMessage if turn["speaker"] == "user" else AIMessage)(turn["text"]) for turn in before]
            odd = int(hashlib.sha256(row["conversation_id"].encode()).hexdigest(), 16) % 2
            wanted = {context["document_id"]: 1 for context in row["contexts"]}
            asked.append(Asked(last["text"].strip(), said, wanted, "held out" if odd else "chosen on"))
    return [Document(text, metadata={"source": name}) for name, text in passages.items()], asked


def _asked(said: Sequence[BaseMessage]) -> list[str]:
    return [_text(message) for message in said if isinstance(message, HumanMessage)]


def _text(message: BaseMessage) -> str:
    return str(message.text).strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path)
    parser.add_argument("--history", type=int, default=6, help="messages that are looked at")
    options = parser.parse_args()
    documents, asked = conversations(options.reference)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline.from_yaml({**PIPELINE, "index": {**PIPELINE["index"], "path": folder}})
        pipeline.add_documents(documents)
        retriever = pipeline.as_retriever()
        for name, way in ways(options.history).items():
            figures: dict[str, list[tuple[float, float]]] = {"chosen on": [], "held out": []}
            for turn in asked:
                found = [passage.metadata["source"] for passage in retriever.invoke(way(turn.question, turn.history))]
                ranking = list(dict.fromkeys(found))
                recall = len(turn.wanted.keys() & set(ranking[:10])) / min(10, len(turn.wanted))
                figures[turn.half].append((ndcg(ranking, turn.wanted), recall))
            row: dict[str, Any] = {"searched for": name}
            for half, values in figures.items():
                row[f"nDCG@10, {half} ({len(values)})"], row[f"recall@10, {half}"] = np.mean(values, axis=0).round(3)
            rows.append(row)
    report("conversations", rows)


if __name__ == "__main__":
    main()

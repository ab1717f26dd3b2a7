"""Late interaction beside bm25 and dense on BEIR folders: nDCG@10 of every way to store tokens, and of fusions.

    python benchmarks/multi_vector.py FOLDER_OF_TASKS [TASK ...] [--limit 300] [--page docs/results/multi-vector.md]

A document is one passage (cut where the encoder cuts it). Token vectors are computed once a task, as the encoder gives
them, and every way to store them starts from those.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import Task, ndcg, read_task, report, timed
from langchain_core.documents import Document
from numpy.typing import NDArray
from retrieval import text_of

from rag.config import component
from rag.encoders.vectors import unit_rows
from rag.index import Index
from rag.kinds import KINDS, Retriever, default_encoder
from rag.tokens.minilm import MiniLMTokens, axes
from rag.tokens.skill import SkillTokens

RETRIEVER = next(kind for kind in KINDS if kind.name == "retriever").base
TOKENS: dict[str, dict[str, Any]] = {
    "384 raw, every passage": {"size": 384, "bits": 16, "exact_up_to": 1_000_000},
    "384, 2 bits": {"size": 384, "bits": 2},
    "256, 4 bits": {"size": 256, "bits": 4},
    "256, 2 bits": {"size": 256, "bits": 2},
    "128, 4 bits": {"size": 128, "bits": 4},
    "128, 2 bits": {"size": 128, "bits": 2},
    "256, 2 bits, mode xtr": {"size": 256, "bits": 2, "mode": "xtr", "token_k": 1_000},
    "skill, every passage": {"size": None, "bits": 16, "exact_up_to": 1_000_000},
    "skill, 4 bits": {"size": None, "bits": 4},
    "skill, 2 bits": {"size": None, "bits": 2},
    "skill, 2 bits, mode xtr": {"size": None, "bits": 2, "mode": "xtr", "token_k": 2_000},
}
"""Fields of `xtr`; its `tokens` are `minilm` of that `size`, or the skill's 128 dimensions."""
FUSED = "skill, 2 bits"
"""What stands for `xtr` in fusions."""
DEEP = 50
"""Passages that each retriever hands to a fusion."""


class Once(MiniLMTokens):
    """Remembers what it computed, in half precision."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> list[NDArray[np.float32]]:
        new = [text for text in dict.fromkeys(texts) if text not in WHOLE]
        for text, vectors in zip(new, self._model.encode_tokens(new), strict=True):
            WHOLE[text] = vectors.astype(np.float16)
        whole = [WHOLE[text].astype(np.float32) for text in texts]
        return whole if self.size == 384 else [unit_rows(vectors @ axes()[:, : self.size]) for vectors in whole]


class OnceTrained(SkillTokens):
    """The same of the skill's."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> list[NDArray[np.float32]]:
        keys = [f"{query} {text}" for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in TRAINED}
        for key, vectors in zip(new, super().encode(list(new.values()), query=query), strict=True):
            TRAINED[key] = vectors.astype(np.float16)
        return [TRAINED[key].astype(np.float32) for key in keys]


WHOLE: dict[str, NDArray[np.float16]] = {}
TRAINED: dict[str, NDArray[np.float16]] = {}
Search = Callable[[str], list[Document]]


def retrievers_of(index: Index) -> dict[str, Retriever]:
    """Every retriever by its name in the table, fusions left out."""
    shared = {"index": index, "encoder": index.encoder}
    made = {name: component({"use": name, "top_k": DEEP}, RETRIEVER, shared=shared) for name in ("bm25", "dense")}
    xtr = type(component("xtr", RETRIEVER, shared=shared))
    for name, settings in TOKENS.items():
        size = settings["size"]
        rest = {key: value for key, value in settings.items() if key != "size"}
        tokens = OnceTrained() if size is None else Once(size=size)
        made[name] = xtr(index=index, tokens=tokens, top_k=DEEP, candidates=100, **rest)
    return made


def fusions_of(made: Mapping[str, Retriever], best: str) -> dict[str, tuple[Retriever, ...]]:
    bm25, dense, late = made["bm25"], made["dense"], made[best]
    return {
        "bm25 + dense": (bm25, dense),
        "bm25 + xtr": (bm25, late),
        "dense + xtr": (dense, late),
        "bm25 + dense + xtr": (bm25, dense, late),
    }


def measured(task: Task, folder: str) -> dict[str, Any]:
    """nDCG@10 of every retriever and fusion; bytes a token; median milliseconds of a search without encoding."""
    encoder = default_encoder()
    whole = component({"use": "recursive", "max_tokens": 10**6}, SEGMENTER, shared={"encoder": encoder})
    index = Index(path=folder, encoder=encoder, contextual="none", segment=whole)
    made = retrievers_of(index)
    documents = [Document(text_of(row), metadata={"source": name}) for name, row in task.corpus.items()]
    views = {view.name: view for retriever in made.values() for view in retriever.views()}
    index.add_documents(documents, list(views.values()))
    found: dict[str, dict[str, list[Document]]] = {name: {} for name in made}
    times: dict[str, list[float]] = {name: [] for name in made}
    for query, text in task.queries.items():
        for name, retriever in made.items():
            seconds, found[name][query] = timed(lambda r=retriever, t=text: r.invoke(t))
            times[name].append(seconds)
    row: dict[str, Any] = {"task": task.name, "queries": len(task.queries)}
    for name in made:
        row[name] = score(task, found[name])
    fusion = type(component({"use": "fusion", "of": ["bm25"]}, RETRIEVER, shared={"index": index}))
    for weights in (None, 2, 4):
        for name, of in fusions_of(made, FUSED).items():
            labels = [next(key for key, value in made.items() if value is part) for part in of]
            if weights and "xtr" not in name:
                continue
            given = (1.0,) * (len(of) - 1) + (float(weights),) if weights else None
            mixed = fusion(of=of, weights=given)
            fused = {q: mixed.fuse([found[label][q] for label in labels]) for q in task.queries}
            row[f"{name}{f' x{weights}' if weights else ''}"] = score(task, fused)
    row["tokens"] = sum(len(WHOLE[text_of(r)]) for r in task.corpus.values())
    row["p50 ms"] = {name: float(np.median(some) * 1e3) for name, some in times.items()}
    return row


def score(task: Task, found: Mapping[str, list[Document]]) -> float:
    return float(np.mean([ndcg([p.metadata["source"] for p in found[q]], task.qrels[q]) for q in task.queries]))


SEGMENTER = next(kind for kind in KINDS if kind.name == "segmenter").base


def page(rows: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Puts the table into a page, between its marker and the next heading."""
    columns = [key for key in rows[0] if key not in ("task", "queries", "tokens", "p50 ms")]
    lines = [f"| | {' | '.join(row['task'] for row in rows)} | mean |", "|---" * (len(rows) + 2) + "|"]
    for column in columns:
        values = [row[column] for row in rows]
        lines.append(f"| {column} | {' | '.join(_digits(v) for v in [*values, float(np.mean(values))])} |")
    head, _, rest = file.read_text(encoding="utf-8").partition("<!-- table -->")
    _, below, after = rest.partition("\n## ")
    table = f"{head}<!-- table -->\n" + "\n".join(lines) + "\n"
    file.write_text(f"{table}{below}{after}", encoding="utf-8")


def _digits(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--limit", type=int, default=300, help="questions of each task, the first")
    parser.add_argument("--page", type=Path, help="write the table into this page")
    arguments = parser.parse_args()
    rows = []
    for path in [arguments.folder / name for name in arguments.tasks] or sorted(arguments.folder.iterdir()):
        task = read_task(path)
        queries = dict(list(task.queries.items())[: arguments.limit])
        WHOLE.clear()
        TRAINED.clear()
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measured(Task(task.name, task.corpus, queries, task.qrels), folder))
        print(rows[-1], flush=True)
        report("multi_vector", rows)
        if arguments.page:
            page(rows, arguments.page)


if __name__ == "__main__":
    main()

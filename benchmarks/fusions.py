"""Which fusion of bm25, dense and xtr: nDCG@10 of every pair and of the triple, with intervals, on BEIR folders.

    python benchmarks/fusions.py FOLDER_OF_TASKS [TASK ...] [--limit 200] [--work .rag/fusions] [--page FILE]
        [--chosen WAY] [--encoder static]

Documents are cut as the preset `default` cuts them (200 tokens, heading in front), each retriever gives 50 passages,
and a document stands where its first passage stands. Questions fall into two halves by the hash of their id: weights
are chosen on one, figures are of the other. None of the three retrievers has learnt from questions: `bm25` from
nothing, `dense` and `xtr` are the published encoder and principal axes of its vectors on unlabelled text. Rankings are
kept in `--work`, so a second run only counts. With `--chosen`, a way that was chosen on other tasks, all questions
count. With `--encoder static`, the preset `fast`'s, there are `bm25` and `dense`, and it is `bm25` that may weigh more.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import Task, ndcg, read_task, report
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from multi_vector import RETRIEVER, SEGMENTER, WHOLE, Once
from numpy.typing import NDArray

from rag.config import component
from rag.evaluation.statistics import means, paired
from rag.index import Index
from rag.kinds import KINDS, Retriever, default_encoder
from rag.training.splits import fraction

DEEP = 50
"""Passages of each retriever."""
XTR: dict[str, dict[str, Any]] = {
    "xtr": {"size": 256},
    "xtr-128": {"size": 128},
}
"""Fields of its tokens; 2 bits a dimension."""
TUNED = 0.5
PAIRS = ({"bm25": 1, "dense": 1}, {"bm25": 1, "xtr": 1}, {"dense": 1, "xtr": 1})
ALL = {"bm25": 1, "dense": 1, "xtr": 1}
HEAVY = (1, 2, 4, 8)
"""Weights of `xtr`; the others weigh 1."""
LEXICAL = (1, 1.5, 2, 2.5, 3, 4)
"""Weights of `bm25` beside static vectors."""
ENCODER = next(kind for kind in KINDS if kind.name == "encoder").base
Ranking = list[tuple[str, str, float]]
"""Passage id, document, score."""
Ways = dict[str, tuple[str, Mapping[str, float]]]
"""Method and weights by name."""


def ways(late: str = "xtr") -> Ways:
    """Everything that is compared, single retrievers first."""
    found: Ways = {name: ("rrf", {name: 1}) for name in ("bm25", "dense", late)}
    for method in ("rrf", "weighted"):
        behind = "" if method == "rrf" else ", scores"
        for plain in (*PAIRS, ALL):
            parts = {late if name == "xtr" else name: weight for name, weight in plain.items()}
            for heavy in HEAVY if late in parts else (1,):
                name = " + ".join(parts) + (f" x{heavy}" if heavy > 1 else "")
                found[name + behind] = (method, {**parts, **({late: heavy} if late in parts else {})})
    return found


def static_ways() -> Ways:
    """The same of `bm25` and static vectors."""
    found: Ways = {name: ("rrf", {name: 1}) for name in ("bm25", "dense")}
    for method, behind in (("rrf", ""), ("weighted", ", scores")):
        for heavy in LEXICAL:
            name = f"bm25{f' x{heavy:g}' if heavy > 1 else ''} + dense{behind}"
            found[name] = (method, {"bm25": heavy, "dense": 1})
    return found


def rankings(task: Task, work: Path, limit: int, use: str = "minilm") -> dict[str, dict[str, Ranking]]:
    """Of each retriever, for each question, by one encoder."""
    file = work / f"{task.name}.json"
    if file.exists():
        stored: dict[str, dict[str, Ranking]] = json.loads(file.read_text(encoding="utf-8"))
        return stored
    encoder: Embeddings = default_encoder() if use == "minilm" else component(use, ENCODER)
    segment = component({"use": "recursive", "max_tokens": 200}, SEGMENTER, shared={"encoder": encoder})
    index = Index(path=str(work / task.name), encoder=encoder, segment=segment)
    shared = {"index": index, "encoder": encoder}
    made: dict[str, Retriever] = {
        name: component({"use": name, "top_k": DEEP}, RETRIEVER, shared=shared) for name in ("bm25", "dense")
    }
    xtr = type(component("xtr", RETRIEVER, shared=shared))
    late = XTR if use == "minilm" else {}
    made |= {name: xtr(index=index, tokens=Once(**fields), top_k=DEEP, candidates=100) for name, fields in late.items()}
    documents = [
        Document(row["text"], metadata={"source": name, **({"title": row["title"]} if row.get("title") else {})})
        for name, row in task.corpus.items()
    ]
    WHOLE.clear()
    index.add_documents(documents, [view for retriever in made.values() for view in retriever.views()])
    asked = sorted(task.queries, key=lambda query: fraction(f"asked {query}"))[:limit]
    found: dict[str, dict[str, Ranking]] = {}
    for name, retriever in made.items():
        found[name] = {
            query: [
                (str(p.id), p.metadata["source"], p.metadata["score"]) for p in retriever.invoke(task.queries[query])
            ]
            for query in asked
        }
    work.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found), encoding="utf-8")
    return found


def scored(task: Task, found: Mapping[str, Mapping[str, Ranking]], compared: Ways) -> dict[str, NDArray[np.float64]]:
    """nDCG@10 of every question by every way."""
    shared = {"index": Index(path="unused"), "encoder": default_encoder()}
    fusion = type(component({"use": "fusion", "of": ["bm25"]}, RETRIEVER, shared=shared))
    asked = list(found["bm25"])
    given = {
        name: {query: [_passage(*row) for row in rows] for query, rows in lists.items()}
        for name, lists in found.items()
    }
    scores = {}
    for name, (method, weights) in compared.items():
        mixed = fusion(
            of=tuple(component(part.partition("-")[0], RETRIEVER, shared=shared) for part in weights),
            method=method,
            weights=tuple(map(float, weights.values())),
            top_k=DEEP,
        )
        rows = []
        for query in asked:
            lists = [given[part][query] for part in weights]
            passages = lists[0] if len(lists) == 1 else mixed.fuse(lists)
            documents = list(dict.fromkeys(passage.metadata["source"] for passage in passages))
            rows.append(ndcg(documents, task.qrels[query]))
        scores[name] = np.array(rows)
    return scores


def _passage(name: str, source: str, score: float) -> Document:
    return Document("", id=name, metadata={"source": source, "score": score})


def halves(asked: Sequence[str]) -> NDArray[np.bool_]:
    """Which questions weights are chosen on."""
    return np.array([fraction(f"tune {query}") < TUNED for query in asked])


def figures(
    tables: Mapping[str, Mapping[str, NDArray[np.float64]]], marks: Mapping[str, NDArray[np.bool_]], way: str
) -> list[float]:
    """Mean nDCG@10 of each task, over the questions marked."""
    return [float(tables[name][way][marks[name]].mean()) for name in tables]


def chosen(tables: Mapping[str, Mapping[str, NDArray[np.float64]]], tuned: Mapping[str, NDArray[np.bool_]]) -> str:
    """The way with the highest mean over the tasks on the tuning halves."""
    names = list(next(iter(tables.values())))
    return max(names, key=lambda way: float(np.mean(figures(tables, tuned, way))))


def table(tables: Mapping[str, Mapping[str, NDArray[np.float64]]], tuned: Mapping[str, NDArray[np.bool_]]) -> str:
    """A row for each way: its mean on the tuning halves, where there are any, then figures of the other questions."""
    others = {name: ~mark for name, mark in tuned.items()}
    names = list(tables)
    halved = any(mark.any() for mark in tuned.values())
    groups = {"ir-*": [n for n in names if n.startswith("ir-")], "all": names}
    lines = [
        "| | "
        + "tuning, mean | " * halved
        + " | ".join(f"{name} ({int(others[name].sum())})" for name in names)
        + " | "
        + " | ".join(f"mean of {group}" for group in groups)
        + " | all, against bm25 + dense |",
        "|---" * (len(names) + len(groups) + 2 + halved) + "|",
    ]
    base = np.concatenate([tables[name]["bm25 + dense"][others[name]] for name in names])
    for way in next(iter(tables.values())):
        values = dict(zip(names, figures(tables, others, way), strict=True))
        gain = paired(base, np.concatenate([tables[name][way][others[name]] for name in names]))
        cells = [_short(float(np.mean(figures(tables, tuned, way))))] if halved else []
        cells += map(_short, values.values())
        cells += [_short(float(np.mean([values[n] for n in group]))) for group in groups.values() if group]
        cells.append("" if way == "bm25 + dense" else f"{gain.difference:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})")
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def intervals(
    tables: Mapping[str, Mapping[str, NDArray[np.float64]]], tuned: Mapping[str, NDArray[np.bool_]], kept: Sequence[str]
) -> str:
    """Some ways on the reporting halves, each with its bootstrap 95 % interval."""
    lines = ["| | " + " | ".join(kept) + " |", "|---" * (len(kept) + 1) + "|"]
    for name, scores in tables.items():
        found = means({way: scores[way][~tuned[name]].tolist() for way in kept})
        cells = [f"{_short(m.mean)} ({_short(m.low)} to {_short(m.high)})" for m in found.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--limit", type=int, default=200, help="questions of each task")
    parser.add_argument("--work", type=Path, default=Path(".rag/fusions"))
    parser.add_argument("--late", default="xtr", choices=list(XTR), help="which of them stands for xtr")
    parser.add_argument("--encoder", default="minilm", choices=["minilm", "static"])
    parser.add_argument("--chosen", help="a way that was chosen on other tasks: every question is reported")
    parser.add_argument("--page", type=Path, help="write the tables into this page, after its marker")
    arguments = parser.parse_args()
    names = arguments.tasks or [path.name for path in sorted(arguments.folder.iterdir()) if path.is_dir()]
    tables, tuned = {}, {}
    static = arguments.encoder == "static"
    compared = static_ways() if static else ways(arguments.late)
    for name in names:
        task = read_task(arguments.folder / name)
        work = arguments.work / "static" if static else arguments.work
        found = rankings(task, work, arguments.limit, arguments.encoder)
        tables[name] = scored(task, found, compared)
        asked = list(found["bm25"])
        tuned[name] = np.zeros(len(asked), np.bool_) if arguments.chosen else halves(asked)
        print(name, len(found["bm25"]), flush=True)
    best = arguments.chosen or chosen(tables, tuned)
    text = (
        table(tables, tuned)
        + "\n"
        + intervals(tables, tuned, list(dict.fromkeys(["bm25 + dense", "bm25" if static else arguments.late, best])))
    )
    print(f"{text}\nchosen on {'other tasks' if arguments.chosen else 'the tuning halves'}: {best}")
    everything = {name: np.ones(len(mark), np.bool_) for name, mark in tuned.items()}
    rows = [{"way": way, **dict(zip(names, figures(tables, everything, way), strict=True))} for way in tables[names[0]]]
    report("fusions", rows, chosen=best)
    if arguments.page:
        head, _, _ = arguments.page.read_text(encoding="utf-8").partition("<!-- fusions -->")
        arguments.page.write_text(f"{head}<!-- fusions -->\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()

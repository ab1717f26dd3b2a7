"""Several knowledge sources: does the plan name the right ones, what does a dependency find, and what is searched less.

    python benchmarks/multi_source.py kbp FOLDER [--work DIR]
    python benchmarks/multi_source.py tasks FOLDER [TASK ...] [--limit 40] [--answers 12] [--work DIR]

`kbp`: KBP (Wang et al.: SAFARI, 2023), Chinese dialogues with a persona and documents about it, files `train`, `dev`
and `test.jsonl.gz`. The planner is trained by `rag train sources` on the turns of `train`, its thresholds are chosen on
`dev`, its figures are of `test`. Recall@1 of the document that a turn needs, with and without what the persona says of
it, by BM25 and the agent's own steps.

`tasks`: the corpora of several tasks in BEIR layout in one index, each a source with a description. Does the planner
without a chat model name the source that holds what is relevant? Its weights were fitted on `tune`, questions whose
id has a hash below one half; `report` is the others. Then the first `--answers` questions of each task with answers and
of that half are answered from the planned sources and from all. What is found is kept in `--work`.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from common import read_task, report
from langchain_core.retrievers import BaseRetriever
from retrieval import text_of

from rag import Document, Pipeline, config
from rag.evaluation.answers import score
from rag.index import Index
from rag.knowledge.gather import Means, gather, marked
from rag.knowledge.nearness import ASKED, Signs, chance, probe, signs
from rag.knowledge.plan import of_all
from rag.knowledge.source import Source
from rag.schema import Turn
from rag.training.planner import SourcesRecipe
from rag.training.settings import Settings
from rag.training.splits import fraction
from rag.training.train import train

TASKS = {
    "qa-new-wiki": "encyclopedia articles about places, people, history and sport",
    "hop-hotpotqa": "short encyclopedia paragraphs about films, music, books, sportsmen and companies",
    "qa-covid": "research articles about the coronavirus and other viruses",
    "ir-medline": "abstracts of medical papers",
    "ir-cranfield": "abstracts about aerodynamics: flow, wings, heat transfer, shock waves",
    "code-cosqa": "functions in the programming language Python",
    "qa-squad2": "encyclopedia articles about history, science and government",
}
ASKED_BY_DEFAULT = [name for name in TASKS if name != "qa-squad2"]
"""Subjects that lie apart."""
PERSONA, DOCUMENT = "PERSONA", "DOCUMENT"
RIGHT = "documents of the right persona"
WAYS: dict[str, tuple[int, dict[str, Any]]] = {
    "all documents": (1, {"extend": False}),
    "all documents, the persona in the query": (1, {}),
    "documents of the first persona found": (1, {"tie": "about", "extend": False}),
    "documents of the first two personas found": (2, {"tie": "about", "extend": False}),
    RIGHT: (1, {"extend": False}),
}
"""Personas taken, and how the source of documents depends on them."""


def turns(file: Path) -> Iterator[dict[str, Any]]:
    """Every turn of a file of KBP: what is asked, how many came before, and the places of what is needed."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            dialogue = json.loads(line)
            for earlier, turn in enumerate(dialogue["conversation"]):
                needed = turn["P-K"]
                yield {
                    "question": turn["U"].replace(" ", ""),
                    "earlier": earlier,
                    "sources": [PERSONA, DOCUMENT][: len(needed)],
                    "persona": needed[0] if needed else [],
                    "documents": needed[1] if len(needed) > 1 else [],
                    "conversation": f"{file.name}:{number}",
                    "dialogue": dialogue if not earlier else None,
                }


def kbp_planner(folder: Path, work: Path) -> list[dict[str, Any]]:
    """The planner's figures on the test part, beside asking always all and never any."""
    file = work / "kbp.jsonl"
    keys = ("question", "earlier", "sources", "conversation")
    with file.open("w", encoding="utf-8") as lines:
        for part in ("train", "dev", "test"):
            for turn in turns(folder / f"{part}.jsonl.gz"):
                print(json.dumps({key: turn[key] for key in keys} | {"part": part}), file=lines)
    trained = train(SourcesRecipe.skill, [file], Settings(work / "planner", resume=True))
    return [{"measure": name, "value": figure.mean} for name, figure in trained.figures.items()]


def kbp_recall(folder: Path, work: Path) -> list[dict[str, Any]]:
    """Recall@1 of persona and document of the test turns that need both."""
    asked = list(turns(folder / "test.jsonl.gz"))
    index = Index(path=str(work / "kbp"))
    bm25 = config.component("{use: bm25, top_k: 15}", BaseRetriever, shared={"index": index})
    index.add_documents(list(_facts(asked)), bm25.views())
    both = [turn for turn in asked if turn["documents"]]
    rows = []
    for name, (most, more) in WAYS.items():
        persona = Source(name=PERSONA, filter={"kind": PERSONA}, top_k=most)
        document = Source(name=DOCUMENT, filter={"kind": DOCUMENT}, top_k=1, after=PERSONA, **more)
        sources = {source.name: source for source in (persona, document)}
        hits = []
        for turn in both:
            told = turn["conversation"]
            right = {"about": {"in": [f"{told} {key}" for key in turn["persona"]]}} if name == RIGHT else {}
            asking = Turn(turn["question"], filter={"conversation": told, **right})
            found = gather(asking, of_all(list(sources.values())), sources, Means(bm25, _as_found))
            names = [{one.metadata["fact"] for one in source.passages} for source in found]
            hits.append([bool(names[0] & set(turn["persona"])), bool(names[1] & set(turn["documents"]))])
        share = np.mean(hits, axis=0)
        rows.append({"measure": name, "turns": len(hits), "persona found": share[0], "document R@1": share[1]})
    return rows


def _facts(asked: Sequence[Mapping[str, Any]]) -> Iterator[Document]:
    """Every fact of every conversation."""
    for turn in asked:
        if turn["dialogue"] is None:
            continue
        name, dialogue = turn["conversation"], turn["dialogue"]
        for key, text in dialogue["persona"].items():
            told = {"conversation": name, "kind": PERSONA, "fact": key, "about": f"{name} {key}"}
            yield Document(text.replace(" ", ""), metadata={"source": f"{name}/{key}", **told})
            for place, fact in dialogue["persona_kg"].get(key, {}).items():
                told |= {"kind": DOCUMENT, "fact": f"{key}-{place}"}
                yield Document(fact.replace(" ", ""), metadata={"source": f"{name}/{key}-{place}", **told})


def _as_found(_: str, found: Sequence[Document]) -> list[Document]:
    return [marked(one, 1 / (1 + place)) for place, one in enumerate(found)]


def pipeline_of(names: Sequence[str], work: Path, **fields: Any) -> Pipeline:
    """The preset over the tasks' corpora, each a source."""
    sources = [
        {"name": name, "description": TASKS[name], "filter": {"source": f"{name}/*"}, "top_k": 3} for name in names
    ]
    told = {"pipeline.1.agent.sources": sources, "pipeline.1.agent.retrieve.top_k": 10}
    told |= {f"pipeline.1.agent.{key}": value for key, value in fields.items()}
    return Pipeline.from_yaml(
        "unims-rag", index=str(work / "index"), set=[f"{k}={json.dumps(v)}" for k, v in told.items()]
    )


def planned(folder: Path, names: Sequence[str], work: Path, limit: int) -> list[dict[str, Any]]:
    """What tells of each source, question by question."""
    pipeline = pipeline_of(names, work)
    agent = pipeline.steps[1].part
    means = agent._means(None)  # what the agent searches with
    kept = work / "signs.jsonl"
    rows = [json.loads(line) for line in kept.open(encoding="utf-8")] if kept.exists() else []
    known = {row["query"] for row in rows}
    there = pipeline.store is not None and pipeline.store.exists()
    with kept.open("a", encoding="utf-8") as lines:
        tasks = [read_task(folder / name) for name in names]
        for task in tasks:
            if not there:
                pipeline.add_documents(
                    Document(text_of(dict(row)), metadata={"source": f"{task.name}/{name}"} | _title(row))
                    for name, row in task.corpus.items()
                )
        asked = [(task, query) for task in tasks for query in list(task.queries)[:limit]]
        for task, query in sorted(asked, key=lambda pair: fraction(pair[1] + "order")):
            if f"{task.name} {query}" in known:
                continue
            turn = Turn(task.queries[query])
            made = probe(turn, agent.sources, means)
            told = signs(turn.search, agent.sources, made, means.rank, agent.encoder)
            rows.append({"query": f"{task.name} {query}", "task": task.name, "text": turn.question}
                        | {"signs": {name: astuple(one) for name, one in told.items()}})  # fmt: skip
            print(json.dumps(rows[-1]), file=lines, flush=True)
    return rows


def _title(row: Mapping[str, str]) -> dict[str, str]:
    return {"title": row["title"]} if row.get("title") else {}


def accuracies(rows: Sequence[Mapping[str, Any]], half: str) -> list[dict[str, Any]]:
    """How often the source that holds what is relevant is planned, and how many are."""
    found = []
    mine = [row for row in rows if half == ("tune" if fraction(row["query"]) < 0.5 else "report")]
    for task in [*dict.fromkeys(row["task"] for row in mine), "all"]:
        some = [row for row in mine if task in ("all", row["task"])]
        chances = [{name: chance(Signs(*one)) for name, one in row["signs"].items()} for row in some]
        plans = [[name for name, value in one.items() if value >= ASKED] or [max(one, key=lambda n: one[n])]
                 for one in chances]  # fmt: skip
        far = [max(row["signs"], key=lambda name: row["signs"][name][3]) for row in some]
        first = [max(row["signs"], key=lambda name: row["signs"][name][2]) for row in some]
        gold = [row["task"] for row in some]
        likeliest = [max(one, key=lambda name: one[name]) for one in chances]
        found.append(
            {
                "half": half,
                "task": task,
                "questions": len(some),
                "planned": np.mean([name in plan for name, plan in zip(gold, plans, strict=True)]),
                "sources": np.mean([len(plan) for plan in plans]),
                "likeliest": np.mean([a == b for a, b in zip(gold, likeliest, strict=True)]),
                "by description": np.mean([a == b for a, b in zip(gold, far, strict=True)]),
                "by hits": np.mean([a == b for a, b in zip(gold, first, strict=True)]),
            }
        )
    return found


def answered(folder: Path, names: Sequence[str], work: Path, most: int) -> list[dict[str, Any]]:
    """F1 of answers from the planned sources and from all, of questions of the half that nothing was chosen on."""
    ways = {
        "all": {"by": "all"},
        "planned": {},
        "planned, not refined": {"steps": 0},
        "planned, three rounds up to .5": {"steps": 3, "enough": 0.5},
    }
    pipelines = {name: pipeline_of(names, work, **fields) for name, fields in ways.items()}
    kept = work / "answers.jsonl"
    rows = [json.loads(line) for line in kept.open(encoding="utf-8")] if kept.exists() else []
    known = {(row["query"], row["way"]) for row in rows}
    with kept.open("a", encoding="utf-8") as lines:
        for task in [read_task(folder / name) for name in names]:
            asked = [q for q in task.queries if q in task.answers and fraction(f"{task.name} {q}") >= 0.5]
            for query in asked[:most]:
                for way, pipeline in pipelines.items():
                    if (query, way) in known:
                        continue
                    began = process_time()
                    answer = pipeline.invoke(task.queries[query])
                    took = process_time() - began
                    told = answer.trace[-1].detail
                    mark = score(task.queries[query], answer.text, task.answers[query], abstained=answer.abstained)
                    rows.append({"query": query, "task": task.name, "way": way, "f1": mark["f1"]}
                                | {"searches": sum(s["searches"] for s in told["sources"].values())}
                                | {"passages judged": sum(s["found"] for s in told["sources"].values())}
                                | {"rounds": len(told["rounds"]), "processor s": took})  # fmt: skip
                    print(json.dumps(rows[-1]), file=lines, flush=True)
    found = []
    whole = [
        query for query in {row["query"] for row in rows} if sum(row["query"] == query for row in rows) == len(ways)
    ]
    for task in [*dict.fromkeys(row["task"] for row in rows), "all"]:
        for way in ways:
            some = [r for r in rows if r["way"] == way and task in ("all", r["task"]) and r["query"] in whole]
            marks = ("f1", "searches", "passages judged", "rounds", "processor s")
            if some:
                found.append({"task": task, "way": way, "questions": len(some)}
                             | {mark: float(np.mean([row[mark] for row in some])) for mark in marks})  # fmt: skip
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=("kbp", "tasks"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*", default=ASKED_BY_DEFAULT)
    parser.add_argument("--limit", type=int, default=40, help="questions of each task that are planned for, the first")
    parser.add_argument("--answers", type=int, default=12, help="of each task with answers, that are answered")
    parser.add_argument("--work", type=Path, default=Path(".rag/multi_source"))
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    if given.measure == "kbp":
        rows = kbp_planner(given.folder, given.work)
        report("multi_source_kbp", [*rows, *kbp_recall(given.folder, given.work)])
        return
    told = planned(given.folder, given.tasks, given.work, given.limit)
    rows = [row for half in ("tune", "report") for row in accuracies(told, half)]
    report(
        "multi_source_tasks",
        [*rows, *answered(given.folder, given.tasks, given.work, given.answers)],
        limit=given.limit,
    )


if __name__ == "__main__":
    main()

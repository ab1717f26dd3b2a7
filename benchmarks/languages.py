"""Other languages than English: what `default` finds and says, with and without its steps standing back.

    python benchmarks/languages.py FILE.jsonl.gz ... [--limit 150] [--work .rag/languages] [--page FILE]

Files are in SQuAD's shape, a paragraph a line, one language each. Questions fall into two halves by the hash of their
id: what was chosen was chosen on one (`--tuning`), figures are of the other. `before` is every step with
`by_language: false`. A foreign question is one of the same questions with its own paragraph left out of the search:
right is then to say nothing. Figures are kept in `--work`: a second run asks only what is new. `--claims` judges
citations instead: each question with its answer beside its own paragraph, and beside the other one that shares most
words with it and does not hold the answer.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from common import Task, ndcg, report

from rag import Document, Pipeline, skills
from rag.config import load
from rag.encoders.vocabulary import embedded
from rag.evaluation.answers import score
from rag.generators.verdict import BORNE, Claim, verdicts
from rag.passages.overlap import overlap
from rag.training.splits import fraction

SEGMENT = {"use": "recursive", "max_tokens": 200}
OF = [{"use": "bm25", "top_k": 50}, {"use": "dense", "top_k": 50}]
COLUMNS = ("nDCG@10", "contained", "equivalent", "F1", "abstained", "foreign refused")


def steps(aware: bool) -> list[dict[str, Any]]:
    """The steps of `default` that make an answer."""
    told = {"by_language": aware}
    return [
        {"retrieve": {"use": "fusion", "of": OF, "top_k": 20, **told}},
        {"compress": {"use": "rerank", "weight": 0.5, **told}},
        {"compress": {"use": "deduplicate"}},
        {"compress": {"use": "budget", "max_tokens": 1600}},
        {"generate": {"use": "reader", **told}},
    ]


WAYS: dict[str, list[dict[str, Any]]] = {
    "bm25": [{"retrieve": OF[0]}],
    "dense": [{"retrieve": OF[1]}],
    "fusion, before": steps(False)[:1],
    "fusion": steps(True)[:1],
    "default, before": steps(False),
    "default": steps(True),
}


def read(file: Path) -> Task:
    """A file in SQuAD's shape as a task; questions without an answer are left out."""
    corpus, queries, qrels, answers = {}, {}, {}, {}
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for paragraph in map(json.loads, lines):
            title = str(paragraph.get("title") or "").replace("_", " ")
            corpus[paragraph["pid"]] = {"title": title, "text": paragraph["context"]}
            for asked in paragraph["qas"]:
                if right := sorted({answer["text"] for answer in asked.get("answers", ())}):
                    queries[asked["id"]], answers[asked["id"]] = asked["question"], right
                    qrels[asked["id"]] = {paragraph["pid"]: 1}
    return Task(file.name.split(".jsonl")[0], corpus, queries, qrels, answers)


def pipelines(task: Task, work: Path) -> Iterator[tuple[str, Pipeline]]:
    """Each way over one index."""
    for place, (name, made) in enumerate(reversed(WAYS.items())):
        index = {"path": str(work / task.name), "segment": SEGMENT}
        pipeline = Pipeline.from_configuration(load({"version": 1, "index": index, "pipeline": made}))
        if not place:
            rows = task.corpus.items()
            pipeline.add_documents(
                Document(row["text"], metadata={"source": key, "title": row["title"]}) for key, row in rows
            )
        yield name, pipeline


def asked(task: Task, limit: int, tuning: bool) -> list[str]:
    """Questions of one half, in an order that does not depend on the file's."""
    half = [query for query in task.queries if (fraction(f"tune {query}") < 0.5) == tuning]
    return sorted(half, key=lambda query: fraction(f"asked {query}"))[:limit]


def figures(task: Task, names: list[str], pipeline: Pipeline, answers: bool) -> dict[str, float]:
    """Means over the questions."""
    rows = []
    for name in names:
        question = task.queries[name]
        found = pipeline.invoke(question)
        row = [ndcg(list(dict.fromkeys(p.metadata["source"] for p in found.passages)), task.qrels[name])]
        if answers:
            marks = score(question, found.text, task.answers[name], abstained=found.abstained)
            other = pipeline.invoke(question, filter={"not": {"source": {"in": list(task.qrels[name])}}})
            row += [marks[key] for key in ("containment", "answer_equivalence", "f1")]
            row += [float(found.abstained), float(other.abstained)]
        rows.append(row)
    return dict(zip(COLUMNS, np.mean(rows, axis=0).tolist(), strict=False))


def claims(task: Task, names: list[str]) -> dict[str, float]:
    """Which share of right citations is struck, and which of wrong ones is found."""
    support = skills.load("support").score
    texts = {name: row["text"] for name, row in task.corpus.items()}
    pairs: list[tuple[Claim, str]] = []
    for name in names:
        own, answer = next(iter(task.qrels[name])), task.answers[name][0]
        others = [text for key, text in texts.items() if key != own and answer not in text]
        claim = Claim(answer, task.queries[name])
        pairs += [(claim, texts[own]), (claim, others[int(overlap(task.queries[name], others).argmax())])]
    struck = np.array([one.score < BORNE for one in verdicts(pairs, support)])
    return {"right struck": float(struck[0::2].mean()), "wrong found": float(struck[1::2].mean())}


def known(task: Task, names: list[str]) -> float:
    """The share of the questions' letters, and of the paragraphs they are of, that the embedded vocabulary knows."""
    paragraphs = [task.corpus[next(iter(task.qrels[name]))]["text"] for name in names]
    told = [
        embedded().known(task.queries[name], [Document(text)]).share
        for name, text in zip(names, paragraphs, strict=True)
    ]
    return float(np.median(told))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, default=150, help="questions of each file")
    parser.add_argument("--tuning", action="store_true", help="the half that is chosen on")
    parser.add_argument("--claims", action="store_true", help="judge citations instead")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--work", type=Path, default=Path(".rag/languages"))
    parser.add_argument("--page", type=Path, help="write the table into this page, after its marker")
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for file in given.files:
        task = read(file)
        names = asked(task, given.limit, given.tuning)
        share = known(task, names)
        if given.claims:
            rows.append({"task": task.name, "questions": len(names), "known": share} | claims(task, names))
            continue
        for way, pipeline in pipelines(task, given.work):
            kept = given.work / f"{task.name} {way} {'tuning' if given.tuning else 'test'} {len(names)}.json"
            if way in given.ways and not kept.exists():
                means = figures(task, names, pipeline, answers="generate" in WAYS[way][-1])
                kept.write_text(json.dumps(means), encoding="utf-8")
            if kept.exists():
                means = json.loads(kept.read_text(encoding="utf-8"))
                rows.append({"task": task.name, "questions": len(names), "known": share, "way": way} | means)
                print(json.dumps(rows[-1]), flush=True)
    if given.claims:
        report("languages_claims", rows)
        return
    rows.sort(key=lambda row: ([file.name.split(".jsonl")[0] for file in given.files].index(row["task"]),
                               list(WAYS).index(row["way"])))  # fmt: skip
    report("languages", rows, half="tuning" if given.tuning else "test")
    if given.page:
        head, _, _ = given.page.read_text(encoding="utf-8").partition("<!-- languages -->")
        given.page.write_text(f"{head}<!-- languages -->\n{table(rows)}\n", encoding="utf-8")


def table(rows: list[dict[str, Any]]) -> str:
    lines = ["| | questions | known | | " + " | ".join(COLUMNS) + " |", "|---|---|---|---|" + "---|" * len(COLUMNS)]
    for row in rows:
        cells = [f"{row[name]:.3f}".replace("0.", ".", 1) if name in row else "" for name in COLUMNS]
        share = f"{row['known']:.2f}".replace("0.", ".", 1)
        lines.append(f"| {row['task']} | {row['questions']} | {share} | {row['way']} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

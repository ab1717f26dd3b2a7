"""Questions that the cross-encoder did not learn from, each with its re-ranked passages.

    python benchmarks/held_out.py FOLDER_OF_TASKS OUT [TASK ...] --data FILE ... [--limit 100] [--hops] [--method rrf]

Writes OUT/TASK.jsonl: `question`, `answers`, `part`, and twenty passages, re-ranked as the preset `default` does, best
first. They are found by the scores of both retrievers added, as `default` does; with `--method rrf` by reciprocal
ranks, as presets that say nothing else do. `--data` are the files that `rag train cross` was given. Questions of the
documents that its probabilities were fitted on are `tune`: defaults may be chosen on them; those of the other held-out
documents are `test`. Measurements that only compress and read start from these files. With `--hops` passages are those
of two searches, as `adaptive-rag` makes them for questions over several passages.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from common import Task, read_task
from langchain_core.documents import Document

from rag.config import load
from rag.pipeline import Pipeline
from rag.training.cross.examples import Asked
from rag.training.cross.recipe import Cross

TASKS = ["qa-new-wiki", "qa-squad2", "qa-xquad-en", "hop-hotpotqa", "hop-2wiki", "hop-musique"]
SEARCH: dict[str, Any] = {
    "use": "fusion",
    "method": "weighted",
    "of": [{"use": "bm25", "top_k": 50}, {"use": "dense", "top_k": 50}],
    "top_k": 20,
}


@dataclass(frozen=True)
class Question:
    """A question that nothing was learnt from."""

    text: str
    answers: Sequence[str]
    part: Literal["tune", "test"]
    passages: Sequence[Document]
    """As `rerank` leaves them, the best first."""


def parts(files: Sequence[Path]) -> tuple[set[str], set[str]]:
    """Questions that were learnt from, and those that probabilities were fitted on."""
    data = Cross().read(files)
    learnt, tuned = (
        {example.question for example in part if isinstance(example, Asked)} for part in (data.train, data.tune)
    )
    return learnt, tuned - learnt


def ranked(task: Task, learnt: set[str], tuned: set[str], limit: int, search: dict[str, Any]) -> Iterator[Question]:
    """The first `limit` questions of each part."""
    unseen = {key: text for key, text in task.queries.items() if task.answers.get(key) and text not in learnt}
    asked = [key for key, text in unseen.items() if text not in tuned][:limit]
    asked += [key for key, text in unseen.items() if text in tuned][:limit]
    shape = {"segment": {"use": "recursive", "max_tokens": 200}}
    steps = [search, {"compress": {"use": "rerank", "weight": 0.5}}]
    with tempfile.TemporaryDirectory() as index:
        told = {"version": 1, "encoder": {"use": "minilm"}, "index": {"path": index, **shape}, "pipeline": steps}
        pipeline = Pipeline.from_configuration(load(told))
        pipeline.add_documents(
            Document(row["text"], metadata={"source": name, "title": row.get("title", "")})
            for name, row in task.corpus.items()
        )
        for key in asked:
            passages = pipeline.invoke(unseen[key]).passages
            part: Literal["tune", "test"] = "tune" if unseen[key] in tuned else "test"
            yield Question(unseen[key], task.answers[key], part, passages)


def stored(file: Path, part: str, limit: int | None = None) -> list[Question]:
    """The questions of one part."""
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = [
        Question(row["question"], row["answers"], row["part"], [Document(**passage) for passage in row["passages"]])
        for row in rows
        if row["part"] == part
    ]
    return found[:limit]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("tasks", nargs="*", default=TASKS)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--limit", type=int, default=100, help="questions of each task and part")
    parser.add_argument("--hops", action="store_true", help="search twice")
    parser.add_argument("--method", choices=["weighted", "rrf"], default=SEARCH["method"], help="of the fusion")
    given = parser.parse_args()
    retrieve = SEARCH | {"method": given.method}
    hops = {"agent": {"use": "iterative", "retrieve": retrieve, "max_passages": 20}}
    search = hops if given.hops else {"retrieve": retrieve}
    learnt, tuned = parts(given.data)
    given.out.mkdir(parents=True, exist_ok=True)
    for name in given.tasks:
        counts = {"tune": 0, "test": 0}
        with (given.out / f"{name}.part").open("w", encoding="utf-8") as lines:
            for one in ranked(read_task(given.folder / name), learnt, tuned, given.limit, search):
                counts[one.part] += 1
                passages = [
                    {"page_content": passage.page_content, "metadata": dict(passage.metadata), "id": passage.id}
                    for passage in one.passages
                ]
                row = {"question": one.text, "answers": list(one.answers), "part": one.part, "passages": passages}
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        (given.out / f"{name}.part").replace(given.out / f"{name}.jsonl")
        print(name, counts, flush=True)


if __name__ == "__main__":
    main()

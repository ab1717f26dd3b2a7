"""Late interaction over the real passages of `late_collection.py`: build, size, speed, quality beside MaxSim of all.

    python benchmarks/late_real.py COLLECTION FOLDER_OF_TASKS [--size 256] [--queries 100] [--deep 5] [--passages N]
        [--token-k 1000 2000 4000] [--probe 4096 8192] [--bits 2] [--fast]

The first N passages that are encoded, and questions with a relevant document among them. Exact MaxSim compares uncoded
half-precision vectors of all tokens, a block at a time; it is timed over the first `--deep` questions and asked all of
them for its rankings. Questions are a sample of the tasks', encoded beforehand; nDCG@10 is over the whole collection,
of the documents in the order of their first passages, and its difference from MaxSim of all stands with its standard
error. Processor time is of all threads: other work on the machine changes it less than the time that passes, and with
OMP_NUM_THREADS=1 it is that of one thread.
`--token-k` and `--probe` are of the mode `xtr`: a tenth of the passages with a tenth of both is as the whole.
`--fast` searches by the compiled loops of the extra `fast`.
Cells are kept in COLLECTION, so a second run does not make them again.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from common import ndcg, read_task, report, timed
from late_collection import Collection
from numpy.typing import NDArray

from rag.encoders.vectors import unit_rows
from rag.index.cells import Cells
from rag.index.codec import Codec
from rag.index.compiled import load
from rag.index.late import PROBE, Impute, Late, Retrieval
from rag.index.ragged import Ragged
from rag.index.view import Hits, Rows
from rag.tokens.minilm import MiniLMTokens
from rag.training.splits import fraction

DEEP = 100
"""Passages that every search gives."""


def coded(collection: Collection, codec: Codec, size: int, count: int) -> Ragged:
    """Coded tokens of the first `count` passages, a part for each shard."""
    offsets, codes, left = [], [], count
    for lengths, vectors in collection.shards():
        some = lengths[:left]
        made = np.asarray(vectors[: some.sum()], np.float32)[:, :size]
        codes.append(codec.encode(made if size == vectors.shape[1] else unit_rows(made)))
        offsets.append(np.concatenate([[0], np.cumsum(some)]).astype(np.uint32))
        left -= len(some)
        if left <= 0:
            break
    return Ragged(offsets, codes)


def exact_of(collection: Collection, asked: list[NDArray[np.float32]], size: int, count: int) -> NDArray[np.float32]:
    """MaxSim of every passage with every question over uncoded vectors, float32 `[questions, passages]`."""
    ends = np.cumsum([len(vectors) for vectors in asked])
    starts = ends - [len(vectors) for vectors in asked]
    every = np.concatenate(asked)
    found, left = [], count
    for lengths, vectors in collection.shards():
        some = lengths[:left]
        block = np.asarray(vectors[: some.sum()], np.float32)[:, :size]
        sims = (block if size == vectors.shape[1] else unit_rows(block)) @ every.T
        highest = np.maximum.reduceat(sims, np.cumsum(some) - some, axis=0)
        found.append(np.add.reduceat(highest, starts, axis=1) / (ends - starts))
        left -= len(some)
        if left <= 0:
            break
    return np.concatenate(found).T


Asked = tuple[str, str, str, dict[str, float]]
"""Task, id and text of a question, and the gains of the documents that are there, by task and id."""


def questions(folder: Path, passages: Sequence[dict[str, str]], count: int) -> list[Asked]:
    """A sample of those with a relevant document among the passages, as many of each task as of the others."""
    there = {f"{row['task']} {row['document']}" for row in passages}
    names = {row["task"] for row in passages} & {path.name for path in folder.iterdir()}
    found: list[Asked] = []
    for name in sorted(names):
        task = read_task(folder / name)
        some: list[Asked] = []
        for query in sorted(task.queries, key=lambda query: fraction(f"asked {query}")):
            gains = {f"{name} {key}": gain for key, gain in task.qrels[query].items() if f"{name} {key}" in there}
            if any(gain > 0 for gain in gains.values()):
                some.append((name, query, task.queries[query], gains))
        found += some[: -(-count // len(names))]
    return sorted(found, key=lambda row: fraction(" ".join(row[:2])))[:count]


def cells_of(file: Path, codec: Codec, ragged: Ragged, ids: NDArray[np.int64]) -> tuple[float, Cells]:
    """Lists of tokens, and the seconds they took when they were made."""
    if file.exists():
        stored = dict(np.load(file))
        return float(stored.pop("seconds")), Cells(**stored)
    seconds, cells = timed(lambda: Cells.make(codec, ragged, ids, None))
    np.savez(file, seconds=seconds, **cells.arrays())
    return seconds, cells


def searches(
    late: Late, token_ks: Sequence[int], probes: Sequence[int]
) -> dict[str, Callable[[NDArray[np.float32]], Hits]]:
    made: dict[str, Callable[[NDArray[np.float32]], Hits]] = {}
    for probe, candidates in (
        (1_024, 100),
        (4_096, 100),
        (4_096, 200),
        (4_096, 400),
        (16_384, 200),
        (16_384, 400),
        (16_384, 1_000),
        (16_384, 2_000),
        (16_384, 4_000),
    ):
        name = f"exact, probe {probe}, {candidates} candidates"
        made[name] = partial(late.exact, top_k=DEEP, candidates=candidates, probe=probe)
    imputed: tuple[Impute, ...] = ("min", "centroid")
    for token_k, probe, impute in product(token_ks, probes, imputed):
        how = Retrieval(token_k, probe, impute)
        made[f"xtr, k' {token_k}, probe {probe}, {impute}"] = partial(late.xtr, top_k=DEEP, retrieval=how)
    return made


def measured(
    collection: Collection, rankings: Sequence[NDArray[np.int64]], asked: Sequence[Asked]
) -> NDArray[np.float64]:
    """nDCG@10 of documents, `[questions]`."""
    scores = []
    for (*_, gains), ranking in zip(asked, rankings, strict=True):
        rows = [collection.passages[row] for row in ranking]
        scores.append(ndcg(list(dict.fromkeys(f"{row['task']} {row['document']}" for row in rows)), gains))
    return np.array(scores)


def run(call: Callable[[NDArray[np.float32]], Hits], turned: Sequence[NDArray[np.float32]]) -> tuple[Any, ...]:
    """Rankings, and milliseconds of each question: passed, and of the processor."""
    call(turned[0])
    found, passed, worked = [], [], []
    for query in turned:
        began = time.process_time()
        seconds, hits = timed(lambda q=query: call(q))
        worked.append((time.process_time() - began) * 1e3)
        passed.append(seconds * 1e3)
        found.append(hits.rows)
    return found, passed, worked


def row_of(truth: NDArray[np.int64], found: Sequence[NDArray[np.int64]], apart: NDArray[np.float64]) -> dict[str, Any]:
    """Recall beside MaxSim of all, and how far nDCG@10 is from its."""
    made = {
        f"recall@{k}": np.mean([len({*some[:k]} & {*best[:k]}) / k for some, best in zip(found, truth, strict=True)])
        for k in (10, 100)
    }
    return made | {"nDCG@10 beside": apart.mean(), "error": apart.std(ddof=1) / len(apart) ** 0.5}


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", type=Path)
    parser.add_argument("tasks", type=Path)
    parser.add_argument("--size", type=int, default=256, choices=(128, 192, 256))
    parser.add_argument("--bits", type=int, default=2, choices=(2, 4))
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--deep", type=int, default=5, help="questions that comparing all is timed with")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--token-k", type=int, nargs="+", default=[1_000, 2_000, 4_000])
    parser.add_argument("--probe", type=int, nargs="+", default=[PROBE])
    parser.add_argument("--fast", action="store_true", help="by compiled loops")
    given = parser.parse_args()
    if given.fast and not load():
        parser.error("--fast needs numba: pip install 'composable-rag[fast]'")
    collection, codec = Collection(given.collection), Codec(given.size, given.bits)
    count, size = given.passages, given.size
    asked = questions(given.tasks, collection.passages[:count], given.queries)
    plain = MiniLMTokens(size=size).encode([text for _, _, text, _ in asked])
    coding, ragged = timed(lambda: coded(collection, codec, size, count))
    ids = np.arange(count)
    clustering, cells = cells_of(given.collection / f"cells-{size}-{given.bits}-{count}.npz", codec, ragged, ids)
    late = Late(MiniLMTokens(size=size), codec, ragged, Rows(ids, ids.astype(np.uint64), ids >= 0), cells)
    stored = sum(part.nbytes for part in cells.arrays().values()) + codec.bytes * len(ragged) + 4 * count
    facts = {"passages": count, "tokens": len(ragged), "bytes a token": stored / len(ragged)}
    facts |= {"coding s": coding, "clustering s": clustering}
    print(json.dumps(facts), flush=True)
    truth_file = given.collection / f"exact-{size}-{count}-{len(asked)}.npy"
    if not truth_file.exists():
        np.save(truth_file, np.argsort(-exact_of(collection, plain, size, count), axis=1, kind="stable")[:, :DEEP])
    truth = np.load(truth_file)
    alone = [timed(lambda v=vectors: exact_of(collection, [v], size, count))[0] for vectors in plain[: given.deep]]
    best = measured(collection, list(truth), asked)
    rows: list[dict[str, Any]] = [
        {"search": "every passage, uncoded", "p50 ms": np.median(alone) * 1e3, "nDCG@10": best.mean()}
    ]
    turned = [codec.turned(vectors) for vectors in plain]
    for name, call in searches(late, given.token_k, given.probe).items():
        found, passed, worked = run(call, turned)
        quality = measured(collection, found, asked)
        times = {"p50 ms": np.median(passed), "p95 ms": np.percentile(passed, 95), "p50 CPU ms": np.median(worked)}
        rows.append({"search": name, **times, "nDCG@10": quality.mean(), **row_of(truth, found, quality - best)})
        print(
            {key: value if isinstance(value, str) else round(float(value), 4) for key, value in rows[-1].items()},
            flush=True,
        )
    rows = [{key: value if isinstance(value, str) else float(value) for key, value in row.items()} for row in rows]
    report(f"late_real_{size}_{count}", rows, **facts)


if __name__ == "__main__":
    main()

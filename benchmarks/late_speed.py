"""Late interaction at size: build time, bytes a token, latency, and recall against comparing everything.

    python benchmarks/late_speed.py [--passages 1000 10000 100000] [--queries 50] [--size 256]

The embedded encoder reads 2,000 real passages of 60 words; larger collections repeat them, every token vector bent by
noise of its own (cosine to the original about .9), so that a question's best passages are not copies. Questions are
sentences of the same texts. Encoding a question is left out of the times.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np
from common import report, timed
from numpy.typing import NDArray
from texts import passages, questions

from rag.encoders.vectors import unit_rows
from rag.index.cells import Cells
from rag.index.codec import Codec
from rag.index.late import Late
from rag.index.ragged import Ragged
from rag.index.view import Hits, Rows
from rag.tokens.minilm import MiniLMTokens

BASE = 2_000
NOISE = 0.5
"""Length of the noise beside a unit vector."""
FEW = 20
"""Questions that every passage is compared with."""


def collection(count: int, codec: Codec, base: list[NDArray[np.float32]]) -> Ragged:
    """Coded tokens of `count` passages."""
    chance = np.random.default_rng(count)
    offsets, codes = [0], []
    for start in range(0, count, len(base)):
        some = base[: count - start]
        offsets += map(len, some)
        vectors = np.concatenate(some)
        noise = chance.standard_normal(vectors.shape, dtype=np.float32) * np.float32(NOISE / vectors.shape[1] ** 0.5)
        codes.append(codec.encode(unit_rows(vectors + noise)))
    return Ragged([np.cumsum(offsets).astype(np.uint32)], [np.concatenate(codes)])


def row_of(name: str, call: Callable[[NDArray[np.float32]], Hits], asked: list[NDArray[np.float32]]) -> dict[str, Any]:
    """Median time of a search, and the rows it found."""
    call(asked[0])
    times, found = [], []
    for query in asked:
        seconds, hits = timed(lambda q=query: call(q))
        times.append(seconds * 1e3)
        found.append(set(hits.rows.tolist()))
    return {"search": name, "p50 ms": median(times), "p95 ms": float(np.percentile(times, 95)), "found": found}


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--size", type=int, default=256, choices=(128, 192, 256, 384))
    parser.add_argument("--bits", type=int, default=2, choices=(2, 4))
    arguments = parser.parse_args()
    tokens = MiniLMTokens(size=arguments.size)
    codec = Codec(arguments.size, arguments.bits)
    seconds, base = timed(lambda: tokens.encode(passages(BASE, length=60)))
    asked = [codec.turned(vectors) for vectors in tokens.encode(questions(arguments.queries))]
    rows = []
    for count in arguments.passages:
        coding, ragged = timed(lambda count=count: collection(count, codec, base))
        ids = np.arange(count)
        clustering, cells = timed(lambda ragged=ragged, ids=ids: Cells.make(codec, ragged, ids, None))
        late = Late(tokens, codec, ragged, Rows(ids, ids.astype(np.uint64), np.ones(count, np.bool_)), cells)
        every = Late(tokens, codec, ragged, Rows(ids, ids.astype(np.uint64), np.ones(count, np.bool_)), None)
        calls: dict[str, Callable[[NDArray[np.float32]], Hits]] = {"every passage": partial(every.exact, top_k=100)}
        for probe, candidates in ((2_048, 100), (4_096, 100), (4_096, 250), (16_384, 250)):
            calls[f"exact, probe {probe}, {candidates} candidates"] = partial(
                late.exact, top_k=100, candidates=candidates, probe=probe
            )
        calls["xtr"] = partial(late.xtr, top_k=100)
        measured = [
            row_of(name, call, asked[: 10 if name == "every passage" else None]) for name, call in calls.items()
        ]
        truth = [np.argsort(-every.maxsim(query, ids), kind="stable") for query in asked[:10]]
        size = sum(array.nbytes for array in cells.arrays().values()) + ragged.take(ids[:1]).nbytes * len(ragged)
        for row in measured:
            found = row.pop("found")
            for k in (10, 100):
                row[f"recall@{k}"] = float(
                    np.mean([len(some & set(best[:k].tolist())) / k for some, best in zip(found, truth, strict=False)])
                )
            rows.append({"passages": count, **row})
            print(rows[-1], flush=True)
        facts = {
            "tokens": len(ragged),
            "bytes a token": (size + 4 * count) / len(ragged),
            "coding s": coding,
            "clustering s": clustering,
            "encoding s": seconds * count / BASE,
        }
        print(facts, flush=True)
        rows.append({"passages": count, "search": "build", **facts})
        report("late_speed", rows)


if __name__ == "__main__":
    main()

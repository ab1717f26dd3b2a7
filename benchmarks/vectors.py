"""Vector engines side by side on real encoded text: ours, and FAISS's flat, IVF and HNSW indexes.

    python benchmarks/vectors.py [--passages 100000] [--queries 500]

Passages and questions are encoded by the embedded encoder (short passages: it takes minutes) and kept in `results/`.
Candidates of the approximate ones are scored again from the float16
vectors, as ours does by itself; recall@10 is against every float32 product.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from common import RESULTS, report, timed
from numpy.typing import NDArray
from texts import passages, questions

from rag.encoders.minilm import MiniLM
from rag.index import Rows, Vectors
from rag.index.nearest import CANDIDATES

TOP_K = 10
ROUNDS = 3
Halves = NDArray[np.float16]
Search = Callable[[NDArray[np.float32]], list[int]]


def encoded(count: int, asked: int) -> tuple[Halves, NDArray[np.float32]]:
    """Vectors of passages and of questions."""
    RESULTS.mkdir(exist_ok=True)
    files = RESULTS / f"vectors-{count}.npy", RESULTS / f"questions-{asked}.npy"
    if not files[0].exists():
        texts, encoder = passages(count, length=22), MiniLM()
        blocks = []
        for start in range(0, count, 5000):
            blocks.append(encoder.encode(texts[start : start + 5000]).astype(np.float16))
            print(f"encoded {start + len(blocks[-1])}", flush=True)
        np.save(files[0], np.concatenate(blocks))
    if not files[1].exists():
        np.save(files[1], MiniLM().encode(questions(asked), query=True))
    return np.load(files[0], mmap_mode="r"), np.load(files[1])


def again(halves: Halves, vector: NDArray[np.float32], found: NDArray[np.int64]) -> list[int]:
    rows = found[found >= 0]
    return rows[np.argsort(-(halves[rows].astype(np.float32) @ vector))[:TOP_K]].tolist()


def faiss_index(make: Callable[[Any], Any], halves: Halves, parameters: Any, size: float) -> tuple[Any, ...]:
    import faiss

    vectors = halves.astype(np.float32)
    index = make(faiss)

    def build() -> None:
        index.train(vectors)
        index.add(vectors)

    seconds, _ = timed(build)
    chosen = parameters(faiss)
    count = CANDIDATES if chosen is not None else TOP_K
    extra = {"params": chosen} if chosen is not None else {}
    return seconds, size, lambda vector: again(halves, vector, index.search(vector[None], count, **extra)[1][0])


def ours(halves: Halves, exact_up_to: int) -> tuple[Any, ...]:
    count = len(halves)
    rows = Rows(np.arange(count), np.arange(count, dtype=np.uint64), np.ones(count, np.bool_))
    view = Vectors(MiniLM(), exact_up_to=exact_up_to)
    parts = [{"vectors": halves}]
    seconds, overlay = timed(lambda: view.overlay(parts, rows, None))
    index = view.open(parts, overlay, rows)
    size = sum(array.nbytes for array in overlay.values()) if overlay else halves.nbytes * 2
    return seconds, size / 1e6, lambda vector: index.nearest(vector, TOP_K).rows.tolist()


def engines(halves: Halves) -> dict[str, tuple[Any, ...]]:
    count, width = halves.shape
    lists = int(4 * count**0.5)
    inner = "METRIC_INNER_PRODUCT"

    def ivf(faiss: Any) -> Any:
        quantizer = faiss.IndexFlatIP(width)
        kind = faiss.ScalarQuantizer.QT_8bit
        return faiss.IndexIVFScalarQuantizer(quantizer, width, lists, kind, getattr(faiss, inner), False)

    def hnsw(faiss: Any) -> Any:
        return faiss.IndexHNSWSQ(width, faiss.ScalarQuantizer.QT_8bit, 32, getattr(faiss, inner))

    def flat(faiss: Any) -> Any:
        return faiss.IndexScalarQuantizer(width, faiss.ScalarQuantizer.QT_fp16, getattr(faiss, inner))

    made = {"ours, codes": ours(halves, 0), "ours, exact": ours(halves, count)}
    made["FAISS flat fp16"] = faiss_index(flat, halves, lambda faiss: None, halves.nbytes / 1e6)
    for probes in (lists // 16, lists // 4):
        parameters = lambda faiss, probes=probes: faiss.SearchParametersIVF(nprobe=probes)  # noqa: E731
        made[f"IVF{lists} int8, {probes} probed"] = faiss_index(ivf, halves, parameters, count * (width + 8) / 1e6)
    for effort in (64, 256):
        parameters = lambda faiss, effort=effort: faiss.SearchParametersHNSW(efSearch=effort)  # noqa: E731
        made[f"HNSW32 int8, ef {effort}"] = faiss_index(hnsw, halves, parameters, count * (width + 64 * 4) / 1e6)
    return made


def main() -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=500)
    arguments = parser.parse_args()
    halves, queries = encoded(arguments.passages, arguments.queries)
    import faiss

    faiss.omp_set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
    built = engines(halves)
    faiss.omp_set_num_threads(1)
    products = halves.astype(np.float32) @ queries.T
    bounds = np.partition(products, -TOP_K, axis=0)[-TOP_K]
    times: dict[str, list[float]] = {name: [] for name in built}
    recall: dict[str, list[float]] = {name: [] for name in built}
    for name in list(built) * ROUNDS:
        for number, vector in enumerate(queries):
            seconds, found = timed(lambda search=built[name][2], vector=vector: search(vector))
            times[name].append(seconds * 1e3)
            recall[name].append(float(np.mean(products[found, number] >= bounds[number] - 1e-4)))
    rows = []
    for name, (build, size, _) in built.items():
        late = sorted(times[name])[int(0.95 * (len(times[name]) - 1))]
        row = {"engine": name, "build s": build, "MB in memory": size, "p50 ms": median(times[name]), "p95 ms": late}
        rows.append({**row, "recall@10": float(np.mean(recall[name]))})
    report("vectors", rows, passages=len(halves), queries=len(queries), candidates=CANDIDATES)


if __name__ == "__main__":
    main()

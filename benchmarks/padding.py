"""What it costs to read passages of unlike length: batches filled in order of length, and batches as they are cut now.

    python benchmarks/padding.py TASK [--limit 20]

For questions of a BEIR folder the twenty passages that BM25 finds are read by the cross-encoder, and two dozen of their
sentences are encoded, both ways in turn, in any order. `full` fills batches up, the longest first (of 2,048 tokens for
the cross-encoder, of 1,024 for the encoder), as was done before; `cut` is `rag.encoders.minilm.cut`. Tokens are means,
milliseconds of the processor medians; `ratio` is the median over questions of the time to that of `full`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import read_task, report
from langchain_core.documents import Document
from retrieval import text_of

from rag import skills
from rag.config import load
from rag.encoders import minilm
from rag.encoders.tokenizer import default_tokenizer
from rag.pipeline import Pipeline
from rag.segmenters.sentences import sentences
from rag.skills import cross
from rag.skills.relevance import pair_rows

CUT, TOKENS = minilm.cut, cross.BATCH_TOKENS


def full(widths: Sequence[int], batch_tokens: int) -> Iterator[tuple[int, int]]:
    """Batches filled up."""
    start = 0
    while start < len(widths):
        end = min(len(widths), start + max(1, batch_tokens // widths[start]))
        yield start, end
        start = end


def measured(lengths: Sequence[int], room: int, way: Any, call: Callable[[], object]) -> tuple[float, int]:
    """Processor milliseconds of the call, and the tokens that it computes."""
    minilm.cut = way
    tokens = sum(padded.size for _, padded, _ in minilm.batches([[0] * length for length in lengths], room))
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1e3, tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", type=Path)
    parser.add_argument("--limit", type=int, default=20)
    given = parser.parse_args()
    task, encoder, model = read_task(given.task), minilm.MiniLM(), skills.load("relevance").model
    found: dict[tuple[str, str], list[tuple[float, int]]] = {}
    chance = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        index = {"path": folder, "segment": {"use": "recursive", "max_tokens": 200}}
        steps = [{"retrieve": {"use": "bm25", "top_k": 20}}]
        pipeline = Pipeline.from_configuration(load({"version": 1, "index": index, "pipeline": steps}))
        pipeline.add_documents(Document(text_of(row), metadata={"source": name}) for name, row in task.corpus.items())
        for question in [*task.queries.values()][: given.limit]:
            texts = [passage.page_content for passage in pipeline.invoke(question).passages]
            rows, _ = pair_rows([(question, text) for text in texts])
            pieces = [text[start:end] for text in texts[:9] for start, end in sentences(text)][:24]
            ids = default_tokenizer().ids(pieces, encoder.max_tokens)
            for name, way, room in chance.permutation(np.array([("full", full, 2048), ("cut", CUT, TOKENS)], object)):
                cross.BATCH_TOKENS = room
                read = measured([len(row.ids) for row in rows], room, way, lambda r=rows: model._computed(r))
                coded = measured([len(one) + 2 for one in ids], 1024, way, lambda i=ids: encoder.encode_ids(i))
                found.setdefault(("cross-encoder", name), []).append(read)
                found.setdefault(("encoder", name), []).append(coded)
    report("padding", [line(found, *key) for key in sorted(found)])


def line(found: dict[tuple[str, str], list[tuple[float, int]]], what: str, way: str) -> dict[str, Any]:
    """A row of the table; the first question, by which models are compiled, is left out."""
    mine, before = np.array(found[what, way][1:]), np.array(found[what, "full"][1:])
    ms, tokens = np.median(mine[:, 0]), mine[:, 1].mean()
    ratio = np.median(mine[:, 0] / before[:, 0])
    return {"what": what, "batches": way, "tokens": float(tokens), "cpu ms": float(ms), "ratio": float(ratio)}


if __name__ == "__main__":
    main()

"""Lexical engines side by side: ours, tantivy, bm25s, rank-bm25, on the same passages and questions.

    python benchmarks/lexical.py [--passages 100000] [--queries 500] [--without rank-bm25]

Every engine gets the same terms, without stop words (tantivy splits them at white space). Ours reads the text itself,
in building and in searching, and keeps the stop words; `terms s` is what reading costs once, for the others. Each query
is measured in turn on every engine, so that what else the machine does falls on all of them. `agrees` is the mean
share of an engine's ten scores that are as high as ours: they differ in the formula's details (tantivy rounds lengths
to a byte), and many passages score alike.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from common import report, timed
from texts import passages, questions

from rag.index import Lexical, Passage, Rows
from rag.index.arrays import Mapped, Written, write
from rag.index.maintain import LARGEST
from rag.words.analysis import Analyzer

TOP_K = 10


class Query(NamedTuple):
    """A question and its terms."""

    text: str
    terms: list[str]


Search = Callable[[Query], list[int]]
ANALYZER = Analyzer()


def size_of(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def ours(texts: list[str], terms: list[list[str]], folder: Path) -> tuple[float, float, Search]:
    view = Lexical()
    files = [folder / f"{start}.safetensors" for start in range(0, len(texts), LARGEST)]
    segments = [[Passage(text) for text in texts[start : start + LARGEST]] for start in range(0, len(texts), LARGEST)]

    def build() -> list[Written]:
        return [write(file, view.derive(segment)) for file, segment in zip(files, segments, strict=True)]

    seconds, written = timed(build)
    parts = [Mapped(file).arrays(expected) for file, expected in zip(files, written, strict=True)]
    index = view.open(parts, None, plain_rows(len(texts)))
    return seconds, size_of(folder), lambda query: index.search(query.text, TOP_K).rows.tolist()


def tantivy(texts: list[str], terms: list[list[str]], folder: Path) -> tuple[float, float, Search]:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=True)
    builder.add_text_field("text", tokenizer_name="whitespace")
    schema = builder.build()
    index = tantivy.Index(schema, path=str(folder))

    def build() -> None:
        writer = index.writer(256_000_000, 1)
        for number, words in enumerate(terms):
            writer.add_document(tantivy.Document(number=number, text=" ".join(words)))
        writer.commit()
        writer.wait_merging_threads()

    seconds, _ = timed(build)
    index.reload()
    searcher = index.searcher()

    def search(query: Query) -> list[int]:
        parts = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", word)) for word in query.terms]
        hits = searcher.search(tantivy.Query.boolean_query(parts), TOP_K).hits
        return [searcher.doc(address)["number"][0] for _, address in hits]

    return seconds, size_of(folder), search


def bm25s(texts: list[str], terms: list[list[str]], folder: Path) -> tuple[float, float, Search]:
    import bm25s

    index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    seconds, _ = timed(lambda: index.index(terms, show_progress=False))
    index.save(str(folder))

    def search(query: Query) -> list[int]:
        known = [word for word in query.terms if word in index.vocab_dict]
        return index.retrieve([known], k=TOP_K, show_progress=False)[0][0].tolist() if known else []

    return seconds, size_of(folder), search


def rank_bm25(texts: list[str], terms: list[list[str]], folder: Path) -> tuple[float, float, Search]:
    from rank_bm25 import BM25Okapi

    seconds, index = timed(lambda: BM25Okapi(terms))

    def search(query: Query) -> list[int]:
        scores = index.get_scores(query.terms)
        return np.argsort(-scores, kind="stable")[:TOP_K].tolist()

    return seconds, 0.0, search


def plain_rows(count: int) -> Rows:
    return Rows(np.arange(count), np.arange(count, dtype=np.uint64), np.ones(count, np.bool_))


ENGINES: dict[str, Any] = {"ours": ours, "tantivy": tantivy, "bm25s": bm25s, "rank-bm25": rank_bm25}


def agreement(judge: Any, queries: list[Query], rankings: list[list[int]]) -> float:
    """The mean share of a ranking's scores that are as high as the judge's ten best."""
    shares = []
    for query, ranking in zip(queries, rankings, strict=False):
        every = judge.search(query.text, judge.passages)
        if best := every.scores[:TOP_K].tolist():
            scores = dict(zip(every.rows.tolist(), every.scores.tolist(), strict=True))
            shares.append(sum(scores.get(hit, 0.0) >= best[-1] * 0.9999 for hit in ranking) / len(best))
    return float(np.mean(shares))


def main() -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--without", nargs="*", default=[], choices=list(ENGINES))
    arguments = parser.parse_args()
    texts = passages(arguments.passages)
    queries = [Query(text, ANALYZER.terms(text)) for text in questions(arguments.queries)]
    judge = Lexical().open([Lexical().derive([Passage(text) for text in texts])], None, plain_rows(len(texts)))
    reading, found = timed(lambda: ANALYZER.batch(texts))
    vocabulary = np.array(found.vocabulary, dtype=object)
    read = [found.ids[a:b] for a, b in pairwise(found.offsets)]
    terms = [vocabulary[ids[~found.stopped[ids]]].tolist() for ids in read]
    engines, rows = {}, []
    for name, make in ENGINES.items():
        if name not in arguments.without:
            engines[name] = make(texts, terms, Path(tempfile.mkdtemp()))
            print(f"{name} built in {engines[name][0]:.1f} s", flush=True)
    times: dict[str, list[float]] = {name: [] for name in engines}
    found_by: dict[str, list[list[int]]] = {name: [] for name in engines}
    for query in queries:
        for name, (_, _, search) in engines.items():
            if name != "rank-bm25" or len(times[name]) < 50:  # a tenth of a second each
                seconds, hits = timed(lambda search=search, query=query: search(query))
                times[name].append(seconds * 1e3)
                found_by[name].append(hits)
    same = {name: agreement(judge, queries, rankings) for name, rankings in found_by.items()}
    for name, (build, size, _) in engines.items():
        late = sorted(times[name])[int(0.95 * (len(times[name]) - 1))]
        row = {"engine": name, "build s": build, "MB": size, "p50 ms": median(times[name]), "p95 ms": late}
        rows.append({**row, "agrees": same[name]})
    report("lexical", rows, passages=len(texts), queries=len(queries), **{"terms s": reading})


if __name__ == "__main__":
    main()

"""Precision of the first K terms against terms that translators marked: `.venv/bin/python benchmarks/terms.py DATA`.

DATA is a folder with `encs.jsonl.gz` (abstracts in computational linguistics, English side `src`) and `deen.jsonl.gz`
(medical abstracts, English side `ref`) of the WMT 2023 terminology task, each row with `terms: [{en: ...}]`. Eight
consecutive rows count as a document. A found term is right where some row's list has it, compared by stems.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import get_args

from rag.encoders.minilm import MiniLM
from rag.encoders.static import Static
from rag.terms.scores import Base
from rag.terms.semrerank import SemReRank
from rag.words.analysis import Analyzer

SETS = {"computational linguistics": ("encs.jsonl.gz", "src"), "medicine": ("deen.jsonl.gz", "ref")}
DEPTHS = (100, 500, 1000)


def stems(term: str) -> tuple[str, ...]:
    return tuple(Analyzer("en", stop_words=False).terms(term))


def main(folder: Path) -> None:
    print("| texts | base | ranked again | " + " | ".join(f"P@{depth}" for depth in DEPTHS) + " |")
    print("|---|---|---|" + "---|" * len(DEPTHS))
    for name, (file, side) in SETS.items():
        with gzip.open(folder / file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        texts = [row[side] for row in rows]
        documents = ["\n\n".join(texts[start : start + 8]) for start in range(0, len(texts), 8)]
        right = {stems(term["en"]) for row in rows for term in row["terms"]}
        for base in get_args(Base):
            for label, encoder in (("no", None), ("static", Static()), ("minilm", MiniLM())):
                finder = SemReRank(base=base, rerank=encoder is not None, encoder=encoder or Static())
                hits = [stems(term.text) in right for term in finder.find(documents)]
                figures = " | ".join(f"{sum(hits[:depth]) / depth:.3f}"[1:] for depth in DEPTHS)
                print(f"| {name} | {base} | {label} | {figures} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

# /// script
# requires-python = ">=3.11"
# dependencies = ["rank-bm25"]
# [tool.peer]
# title = "rank-bm25"
# about = "BM25Okapi over lower-cased words"
# versions = ["rank-bm25"]
# builds = [["bm25"]]
# ///
"""rank-bm25's Okapi. It leaves words to its user, and nothing of it can be kept but by pickle: opening builds again."""

import re
from collections.abc import Sequence
from pathlib import Path

from bench_kit import Engine, Passage, passages_of, serve
from rank_bm25 import BM25Okapi


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


class RankBm25(Engine):
    """Statistics in memory."""

    def index(self, passages: Sequence[Passage], folder: Path, modes: Sequence[str]) -> None:
        self.passages = passages
        self.engine = BM25Okapi([words(passage.text) for passage in passages])

    def open(self, folder: Path, passages: Path, modes: Sequence[str]) -> None:
        self.index(passages_of(passages), folder, modes)

    def search(self, query: str, k: int, mode: str) -> list[str]:
        return [passage.id for passage in self.engine.get_top_n(words(query), self.passages, n=k)]


if __name__ == "__main__":
    serve(RankBm25())

"""The sparse view: exact inner products, whatever the segments, and what is deleted is gone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document
from scipy.sparse import csr_array
from xxhash import xxh3_64_intdigest

from rag.index import Index, Passage, Rows
from rag.index.impacts import Impacts
from rag.kinds import SparseEncoder

COLUMNS = 50


class Hashed(SparseEncoder):
    """A word is a column, its weight how often it is there, halved in a question."""

    @property
    def vocabulary(self) -> int:
        return COLUMNS

    def encode(self, texts: Sequence[str], *, query: bool = False) -> csr_array:
        found = np.zeros((len(texts), COLUMNS), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                found[row, xxh3_64_intdigest(word.encode()) % COLUMNS] += 0.5 if query else 1
        return csr_array(found)


TEXTS = st.lists(st.text("abc ", max_size=12), min_size=1, max_size=9)


def rows_of(alive: Sequence[bool]) -> Rows:
    count = len(alive)
    return Rows(np.arange(count), np.random.default_rng(1).permutation(count).astype(np.uint64), np.array(alive))


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, st.text("abc ", max_size=9), st.data())
def test_scores_are_inner_products_in_one_segment_two_or_merged(
    first: list[str], second: list[str], query: str, data: st.DataObject
) -> None:
    view, every = Impacts(Hashed()), [*first, *second]
    parts = [view.derive([Passage(text) for text in some]) for some in (first, second)]
    wanted = (Hashed().encode(every) @ Hashed().encode([query], query=True).T).toarray()[:, 0]
    whole = view.derive([Passage(text) for text in every])
    for made in ([whole], parts):
        np.testing.assert_allclose(view.open(made, None, rows_of([True] * len(every))).scores(query), wanted)
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(every), max_size=len(every))))
    merged = view.merge([(parts[0], kept[: len(first)]), (parts[1], kept[len(first) :])])
    left = view.derive([Passage(text) for text, stays in zip(every, kept, strict=True) if stays])
    assert all(np.array_equal(merged[name], left[name]) and merged[name].dtype == left[name].dtype for name in left)
    hits = view.open(parts, None, rows_of(kept.tolist())).search(query, 3)
    assert all(kept[hits.rows])
    assert sorted(hits.scores.tolist(), reverse=True) == hits.scores.tolist()
    best = np.sort(wanted[kept & (wanted > 0)])[::-1][:3]
    np.testing.assert_allclose(hits.scores, best)


def test_an_index_grows_and_shrinks(tmp_path: Path) -> None:
    index, view = Index(path=str(tmp_path)), Impacts(Hashed())
    index.add_documents([Document("bees and honey", metadata={"source": "a"})], [view])
    index.add_documents([Document("honey honey cake", metadata={"source": "b"})], [view])
    with index.reading() as snapshot:
        found = snapshot.documents(snapshot.view(view).search("honey", 5))
        assert [passage.metadata["source"] for passage in found] == ["b", "a"]
    index.delete(["b"])
    with index.reading() as snapshot:
        found = snapshot.documents(snapshot.view(view).search("honey", 5))
        assert [passage.metadata["source"] for passage in found] == ["a"]

"""Two halves of a data set's queries: one to search with, one to tell what the search is worth."""

from __future__ import annotations

from dataclasses import replace

from xxhash import xxh3_64_hexdigest

from rag.errors import UsageError
from rag.evaluation.dataset import Dataset

__all__ = ["halves"]


def halves(dataset: Dataset, limit: int | None = None) -> tuple[Dataset, Dataset]:
    """The queries in the order of a hash of their ids, cut in the middle: the order of the file decides nothing.

    Args:
        dataset: what to split.
        limit: the first so many queries only.

    Returns:
        Those to search with (one more where their number is odd), and those held out. Documents are the same.

    Raises:
        UsageError: there are fewer than two queries.
    """
    queries = sorted(dataset.queries[:limit], key=lambda query: (xxh3_64_hexdigest(query.id.encode()), query.id))
    if len(queries) < 2:
        raise UsageError(f"{dataset.name} has {len(queries)} queries to measure; a search needs two at least")
    middle = (len(queries) + 1) // 2
    parts = (("searched", queries[:middle]), ("held out", queries[middle:]))
    first, second = (
        replace(dataset, queries=tuple(part), fingerprint=f"{dataset.fingerprint} {name}") for name, part in parts
    )
    return first, second

from dataclasses import replace

import pytest

from rag.errors import UsageError
from rag.evaluation import Dataset
from rag.evaluation.tuning.halves import halves


def test_halves_share_no_query_and_lose_none(data: Dataset) -> None:
    first, second = halves(data)
    assert (len(first.queries), len(second.queries)) == (5, 5)
    names = [query.id for part in (first, second) for query in part.queries]
    assert sorted(names) == sorted(query.id for query in data.queries)
    assert len({first.fingerprint, second.fingerprint, data.fingerprint}) == 3
    assert first.corpus == second.corpus == data.corpus


def test_the_order_of_the_file_decides_nothing(data: Dataset) -> None:
    assert halves(replace(data, queries=data.queries[::-1])) == halves(data)
    assert [query.id for query in halves(data)[0].queries] != [query.id for query in data.queries[:5]]


def test_a_limit_and_too_little(data: Dataset) -> None:
    assert [len(part.queries) for part in halves(data, 3)] == [2, 1]
    with pytest.raises(UsageError, match="handbook has 1 queries to measure; a search needs two"):
        halves(data, 1)

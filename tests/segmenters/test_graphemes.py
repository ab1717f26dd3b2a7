from __future__ import annotations

import pytest

from rag.segmenters.graphemes import cluster_start


@pytest.mark.parametrize(
    "cluster",
    ["e\u0301", "👩‍👩‍👧", "👍🏽", "🇩🇪", "\r\n", "น้ำ"[:2], "กำ", "เก", "각".encode().decode(), "क्ष", "한"],
)
def test_a_cluster_is_whole(cluster: str) -> None:
    text = f"a{cluster}b"
    assert {cluster_start(text, place) for place in range(1, 1 + len(cluster))} == {1}
    assert cluster_start(text, 1 + len(cluster)) == 1 + len(cluster)


def test_flags_go_in_pairs() -> None:
    assert [cluster_start("🇩🇪🇫🇷", place) for place in range(5)] == [0, 0, 2, 2, 4]


def test_a_run_of_marks_without_end_is_cut() -> None:
    assert cluster_start("e" + "\u0301" * 500, 400) == 400

"""Work in portions: all of it without a limit of time, as much as fits with one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.compressors.rerank import Rerank
from rag.generators.reader import Reader
from rag.pipeline import Pipeline
from rag.schema import Turn
from rag.spending.allowance import PORTION, Allowance, pinned
from rag.spending.costs import Costs
from rag.spending.limits import GivesWay, Limits
from rag.spending.pace import portions

QUESTION = "Who approves travel abroad?"


class Running:
    """The step that runs, as an allowance sees it."""

    gives_way = GivesWay.RANKING


@contextmanager
def limited(seconds_a_token: float, work: str) -> Iterator[Allowance]:
    """A turn of ten seconds; how long a token takes is known from before."""
    costs = Costs()
    for _ in range(3):
        costs.note_pace(work, seconds_a_token)
    allowance = Allowance(Limits(latency_ms=10_000), costs)
    allowance.running = Running()
    before = pinned.set(allowance)
    try:
        yield allowance
    finally:
        pinned.reset(before)


def test_all_at_once_without_a_limit() -> None:
    assert list(portions("work", [PORTION, PORTION, 3])) == [(0, 3)]
    assert list(portions("work", [])) == []


def test_what_is_not_needed_is_left_out_where_there_is_no_time() -> None:
    for seconds, wanted in ((1.0, []), (0.03, [(0, 1), (1, 2)])):
        with limited(seconds, "work"):
            assert list(portions("work", [200, 200, 300], needed=False)) == wanted


@pytest.mark.parametrize(
    ("seconds", "sizes", "wanted"),
    [
        (0.0, [200, 200, 40, 300], [(0, 1), (1, 3), (3, 4)]),  # fast enough for all
        (1.0, [200, 200, 40, 300], [(0, 1)]),  # the first always comes
        (0.03, [200, 200, 300], [(0, 1), (1, 2)]),  # 6 s fit, 9 do not
        (1.0, [0, 0, 250, 0, 300], [(0, 4)]),  # what costs nothing comes along
    ],
)
def test_as_many_as_fit(seconds: float, sizes: Sequence[int], wanted: Sequence[tuple[int, int]]) -> None:
    with limited(seconds, "work") as allowance:
        assert list(portions("work", sizes)) == list(wanted)
    assert 0 <= allowance.paced < 1


def passages(count: int, about: str = "Travel") -> list[Document]:
    """Of 150 tokens and more each: two are no portion."""
    return [
        Document(f"{about} {number} " + "is approved by the director " * 30, metadata={"score": 1 - number / 10})
        for number in range(count)
    ]


def test_what_was_not_judged_stays_behind(untrained: Path) -> None:
    given = passages(5)
    rerank = Rerank(weights=str(untrained), weight=0.5)
    with limited(1.0, "relevance"):
        first, *others = rerank.compress_documents(given, QUESTION)
    assert "rerank_score" in first.metadata
    assert [one.page_content for one in (first, *others)] == [one.page_content for one in given]
    assert not any("rerank_score" in one.metadata for one in others)
    scores = [float(one.metadata["score"]) for one in (first, *others)]
    assert scores == sorted(scores, reverse=True)
    whole = rerank.compress_documents(given, QUESTION)
    assert all("rerank_score" in one.metadata for one in whole)


def test_as_much_is_read_as_fits_and_what_is_known_costs_nothing(untrained: Path) -> None:
    given = passages(4, about="Leave")
    reader = Reader(weights=str(untrained))

    def shown() -> int:
        (last,) = (one for one in reader.stream(Turn(QUESTION, passages=tuple(given))) if isinstance(one, Turn))
        return len(last.passages)

    with limited(1.0, "reader"):
        assert shown() == 1
    assert shown() == 4
    with limited(1.0, "reader"):
        assert shown() == 4  # it has just been read


def test_a_warm_pipeline_knows_what_its_steps_take(tmp_path: Path) -> None:
    steps: list[Any] = [{"retrieve": {"use": "bm25"}}, {"generate": "extractive"}]
    pipeline = Pipeline.from_yaml({"limits": {"latency_ms": 60_000}, "pipeline": steps}, index=tmp_path)
    pipeline.add_documents([Document("The director approves travel abroad.", metadata={"source": "policy"})])
    assert not any(pipeline.costs.of(step, frozenset()) for step in pipeline.steps)
    pipeline.warm_up()
    assert all(pipeline.costs.of(step, frozenset()) for step in pipeline.steps)

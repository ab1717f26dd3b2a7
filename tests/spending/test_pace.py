"""Work in portions: all of it without a limit of time, as much as fits with one."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.compressors.rerank import Rerank
from rag.generators.extractive import Extractive
from rag.generators.reader import Reader
from rag.pipeline import Pipeline
from rag.schema import Turn
from rag.spending.allowance import PORTION, Allowance, pinned
from rag.spending.costs import Costs
from rag.spending.limits import GivesWay, Limits
from rag.spending.pace import affordable, portions, timed

QUESTION = "Who approves travel abroad?"


class Running:
    """The step that runs, as an allowance sees it."""

    gives_way = GivesWay.RANKING


class Clock:
    """Goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("rag.spending.pace.perf_counter", clock)
    monkeypatch.setattr("rag.spending.allowance.perf_counter", clock)
    return clock


@contextmanager
def limited(seconds_a_token: float, work: str) -> Iterator[Allowance]:
    """A turn of ten seconds; how long a token takes is known from before."""
    costs = Costs()
    for size in (100, 200) * 8:
        costs.note_work(work, size, size * seconds_a_token)
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


def done(sizes: Sequence[int], seconds_a_token: float, clock: Clock, *, needed: bool = True) -> list[tuple[int, int]]:
    """The portions of some work that takes as long as it was known to."""
    found = []
    for start, end in portions("work", sizes, needed=needed):
        clock.now += seconds_a_token * sum(sizes[start:end])
        found.append((start, end))
    return found


@pytest.mark.parametrize(
    ("seconds", "sizes", "wanted"),
    [
        (0.0, [200, 200, 40, 300], [(0, 1), (1, 3), (3, 4)]),  # fast enough for all
        (1.0, [200, 200, 40, 300], [(0, 1)]),  # the first always comes
        (0.015, [200, 200, 300], [(0, 1), (1, 2)]),  # 6 s fit, 9 do not
        (0.03, [150, 100, 100], [(0, 2)]),  # a whole portion
        (0.06, [100, 100, 100], [(0, 1)]),  # as much of one as fits
        (1.0, [0, 0, 250, 0, 300], [(0, 2), (2, 3), (3, 4)]),  # what costs nothing comes along
    ],
)
def test_as_many_as_fit(seconds: float, sizes: Sequence[int], wanted: Sequence[tuple[int, int]], clock: Clock) -> None:
    with limited(seconds, "work") as allowance:
        assert done(sizes, seconds, clock) == list(wanted)
    assert allowance.paced == pytest.approx(clock.now)


def test_what_is_not_needed_is_left_out_where_there_is_no_time(clock: Clock) -> None:
    for seconds, wanted in ((1.0, []), (0.01, [(0, 1), (1, 2), (2, 3)])):
        with limited(seconds, "work"):
            assert done([200, 200, 300], seconds, clock, needed=False) == wanted
    with limited(1.0, "work") as allowance:
        for _ in range(3000):
            done([200], 0.0, clock, needed=False)
        assert allowance.costs.takes("work", 100) < 10  # it has been tried again


def test_work_that_is_slower_than_it_was_ends_earlier(clock: Clock) -> None:
    with limited(0.01, "work"):
        assert done([200, 200, 200], 0.01, clock) == [(0, 1), (1, 2), (2, 3)]
    with limited(0.01, "work"):
        assert done([200, 200, 200], 0.025, clock) == [(0, 1)]


def test_of_several_works_the_quickest_is_done_however_little_time_there_is(clock: Clock) -> None:
    names = ["bm25", "dense", "xtr"]
    assert affordable(names, 10) == [True, True, True]  # no limit
    with limited(0.1, "dense") as allowance:
        for name, seconds in (("bm25", 0.01), ("xtr", 1.0)):
            for size in (10, 20) * 8:
                allowance.costs.note_work(name, size, seconds * size)
        assert affordable(names, 10) == [True, True, False]  # of 8.5 s
        assert allowance.untold == ["latency_ms: xtr takes 10000 ms"]
        clock.now = 9.0
        assert affordable(names, 10) == [True, False, False]
    with limited(0.1, "dense") as allowance:
        for _ in range(4):
            with timed("dense", 10):
                clock.now += 5.0
        assert allowance.costs.takes("dense", 10) > 1.0  # by the last times, not by those before alone


def passages(count: int, about: str = "Travel") -> list[Document]:
    """Of 150 tokens and more each: two are no portion."""
    return [
        Document(f"{about} {number} " + "is approved by the director " * 30, metadata={"score": 1 - number / 10})
        for number in range(count)
    ]


def test_what_was_not_judged_stays_behind(untrained: Path) -> None:
    given = passages(5)
    rerank = Rerank(weights=str(untrained), weight=0.5)
    with limited(1.0, "reader"):
        first, *others = rerank.compress_documents(given, QUESTION)
    assert "rerank_score" in first.metadata
    assert [one.page_content for one in (first, *others)] == [one.page_content for one in given]
    assert not any("rerank_score" in one.metadata for one in others)
    scores = [float(one.metadata["score"]) for one in (first, *others)]
    assert scores == sorted(scores, reverse=True)
    whole = rerank.compress_documents(given, QUESTION)
    assert all("rerank_score" in one.metadata for one in whole)


def test_as_much_is_read_as_fits_and_what_is_known_costs_nothing(untrained: Path) -> None:
    given = [Document("Travel is approved by the director.", metadata={"score": 2.0}), *passages(3, about="Leave")]
    reader = Reader(weights=str(untrained))

    def shown() -> tuple[int, str]:
        (last,) = (one for one in reader.stream(Turn(QUESTION, passages=tuple(given))) if isinstance(one, Turn))
        return len(last.passages), last.notes.get("skipped", "")

    with limited(1.0, "reader"):
        assert shown() == (4, "latency_ms: no passage was read, sentences are chosen")
    with limited(0.1, "reader"):
        assert shown() == (1, "")
    assert shown() == (4, "")
    with limited(1.0, "reader"):
        assert shown() == (4, "")  # it has just been read


def test_words_alone_are_compared_where_there_is_no_time_for_more() -> None:
    turn = Turn(QUESTION, passages=(Document("Travel abroad is approved by the director. Trains are not."),))
    with limited(10.0, "quotes"):
        (last,) = (one for one in Extractive().stream(turn) if isinstance(one, Turn))
    assert last.answer is not None and last.answer.text == "Travel abroad is approved by the director. [1]"
    assert "words alone" in last.notes["skipped"]


def test_a_search_leaves_out_what_there_is_no_time_for(tmp_path: Path) -> None:
    of: list[Any] = [{"use": "bm25"}, {"use": "dense"}]
    steps: list[Any] = [{"retrieve": {"use": "fusion", "of": of}}, {"generate": "extractive"}]
    pipeline = Pipeline.from_yaml({"limits": {"latency_ms": 1000}, "pipeline": steps}, index=tmp_path)
    pipeline.add_documents([Document("The director approves travel abroad.", metadata={"source": "policy"})])
    assert "skipped" not in pipeline.invoke(QUESTION).trace[0].detail
    for size in (10, 20) * 16:
        pipeline.costs.note_work("dense", size, 5.0)
    answer = pipeline.invoke(QUESTION)
    assert answer.trace[0].detail["skipped"].startswith("latency_ms: dense takes 4")
    assert list(answer.trace[0].passages_out[0].metadata["ranks"]) == ["bm25"]
    assert "director" in answer.text


def test_a_warm_pipeline_knows_what_its_steps_take(tmp_path: Path) -> None:
    steps: list[Any] = [{"retrieve": {"use": "bm25"}}, {"generate": "extractive"}]
    pipeline = Pipeline.from_yaml({"limits": {"latency_ms": 60_000}, "pipeline": steps}, index=tmp_path)
    pipeline.add_documents([Document("The director approves travel abroad.", metadata={"source": "policy"})])
    assert not any(pipeline.costs.of(step, frozenset()) for step in pipeline.steps)
    pipeline.warm_up()
    assert all(pipeline.costs.of(step, frozenset()) for step in pipeline.steps)


def test_a_warm_pipeline_knows_what_its_limits_would_leave_out(tmp_path: Path) -> None:
    steps: list[Any] = [{"retrieve": {"use": "bm25"}}, {"generate": "extractive"}]
    pipeline = Pipeline.from_yaml({"limits": {"latency_ms": 1}, "pipeline": steps}, index=tmp_path)
    pipeline.add_documents([Document("How things are made warm. Number one is warm.", metadata={"source": "heat"})])
    pipeline.warm_up()
    assert pipeline.costs.takes("quotes", 10) > 0
    assert gc.get_freeze_count()
    answer = pipeline.invoke("Which number is warm?")
    assert "words alone" in answer.trace[1].detail["skipped"]

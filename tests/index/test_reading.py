"""Readers: one state for as long as they hold it, whatever a writer does meanwhile."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Event
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.errors import UsageError
from rag.index import Index, View

Handbook = Callable[..., list[Document]]


@pytest.fixture
def index(make: Callable[..., Index], views: Sequence[View], handbook: Handbook) -> Index:
    made = make()
    made.add_documents(handbook(), views)
    return made


def test_a_held_state_does_not_change(index: Index, views: Sequence[View], handbook: Handbook, ask: Any) -> None:
    with index.reading() as snapshot:
        index.add_documents(handbook(office="Closed for ever."), views)
        index.delete(["travel.md"], views)
        assert snapshot.document_text("office.md").startswith("The office opens")
        assert ask(index, views[0], "dogs")  # inside, `reading` gives the state that is held
        assert ask(index, views[1], "director")[0].metadata["source"] == "travel.md"
    assert not ask(index, views[0], "dogs")
    assert "travel.md" not in index.sources()


def test_a_state_held_while_files_are_retired_can_still_be_searched(
    index: Index, views: Sequence[View], handbook: Handbook, ask: Any
) -> None:
    with index.reading() as snapshot:
        for edition in range(12):
            index.add_documents(handbook(office=f"Edition {edition} of the office."), views)
        for view in views:  # opened only now
            hits = snapshot.view(view).search("Are dogs welcome?", 1, snapshot.mask())
            assert snapshot.documents(hits)[0].page_content.startswith("Dogs are welcome")


def test_threads_share_what_their_turn_holds(index: Index, views: Sequence[View], handbook: Handbook, ask: Any) -> None:
    with index.reading(), ThreadPoolExecutor(4) as pool:
        index.add_documents(handbook(office="Closed for ever."), views)
        asked = [pool.submit(copy_context().run, ask, index, view, "dogs") for view in views for _ in range(4)]
        assert all(any("Dogs are welcome" in p.page_content for p in future.result()) for future in asked)


def test_turns_of_one_loop_hold_their_own(index: Index, views: Sequence[View], handbook: Handbook) -> None:
    async def turn(change: bool) -> tuple[int, int]:
        with index.reading() as snapshot:
            before = snapshot.generation
            if change:
                await asyncio.to_thread(index.add_documents, handbook(office="Closed for ever."), views)
            await asyncio.sleep(0.02)
            with index.reading() as again:
                return before, again.generation

    async def turns() -> list[tuple[int, int]]:
        return await asyncio.gather(*(turn(change=number == 0) for number in range(5)))

    assert all(before == after for before, after in asyncio.run(turns()))


def test_threads_read_while_a_writer_publishes(
    index: Index, views: Sequence[View], handbook: Handbook, ask: Any
) -> None:
    done = Event()

    def read() -> int:
        seen = set()
        while not done.is_set():
            with index.reading() as snapshot:
                texts = {snapshot.document_text(source) for source in ("office.md", "hotels.md")}
                editions = {text.split()[1] for text in texts}
                assert len(editions) == 1, "two editions at once"
                for view in views:
                    hits = snapshot.view(view).search("edition", 5, snapshot.mask({"source": "office.md"}))
                    assert {p.page_content for p in snapshot.documents(hits)} <= texts
                seen.add(editions.pop())
        return len(seen)

    def edition(number: int) -> list[Document]:
        return handbook(office=f"Edition {number} of office", hotels=f"Edition {number} of hotels")

    index.add_documents(edition(0), views)
    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for number in range(1, 15):
            index.add_documents(edition(number), views)
        done.set()
        assert max(reader.result() for reader in readers) > 1


def test_around_a_passage(index: Index) -> None:
    with index.reading() as snapshot:
        first, second = snapshot.passages_of("travel.md")
        assert [p.id for p in snapshot.neighbours(str(first.id), before=3, after=0)] == [first.id]
        assert [p.id for p in snapshot.neighbours(str(first.id))] == [first.id, second.id]
        assert second.metadata == {"source": "travel.md", "title": "travel", "start": 36, "end": 78, "tokens": 7}
        for unknown in ("0123456789abcdef", "no passage"):
            with pytest.raises(UsageError, match="has no passage"):
                snapshot.neighbours(unknown)


def test_what_a_retriever_adds_goes_with_each_passage(index: Index, views: Sequence[View]) -> None:
    with index.reading() as snapshot:
        hits = snapshot.view(views[0]).search("office dogs", 2, snapshot.mask())
        found = snapshot.documents(hits, matched=["both", "one"])
        assert [passage.metadata["matched"] for passage in found] == ["both", "one"]
        assert [passage.text for passage in snapshot.passages(hits.rows)] == [p.page_content for p in found]


def test_a_folder_made_anew_is_noticed(
    index: Index, make: Callable[..., Index], views: Sequence[View], handbook: Handbook
) -> None:
    assert len(index.sources()) == 4
    shutil.rmtree(index.folder)
    make().add_documents(handbook()[:1], views)
    assert index.sources() == ["travel.md"]


def test_an_empty_index_is_an_index(make: Callable[..., Index], views: Sequence[View], ask: Any) -> None:
    index = make("empty")
    index.add_documents([], views)
    assert index.sources() == []
    assert all(ask(index, view, "dogs") == [] for view in views)

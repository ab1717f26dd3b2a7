"""Conversations that are kept: lines and branches, whose they are, and that deleted is deleted."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.memory.conversations import Conversations, Said, beside, messages

SECRET = "zanzibar-7731"


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "deep" / "c.sqlite")


def test_a_line_of_turns_and_a_branch(kept: Conversations) -> None:
    one = kept.keep(Said("Who approves travel?", "Your manager.", "a"))
    two = kept.keep(Said("And abroad?", "The director.", "a", one.id, record={"n": 1}))
    other = kept.keep(Said("And by train?", "Nobody.", "a", one.id))
    assert [said.answer for said in kept.until("a", two.id)] == ["Your manager.", "The director."]
    assert [said.answer for said in kept.until("a", other.id)] == ["Your manager.", "Nobody."]
    assert two.thread == other.thread == one.id
    assert two.record == {"n": 1}
    (thread,) = kept.threads("a")
    assert (thread.title, thread.turns, thread.last) == ("Who approves travel?", 3, other.id)
    assert [str(message.content) for message in messages(kept.until("a", one.id))] == [
        "Who approves travel?",
        "Your manager.",
    ]


def test_nobody_finds_what_somebody_else_said(kept: Conversations) -> None:
    mine = kept.keep(Said("Who?", "The director.", "a"))
    assert kept.get("b", mine.id) is None
    assert kept.threads("b") == []
    assert not kept.delete("b", mine.id)
    assert kept.delete_thread("b", mine.thread) == 0
    with pytest.raises(KeyError):
        kept.until("b", mine.id)
    with pytest.raises(KeyError):
        kept.keep(Said("And then?", "No.", "b", mine.id))
    assert kept.get("a", mine.id) == mine


def test_deleted_is_deleted_from_the_disk(kept: Conversations) -> None:
    first = kept.keep(Said(f"About {SECRET}?", f"{SECRET} is a town. " * 400, "a"))
    second = kept.keep(Said("And then?", "Nothing.", "a", first.id))
    files = [kept.path, *kept.path.parent.glob(f"{kept.path.name}-*")]
    assert any(SECRET.encode() in file.read_bytes() for file in files)
    assert kept.delete("a", first.id)
    assert not any(SECRET.encode() in file.read_bytes() for file in kept.path.parent.iterdir())
    assert [said.question for said in kept.until("a", second.id)] == ["And then?"]
    assert kept.delete_thread("a", second.thread) == 1
    assert kept.threads("a") == []


def test_what_is_old_goes(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    store = Conversations(path)
    store.keep(Said("Old?", "Yes.", made=1e9))
    new = store.keep(Said("New?", "Yes."))
    store.close()
    assert [thread.last for thread in Conversations(path, days=30).threads("")] == [new.id]


def test_it_survives_the_process_and_only_its_owner_reads_it(kept: Conversations) -> None:
    said = kept.keep(Said("Who?", "The director."))
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert Conversations(kept.path).get("", said.id) == said


def test_threads_and_processes_share_it(kept: Conversations) -> None:
    other = Conversations(kept.path)

    def ask(number: int) -> str:
        return (kept if number % 2 else other).keep(Said(f"{number}?", "Yes.", "a")).id

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(ask, range(60)))
    assert {thread.id for thread in kept.threads("a", 100)} == made


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_text("not a database, but somebody's notes, long enough to have a header of its own" * 9)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="cannot be kept there"):
        Conversations(path)
    assert path.read_bytes() == before


def test_a_full_disk_is_told_and_what_was_kept_stays(kept: Conversations) -> None:
    said = kept.keep(Said("Who?", "The director."))
    kept._db.execute("PRAGMA max_page_count = 1")  # SQLite's own "database or disk is full"
    with pytest.raises(UsageError, match="is the disk full"):
        kept.keep(Said("And then?", "Nothing. " * 5000))
    assert kept.get("", said.id) == said


def test_its_place_is_beside_the_index() -> None:
    assert beside(Path("a/.rag/index")) == Path("a/.rag/index.conversations.sqlite")

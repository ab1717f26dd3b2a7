"""Files and folders: what did not change is not read again, what is gone is removed, what fails is told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.index import Index, Progress, View, sources


@pytest.fixture
def folder(tmp_path: Path, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The handbook as files, an hour old, beside where the program runs."""
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "handbook"
    made.mkdir()
    for name, text in texts.items():
        write(made / name, text)
    return made


def write(file: Path, text: str, age: float = 3600.0) -> None:
    file.write_text(text, encoding="utf-8")
    then = time.time() - age
    os.utime(file, (then, then))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sources of the files that were read, as they are read."""
    seen: list[str] = []
    inner = sources._load

    def load(found: Any, limits: Any) -> Any:
        seen.append(found.source)
        return inner(found, limits)

    monkeypatch.setattr(sources, "_load", load)
    return seen


def counts(report: Any) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.deleted, report.failed


def test_a_folder_from_first_to_last(
    make: Callable[..., Index], views: Sequence[View], folder: Path, read: list[str]
) -> None:
    index = make()
    assert counts(index.add(["handbook"], views)) == (4, 0, 0, 0, 0)
    assert index.sources() == [f"handbook/{name}.md" for name in ("holidays", "hotels", "office", "travel")]

    read.clear()
    assert counts(index.add(["handbook"], views)) == (0, 0, 4, 0, 0)
    assert read == []

    write(folder / "office.md", "The office opens at nine.", age=60)
    write(folder / "canteen.md", "Lunch is at noon.")
    (folder / "hotels.md").unlink()
    assert counts(index.add(["handbook"], views)) == (1, 1, 2, 1, 0)
    assert sorted(read) == ["handbook/canteen.md", "handbook/office.md"]
    assert index.text("handbook/office.md") == "The office opens at nine."
    assert "handbook/hotels.md" not in index.sources()


def test_a_new_time_stamp_is_no_change(
    make: Callable[..., Index], views: Sequence[View], folder: Path, read: list[str]
) -> None:
    index = make()
    index.add(["handbook"], views)
    read.clear()
    write(folder / "office.md", (folder / "office.md").read_text(), age=1000)
    assert counts(index.add(["handbook"], views)) == (0, 0, 4, 0, 0)
    assert read == []


def test_a_change_within_the_clock_s_tick_is_seen(
    make: Callable[..., Index], views: Sequence[View], folder: Path
) -> None:
    index = make()
    write(folder / "office.md", "The office opens at eight.", age=0)
    index.add(["handbook"], views)
    stamp = (folder / "office.md").stat()
    (folder / "office.md").write_text("The office opens at seven.")
    os.utime(folder / "office.md", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert counts(index.add(["handbook"], views)) == (0, 1, 3, 0, 0)


def test_records_of_one_file_go_their_own_way(
    make: Callable[..., Index], views: Sequence[View], folder: Path, ask: Any
) -> None:
    lines = ['{"id": "a", "text": "The tram is red."}', '{"id": "b", "text": "The ferry is blue."}']
    write(folder / "trips.jsonl", "\n".join(lines))
    index = make()
    assert index.add(["handbook"], views).added == 6
    write(folder / "trips.jsonl", "\n".join([lines[0], '{"id": "c", "text": "The bus is green."}']), age=60)
    assert counts(index.add(["handbook"], views)) == (1, 0, 5, 1, 0)
    assert not ask(index, views[0], "ferry")
    assert ask(index, views[0], "bus")[0].metadata["source"] == "handbook/trips.jsonl#c"
    assert index.delete(["handbook/trips.jsonl"], views).deleted == 2
    assert index.add(["handbook"], views).added == 2


def test_what_fails_is_told_and_what_was_there_stays(
    make: Callable[..., Index], views: Sequence[View], folder: Path
) -> None:
    index = make()
    index.add(["handbook"], views)
    (folder / "office.md").write_bytes(bytes(range(256)) * 40)
    report = index.add(["handbook"], views)
    assert counts(report) == (0, 0, 3, 0, 1)
    assert report.failures[0].source == "handbook/office.md"
    assert index.stats().failures.keys() == {"handbook/office.md"}
    assert index.text("handbook/office.md").startswith("The office opens")
    write(folder / "office.md", "The office opens at nine.")
    assert counts(index.add(["handbook"], views)) == (0, 1, 3, 0, 0)
    assert index.stats().failures == {}


@pytest.mark.parametrize("kind", [str, Path])
def test_one_path_is_a_path_and_not_its_letters(
    make: Callable[..., Index], views: Sequence[View], folder: Path, kind: Callable[[str], str | Path]
) -> None:
    index = make()
    assert len(index.plan(kind("handbook"), views).added) == 4
    assert counts(index.add(kind("handbook"), views)) == (4, 0, 0, 0, 0)
    assert counts(index.delete("handbook/office.md", views)) == (0, 0, 0, 1, 0)


@pytest.mark.parametrize("named", ["handbook", "."])
def test_a_folder_that_was_moved_with_its_index_is_the_same_one(
    make: Callable[..., Index],
    views: Sequence[View],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    named: str,
) -> None:
    (tmp_path / "here").mkdir()
    folder.rename(tmp_path / "here" / "handbook")
    write(
        tmp_path / "here" / "handbook" / "trips.jsonl", '{"id": "a", "text": "A tram."}\n{"id": "b", "text": "A bus."}'
    )
    monkeypatch.chdir(tmp_path / "here")
    index = make()
    assert counts(index.add([named], views)) == (6, 0, 0, 0, 0)
    sources = set(index.sources())

    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").rename(tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there")
    Path("handbook/hotels.md").unlink()
    write(Path("handbook/office.md"), "The office opens at nine.")
    write(Path("handbook/trips.jsonl"), '{"id": "b", "text": "A bus."}')
    report = index.add([named], views)
    assert counts(report) == (0, 4, 0, 2, 0)
    assert report.encoded == 1  # what was only moved is not encoded again
    assert set(index.sources()) == sources - {"handbook/hotels.md", "handbook/trips.jsonl#a"}
    assert index.text("handbook/office.md") == "The office opens at nine."
    assert counts(index.add([named], views)) == (0, 0, 4, 0, 0)


def test_a_folder_that_cannot_be_reached_now_keeps_its_documents_while_another_is_indexed(
    make: Callable[..., Index], views: Sequence[View], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    index = make()
    index.add(["."], views)
    before = set(index.sources())
    other = tmp_path / "other"
    other.mkdir()
    write(other / "garden.md", "Roses are cut in March.")
    folder.rename(tmp_path / "away")  # as a disk that is not mounted
    monkeypatch.chdir(other)
    assert counts(index.add(["."], views)) == (1, 0, 0, 0, 0)
    assert set(index.sources()) == before | {"garden.md"}


def test_a_missing_path_removes_nothing(make: Callable[..., Index], views: Sequence[View], folder: Path) -> None:
    index = make()
    index.add(["handbook"], views)
    report = index.add(["handbok", "handbook/office.md"], views)
    assert (report.deleted, report.unchanged, report.failed) == (0, 1, 1)
    assert len(index.sources()) == 4


def test_only_what_lies_under_the_named_folder_is_looked_at(
    make: Callable[..., Index], views: Sequence[View], folder: Path
) -> None:
    (folder / "old").mkdir()
    write(folder / "old" / "rules.md", "Hats off.")
    index = make()
    index.add(["handbook"], views)
    (folder / "old" / "rules.md").unlink()
    (folder / "office.md").unlink()
    write(folder / "old" / "new.md", "Hats on.")
    assert counts(index.add(["handbook/old"], views)) == (1, 0, 0, 1, 0)
    assert "handbook/office.md" in index.sources()
    assert counts(index.add(["handbook"], views))[3] == 1


def test_a_source_keeps_its_name_from_any_folder(
    make: Callable[..., Index], views: Sequence[View], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make()
    index.add(["handbook"], views)
    monkeypatch.chdir(folder)
    write(folder / "office.md", "The office opens at nine.", age=60)
    assert counts(index.add(["."], views)) == (0, 1, 3, 0, 0)
    assert "handbook/office.md" in index.sources()


def test_two_files_of_one_name_are_two_sources(
    make: Callable[..., Index], views: Sequence[View], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make()
    index.add(["handbook/office.md"], views)
    other = folder / "elsewhere" / "handbook"
    other.mkdir(parents=True)
    write(other / "office.md", "The other office never opens.")
    monkeypatch.chdir(other.parent)
    assert counts(index.add(["handbook/office.md"], views)) == (1, 0, 0, 0, 0)
    assert counts(index.add(["handbook/office.md"], views)) == (0, 0, 1, 0, 0)
    assert index.sources() == sorted(["handbook/office.md", str(other / "office.md")])


def test_a_plan_says_what_will_be_done(
    make: Callable[..., Index], views: Sequence[View], folder: Path, tmp_path: Path
) -> None:
    index = make()
    plan = index.plan(["handbook"], views)
    assert (len(plan.added), plan.passages, plan.encoded) == (4, 8, 8)
    assert plan.seconds > 0
    assert not index.folder.exists()
    report = index.add(["handbook"], views)
    assert (report.added, report.passages, report.tokens) == (4, plan.passages, plan.tokens)

    write(folder / "office.md", "The office opens at nine. Dogs are welcome in the office, cats are not.", age=60)
    (folder / "hotels.md").unlink()
    plan = index.plan(["handbook"], views)
    assert (plan.added, plan.changed, plan.deleted) == ((), ("handbook/office.md",), ("handbook/hotels.md",))
    assert (plan.unchanged, plan.passages, plan.encoded) == (2, 2, 1)
    done = index.add(["handbook"], views)
    assert (done.changed, done.deleted, done.encoded) == (1, 1, 1)
    assert index.plan(["handbook"], views).encoded == 0


def test_other_settings_cut_again_what_was_not_read(
    make: Callable[..., Index], views: Sequence[View], folder: Path
) -> None:
    index = make()
    index.add(["handbook"], views)
    bare = make(contextual="none")
    assert len(bare.plan([], views).changed) == 4
    assert counts(bare.add(["handbook/office.md"], views)) == (0, 4, 0, 0, 0)
    assert counts(bare.add(["handbook"], views)) == (0, 0, 4, 0, 0)


def test_progress_is_told(make: Callable[..., Index], views: Sequence[View], folder: Path) -> None:
    told: list[Progress] = []
    make(batch_passages=3).add(["handbook"], views, told.append)
    reading = [event for event in told if event.stage == "reading"]
    assert [(event.done, event.total) for event in reading] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert reading[-1].source == "handbook/travel.md"
    assert reading[-1].passages > 0

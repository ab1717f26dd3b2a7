"""Reasons for labels: asked once each, kept through a kill."""

import json
from collections.abc import Sequence
from pathlib import Path
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel, SimpleChatModel
from langchain_core.messages import BaseMessage

from rag.errors import ModelError, UsageError
from rag.evaluation.reasons import WORDS, labelled, messages, reason

RECORDS: list[dict[str, Any]] = [
    {"question": "Who wrote Faust?", "route": "none", "right": {"none": True}},
    {"question": "When was the mill built?", "route": "single"},
    {"question": "Is the mill older than the bridge?", "route": "multi"},
]


class Counting(SimpleChatModel):
    """Says what it was asked; fails at the calls that it is told to fail at."""

    asked: list[str] = []
    fail_at: int = -1

    @property
    def _llm_type(self) -> str:
        return "counting"

    def _call(self, messages: Sequence[BaseMessage], *args: Any, **kwargs: Any) -> str:
        self.asked.append(str(messages[-1].text))
        if len(self.asked) == self.fail_at:
            raise ConnectionError("gone")
        return f"About {messages[-1].text}"


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_model_is_told_the_ways_the_question_and_its_way() -> None:
    system, human = messages(RECORDS[2])
    assert all(f"\n{way}: " in str(system.text) for way in ("none", "single", "multi"))
    assert str(human.text) == "Question: Is the mill older than the bridge?\nWay: multi"


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_record_gets_its_own_reason_and_keeps_what_it_had(tmp_path: Path, jobs: int) -> None:
    told = reason(Counting(asked=[]), RECORDS, tmp_path / "new" / "reasons.jsonl", jobs=jobs)
    found = {row["question"]: row for row in rows(tmp_path / "new" / "reasons.jsonl")}
    assert (told.labels, told.there, told.asked, told.empty) == (3, 0, 3, 0)
    assert told.usage.prompt_tokens > 100
    for record in RECORDS:
        assert record["question"] in found[str(record["question"])]["rationale"]
        assert found[str(record["question"])].items() >= record.items()


def test_a_run_that_failed_goes_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    out, model = tmp_path / "reasons.jsonl", Counting(asked=[], fail_at=2)
    with pytest.raises(ModelError, match="Counting failed: ConnectionError: gone"):
        reason(model, RECORDS, out)
    assert len(rows(out)) == 1
    told = reason(model, RECORDS, out)
    assert (told.there, told.asked) == (1, 2)
    assert len(model.asked) == 4
    assert [row["question"] for row in rows(out)] == [record["question"] for record in RECORDS]


def test_replies_under_way_are_kept_when_it_is_interrupted(tmp_path: Path) -> None:
    class Slow(Counting):
        def _call(self, messages: Sequence[BaseMessage], *args: Any, **kwargs: Any) -> str:
            said = super()._call(messages)
            sleep(0.2 * under_way.wait())
            return said

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    under_way = Barrier(3)
    out, model = tmp_path / "reasons.jsonl", Slow(asked=[])
    with pytest.raises(KeyboardInterrupt):
        reason(model, [*RECORDS, {"question": "Who drew it?", "route": "single"}], out, jobs=3, tell=interrupt)
    assert len(model.asked) == len(rows(out)) == 3


def test_an_empty_reply_is_asked_for_again_and_a_long_one_is_cut(tmp_path: Path) -> None:
    out = tmp_path / "reasons.jsonl"
    told = reason(FakeListChatModel(responses=["  ", "so " * 1000, "Short."]), RECORDS, out)
    assert told.empty == 1
    assert [len(row["rationale"].split()) for row in rows(out)] == [WORDS, 1]
    assert reason(FakeListChatModel(responses=["Now."]), RECORDS, out).asked == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no record with a `question` and its `route`"),
        ('{"question": "Who?"}\n', "holds no record"),
        ('{"question": "Who?", "route": "many"}\n', "route 'many' of 'Who?': should be one of none, single, multi"),
    ],
)
def test_what_is_wrong_with_labels_is_said(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message.replace("?", r"\?")):
        labelled(file)
    with pytest.raises(UsageError, match="no such file"):
        labelled(tmp_path / "none.jsonl")


def test_a_question_with_two_labels_is_asked_about_once(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*RECORDS, RECORDS[0]]), encoding="utf-8")
    assert labelled(file) == RECORDS

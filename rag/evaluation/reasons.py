"""Why a question needs what it needs, in a chat model's words: `rag train complexity` learns from them beside labels.

As QLFR [1] has a model reason about a short text before a small classifier is trained: the things it is about, what is
known of them, what that makes of the text. The label is known here, so one call does for its four.

[1] Wu et al.: Quartet Logic, a Four-Step Reasoning (QLFR) framework for short text classification (2024).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from rag.errors import ModelError, RagError, UsageError
from rag.evaluation.journal import append, entries
from rag.generators.usage import usage_of
from rag.schema import Usage
from rag.skills.complexity import CLASSES

__all__ = ["Reasoned", "labelled", "reason"]

GRACE = 20.0
"""Seconds for which the end of a run waits for replies that were asked for: they are paid for."""
WORDS = 150
"""Words of a reply that are kept: one that goes on is no reason any more."""
TASK = """\
Questions are answered in one of three ways:
none: without looking anything up, from what everybody knows;
single: by one search, whose result holds the whole answer;
multi: by several searches, because what one finds tells what to ask next, or because findings must be put together.

You are given a question and the way that turned out to be right. Reason in three short sentences: first the things \
the question is about, then what is commonly known about them, then what has to be found out, in which order. Do not \
answer the question and do not name the way."""


@dataclass
class Reasoned:
    """What came of it."""

    labels: int
    """Questions with a label."""
    there: int
    """Those that had a reason from an earlier run."""
    asked: int = 0
    empty: int = 0
    """Replies without a word: these are asked again by the next run."""
    usage: Usage = field(default_factory=Usage)

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def labelled(file: Path) -> list[dict[str, Any]]:
    """The records of a file that have a question and a route, each question once.

    Raises:
        UsageError: the file is missing, a route is none, or there is nothing in it.
    """
    if not file.is_file():
        raise UsageError(f"{file}: no such file; `rag route label` writes one")
    found: dict[str, dict[str, Any]] = {}
    for record in entries(file):
        question, route = record.get("question"), record.get("route")
        if isinstance(question, str) and question.strip() and route is not None:
            if route not in CLASSES:
                raise UsageError(f"{file}: route {route!r} of {question!r}: should be one of {', '.join(CLASSES)}")
            found.setdefault(question, record)
    if not found:
        raise UsageError(
            f"{file} holds no record with a `question` and its `route`: `rag route label` writes such a file"
        )
    return list(found.values())


def messages(record: Mapping[str, Any]) -> list[BaseMessage]:
    """What is said to the model about one question."""
    return [SystemMessage(TASK), HumanMessage(f"Question: {record['question']}\nWay: {record['route']}")]


def reason(
    llm: BaseChatModel,
    records: Sequence[Mapping[str, Any]],
    out: Path,
    *,
    jobs: int = 1,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Reasoned:
    """Every record with its reason, a line each, as `rationale`; questions that stand in `out` are not asked again.

    Args:
        llm: any langchain-core chat model.
        records: with `question` and `route`.
        out: JSON lines; is added to, so that a run that was killed goes on where it stopped.
        jobs: calls at once.
        tell: hears how many of how many have a reason.

    Raises:
        ModelError: the model failed; what was written stays, and what is under way then is waited for and kept.
    """
    known = {entry.get("question") for entry in entries(out) if entry.get("rationale")}
    waiting = iter([record for record in records if record["question"] not in known])
    told = Reasoned(len(records), sum(record["question"] in known for record in records))
    out.parent.mkdir(parents=True, exist_ok=True)
    flying: dict[Future[tuple[str, Usage]], Mapping[str, Any]] = {}
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="reason")
    try:
        while _launch(pool, llm, waiting, flying, jobs):
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                _keep(flying.pop(future), *future.result(), out, told)
                tell(told.there + told.asked - told.empty, told.labels)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for future in wait([one for one in flying if not one.cancelled()], GRACE).done:
            if not future.exception():
                _keep(flying[future], *future.result(), out, told)
    return told


def _keep(record: Mapping[str, Any], text: str, usage: Usage, out: Path, told: Reasoned) -> None:
    told.asked, told.usage = told.asked + 1, told.usage + usage
    told.empty += not text
    if text:
        append(out, {**record, "rationale": text})


def _launch(
    pool: ThreadPoolExecutor,
    llm: BaseChatModel,
    waiting: Iterator[Mapping[str, Any]],
    flying: dict[Future[tuple[str, Usage]], Mapping[str, Any]],
    jobs: int,
) -> bool:
    """Begins as many calls as may run at once; whether any runs."""
    while len(flying) < jobs and (record := next(waiting, None)):
        flying[pool.submit(_ask, llm, record)] = record
    return bool(flying)


def _ask(llm: BaseChatModel, record: Mapping[str, Any]) -> tuple[str, Usage]:
    asked = messages(record)
    try:
        reply = llm.invoke(asked)
    except RagError:
        raise
    except Exception as error:
        raise ModelError(f"{type(llm).__name__} failed: {type(error).__name__}: {error}") from error
    return " ".join(str(reply.text).split()[:WORDS]), usage_of(reply, asked)

"""A model asked about window after window, several at once, nothing asked twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel

from rag.errors import ModelError
from rag.evaluation.synthesis.cost import Budget
from rag.evaluation.synthesis.draft import Question, Rejected
from rag.evaluation.synthesis.folder import Folder
from rag.evaluation.synthesis.judge import Judge
from rag.evaluation.synthesis.llm import Asked, ask
from rag.evaluation.synthesis.plan import Made
from rag.evaluation.synthesis.prompts import Prompts
from rag.evaluation.synthesis.windows import Window
from rag.schema import Usage

__all__ = ["ROUNDS", "Asker", "Known", "recalled"]

ROUNDS = 10
"""How often a window is asked about at most, where there are fewer windows than questions."""
_PATIENCE = 3
"""Failures of the model in a row after which it has failed for good."""


@dataclass
class Known:
    """What need not be asked."""

    done: set[tuple[str, int]] = field(default_factory=set)
    """Windows and the rounds in which they were asked about."""
    dry: set[str] = field(default_factory=set)
    """Windows that gave nothing when they were last asked about."""


def recalled(entries: Iterator[Mapping[str, Any]], made: Made) -> Known:
    """What earlier runs asked goes into `made`; what need not be asked again."""
    known = Known()
    for entry in entries:
        try:
            place = (str(entry["window"]), int(entry["round"]))
            question = Question.from_dict(entry["question"]) if entry["question"] else None
            made.usage += Usage(**entry["usage"])
            made.rejected.update(one["reason"] for one in entry["rejected"])
        except (KeyError, TypeError, IndexError):
            continue
        if entry.get("ended"):
            known.done.add(place)
        if entry.get("dry"):
            known.dry.add(place[0])
        if question is not None:
            made.questions.append(question)
            made.reused += 1
    return known


@dataclass
class Asker:
    """Asks until there are enough questions, nothing is left to ask about, or the budget is spent."""

    llm: BaseChatModel
    prompts: Prompts
    judge: Judge
    folder: Folder
    budget: Budget
    made: Made
    attempts: int
    jobs: int
    tell: Callable[[int], None]
    """Called with the number of questions after every window."""
    _failed: int = field(default=0, init=False)
    _dry: set[str] = field(default_factory=set, init=False)

    def run(self, windows: Sequence[Window], known: Known) -> None:
        """Asks about windows in their order. Ctrl-C waits for the calls that are under way and keeps what they bring.

        Raises:
            ModelError: the model failed several times in a row; what was made is kept.
        """
        self._dry = known.dry
        turns = (
            (round_, window)
            for round_ in range(ROUNDS)
            for window in windows
            if (window.id, round_) not in known.done and window.id not in self._dry
        )
        flying: dict[Future[Asked], Window] = {}
        pool = ThreadPoolExecutor(self.jobs, thread_name_prefix="synthesize")
        try:
            while True:
                self._launch(pool, turns, flying)
                if not flying:
                    break
                self._land(flying)
        except KeyboardInterrupt:
            self.made.interrupted = True
            self.budget.close()  # no second attempts
            for future in [future for future in flying if future.cancel()]:
                del flying[future]
            while flying:
                self._land(flying)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        self.made.spent = self.budget.exhausted and not self.made.interrupted

    def _launch(
        self, pool: ThreadPoolExecutor, turns: Iterator[tuple[int, Window]], flying: dict[Future[Asked], Window]
    ) -> None:
        """Begins as many calls as may run at once and can still be needed."""
        while (
            len(flying) < self.jobs
            and len(self.made.questions) + len(flying) < self.made.wanted
            and not self.budget.exhausted
            and (turn := next(turns, None))
        ):
            round_, window = turn
            earlier = [question.text for question in self.made.questions if question.source == window.source]
            call = (self.llm, self.prompts, window, round_, earlier, self.attempts, self.budget)
            flying[pool.submit(ask, *call)] = window

    def _land(self, flying: dict[Future[Asked], Window]) -> None:
        """Judges and keeps what has come."""
        ended, _ = wait(flying, return_when=FIRST_COMPLETED)
        for future in ended:
            del flying[future]
            try:
                self._keep(future.result())
                self._failed = 0
            except ModelError:
                self.made.failed += 1
                self._failed += 1
                if self._failed >= _PATIENCE and not self.made.interrupted:
                    raise
        self.tell(len(self.made.questions))

    def _keep(self, asked: Asked) -> None:
        question: Question | None = None
        if asked.draft is not None:
            judged = self.judge.judge(asked.draft)
            if isinstance(judged, Rejected):
                asked.rejected.append(judged)
            else:
                question = judged
                self.made.questions.append(question)
        dry = asked.draft is None and not asked.denied
        if dry:
            self._dry.add(asked.window.id)
        self.made.usage += asked.usage
        self.made.rejected.update(one.reason for one in asked.rejected)
        entry = {
            "window": asked.window.id,
            "round": asked.round,
            "source": asked.window.source,
            "start": asked.window.start,
            "end": asked.window.end,
            "question": None if question is None else question.to_dict(),
            "rejected": [asdict(one) for one in asked.rejected],
            "usage": asdict(asked.usage),
            "ended": not asked.denied,
            "dry": dry,
        }
        self.folder.keep(entry, question)

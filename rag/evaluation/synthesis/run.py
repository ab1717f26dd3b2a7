"""From documents to a data set of questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from langchain_core.language_models import BaseChatModel

from rag import __version__
from rag.config import Configuration
from rag.errors import UsageError
from rag.evaluation.folder import versions
from rag.evaluation.synthesis.asking import Asker, recalled
from rag.evaluation.synthesis.corpus import Corpus, Tell, read_corpus
from rag.evaluation.synthesis.cost import Budget, Estimate, estimate
from rag.evaluation.synthesis.draft import Rejected
from rag.evaluation.synthesis.extractive import Extractor
from rag.evaluation.synthesis.folder import Folder
from rag.evaluation.synthesis.judge import Judge
from rag.evaluation.synthesis.plan import Made, Plan, Settings
from rag.evaluation.synthesis.prompts import Prompts, load_prompts
from rag.evaluation.synthesis.windows import Window, spread, windows_of
from rag.index import Progress
from rag.index.manifest import fingerprint

__all__ = ["Synthesis", "synthesize"]


@dataclass(frozen=True)
class Synthesis:
    """Questions that can be made: what is read is read, nothing is asked yet."""

    configuration: Configuration
    settings: Settings
    corpus: Corpus
    windows: Sequence[Window]
    """In the order in which they are taken."""

    @classmethod
    def prepare(
        cls,
        configuration: Configuration,
        paths: Sequence[str | Path],
        settings: Settings | None = None,
        progress: Tell | None = None,
        *,
        leave_out: str | Path | None = None,
    ) -> Synthesis:
        """Reads the documents and cuts them into windows.

        Args:
            configuration: its encoder counts tokens and compares, its model writes.
            paths: files, folders, patterns, URLs.
            settings: how.
            progress: called as documents are read.
            leave_out: a folder whose files are no documents: where the questions go may lie among them.

        Raises:
            UsageError: no document can be read, none has anything to ask about, or a setting makes no sense.
        """
        settings = settings or Settings()
        if settings.questions < 1 or settings.attempts < 1 or settings.window_tokens < 64:
            raise UsageError("questions and attempts are at least 1, window_tokens at least 64")
        limits = configuration.index.limits if configuration.index else None
        corpus = read_corpus(paths, limits, progress, leave_out=leave_out)
        windows = windows_of(corpus.documents, configuration.encoder, settings.window_tokens)
        if not windows:
            raise UsageError(f"{', '.join(map(str, paths))}: no document has more than a few words")
        return cls(configuration, settings, corpus, spread(windows, settings.seed))

    @cached_property
    def llm(self) -> BaseChatModel | None:
        """The model that is asked; None where none is.

        Raises:
            UsageError: one is asked for, and the configuration has none.
        """
        llm = None if self.settings.method == "extractive" else self.configuration.llm
        if self.settings.method == "llm" and llm is None:
            raise UsageError(f"{self.configuration.source} has no `llm:`; add one, or take the preset `chat`")
        return llm

    @property
    def method(self) -> Literal["llm", "extractive"]:
        """What makes the questions."""
        return "extractive" if self.llm is None else "llm"

    @cached_property
    def prompts(self) -> Prompts:
        """What the model is told."""
        return load_prompts(self.settings.prompts)

    @cached_property
    def model(self) -> str:
        """The model that is asked, as it is named; empty where none is."""
        return "" if self.llm is None else str(getattr(self.llm, "model", "") or fingerprint(self.llm))

    def folder(self, path: str | Path) -> Folder:
        """The folder of these questions."""
        asked = {} if self.llm is None else {"model": fingerprint(self.llm), "prompts": self.prompts.fingerprint}
        chosen = {name: getattr(self.settings, name) for name in ("seed", "window_tokens", "relevance", "similarity")}
        encoder = fingerprint(self.configuration.encoder)
        made_from = {"release": __version__, "documents": self.corpus.fingerprint, "method": self.method}
        return Folder(Path(path), {**made_from, **asked, "encoder": encoder, **chosen})

    def plan(self, path: str | Path, *, fresh: bool = False) -> Plan:
        """What a run into this folder would ask, and what that would cost.

        Raises:
            UsageError: the folder holds something else.
        """
        folder = self.folder(path)
        folder.check(fresh=fresh)
        made = self._made(path)
        known = recalled(folder.asked(fresh=fresh), made)
        likely: Estimate | None = None
        if self.llm is not None:
            waiting = [window for window in self.windows if (window.id, 0) not in known.done] or self.windows
            missing = max(0, self.settings.questions - len(made.questions))
            likely = estimate(self.llm, self.prompts, waiting, missing)
        return Plan(
            len(self.corpus.documents),
            len(self.windows),
            self.settings.questions,
            len(made.questions),
            self.method,
            self.model,
            likely,
            likely.times(self.settings.attempts) if likely else None,
            self.corpus.failures,
        )

    def run(self, path: str | Path, *, jobs: int = 1, fresh: bool = False, progress: Tell | None = None) -> Made:
        """Makes the questions. What an earlier run made is kept, what it asked is not asked again.

        Args:
            path: the data set's folder.
            jobs: calls at once.
            fresh: forget what an earlier run left.
            progress: called as questions are made.

        Raises:
            UsageError: the folder holds something else.
            ModelError: the model failed for good; what was made until then is kept.
        """
        plan = self.plan(path, fresh=fresh)
        folder, made = self.folder(path), self._made(path)
        folder.open(self.corpus.lines(), fresh=fresh)
        try:
            judge = Judge(
                self.configuration.encoder, self.corpus.texts, self.settings.relevance, self.settings.similarity
            )

            def tell(done: int) -> None:
                if progress is not None:
                    progress(Progress("asking", done, made.wanted))

            if self.llm is None or plan.most is None:
                try:
                    self._extract(judge, made, tell)
                except KeyboardInterrupt:
                    made.interrupted = True
                folder.write(made.questions)
            else:
                known = recalled(folder.asked(), made)
                judge.remember(made.questions)
                folder.write(made.questions)
                budget = Budget(plan.most)
                Asker(self.llm, self.prompts, judge, folder, budget, made, self.settings.attempts, jobs, tell).run(
                    self.windows, known
                )
            return made
        finally:
            told = {} if self.llm is None else {"prompts": asdict(self.prompts)}
            folder.finish({**made.to_dict(), **told, "versions": versions()})
            folder.close()

    def _extract(self, judge: Judge, made: Made, tell: Callable[[int], None]) -> None:
        """Questions by rule: the same every time, so nothing of an earlier run is needed."""
        extractor = Extractor(self.corpus, self.windows)
        for draft in extractor.drafts():
            if len(made.questions) >= made.wanted:
                break
            judged = judge.judge(draft)
            if isinstance(judged, Rejected):
                made.rejected[judged.reason] += 1
            else:
                made.questions.append(judged)
                extractor.accepted(judged.method)
            tell(len(made.questions))

    def _made(self, path: str | Path) -> Made:
        return Made(
            str(path),
            self.settings.questions,
            self.method,
            self.model,
            len(self.corpus.documents),
            len(self.windows),
            self.corpus.failures,
        )


def synthesize(  # noqa: PLR0913  # each is an option of `rag synthesize`
    configuration: Configuration,
    paths: Sequence[str | Path],
    out: str | Path,
    settings: Settings | None = None,
    *,
    jobs: int = 1,
    fresh: bool = False,
    progress: Tell | None = None,
) -> Made:
    """Questions, answers and exact evidence from documents, as a data set that `read_dataset` reads.

    Nobody is asked whether it may cost something: `Synthesis.prepare(...).plan(...)` tells before what it will.

    Args:
        configuration: its model writes the questions, its encoder compares them; rules where it has no model.
        paths: files, folders, patterns, URLs.
        out: the data set's folder.
        settings: how.
        jobs: calls at once.
        fresh: forget what an earlier run left in the folder.
        progress: called as documents are read and questions made.

    Raises:
        UsageError: there are no documents, or the folder holds something else.
        ModelError: the model failed for good; what was made until then is kept.
    """
    synthesis = Synthesis.prepare(configuration, paths, settings, progress, leave_out=out)
    return synthesis.run(out, jobs=jobs, fresh=fresh, progress=progress)

"""A pipeline: a question in, a cited answer out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import copy_context
from functools import cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import run_in_executor

from rag.asking.apart import in_context, in_context_async
from rag.asking.question import Question, asked_turn
from rag.asking.several import Several
from rag.asking.warming import warm
from rag.component import walk
from rag.kinds import Retriever
from rag.schema import Answer, Delta, Document, Span, Turn
from rag.spending.allowance import Allowance, pinned
from rag.spending.costs import Costs
from rag.steps import Step, Steps
from rag.steps.observe import aobserve, observe
from rag.steps.searching import without_generators

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.tools import BaseTool
    from pydantic import BaseModel

    from rag.config import Configuration
    from rag.index import Index, Report, View
    from rag.memory.cache import Cache
    from rag.spending.limits import Limits

__all__ = ["Pipeline"]


class Pipeline(Several):
    """Steps over one index; itself a langchain-core `Runnable` from a question to an `Answer`.

        pipeline = Pipeline.preset("default", index=".rag/handbook")
        pipeline.index(["handbook/"])
        answer = pipeline.invoke("Who approves travel?")

    `invoke`, `ainvoke`, `batch`, `abatch`, `stream` and `astream` take a question in any form of
    `rag.asking.question.Question`, and pass callbacks and `RunnableConfig` on to every step.
    """

    def __init__(
        self,
        steps: Steps | Step | Sequence[Step],
        *,
        store: Index | None = None,
        configuration: Configuration | None = None,
        limits: Limits | None = None,
        cache: Cache | None = None,
    ) -> None:
        self.steps = Steps() | steps if isinstance(steps, Step | Steps) else Steps(steps=tuple(steps))
        self.store = store
        """The index that the retrievers search."""
        self.configuration = configuration
        self.limits = limits
        """What a question may cost at most."""
        self.cache = cache
        """Keeps answers, where it is not None."""
        self.costs = Costs()
        """How long each step took lately: what it is decided by, under a limit of time, which are left out."""

    @classmethod
    def from_yaml(cls, source: str | Path | Mapping[str, Any], **options: Any) -> Self:
        """The pipeline that a YAML file (a path, a preset's name, or its content as a mapping) describes.

        Args:
            source: the file.
            **options: `index` (the index's folder), and what `rag.config.load` takes: `set`, `environment`,
                `allow_import`.

        Raises:
            ConfigError: with every problem found.
        """
        from rag.config import load

        if (index := options.pop("index", None)) is not None:
            options["overrides"] = {**options.get("overrides", {}), "index": {"path": str(index)}}
        return cls.from_configuration(load(source, **options))

    preset = from_yaml

    @classmethod
    def from_configuration(cls, configuration: Configuration) -> Self:
        """The pipeline of a loaded configuration."""
        return cls(
            configuration.pipeline, store=configuration.index, configuration=configuration, **_parts(configuration)
        )

    def __repr__(self) -> str:
        return f"Pipeline({self.steps!r}{f', limits={self.limits!r}' if self.limits else ''})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pipeline) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash(self._said())

    def _said(self) -> tuple[object, ...]:
        return self.steps, self.store, self.limits, self.cache

    def __reduce__(self) -> tuple[Any, ...]:
        """What is pickled and deep-copied: the configuration, or the parts. Weights and index are opened again."""
        parts: dict[str, Any] = {"store": self.store, "limits": self.limits, "cache": self.cache}
        told = self.configuration
        if told is not None and self.steps == told.pipeline and parts == {**_parts(told), "store": told.index}:
            return type(self).from_configuration, (told,)
        return partial(type(self), configuration=told, **parts), (self.steps,)

    def views(self) -> tuple[View, ...]:
        """Every search structure that the retrievers ask of the index, each once."""
        views = {view.name: view for part in walk(self.steps) if isinstance(part, Retriever) for view in part.views()}
        return tuple(views.values())

    def _store(self) -> Index:
        if self.store is None:
            raise ValueError("this pipeline was made without an index: Pipeline(steps, store=Index(path=...))")
        return self.store

    def warm_up(self) -> None:
        """Loads weights, maps the index and learns what the steps take: the first question is as quick as others.

        What is alive then in the process is not searched for garbage any more: that would hold up a question now and
        then for longer than some whole questions take.

        Where a chat model takes part nothing is asked, for that may cost money.
        """
        warm(self)

    def index(self, paths: str | Path | Iterable[str | Path], *, progress: Callable[..., None] | None = None) -> Report:
        """Adds or refreshes files, folders, globs and URLs. What did not change costs nothing; what is gone is removed.

        Args:
            paths: one of them, or several.
            progress: called with a `rag.index.Progress` after every source and batch.

        Returns:
            Counts of added, changed, unchanged, deleted and failed documents, with the reason for each failure.
        """
        return self._store().add(paths, self.views(), progress=progress)

    def add_documents(self, documents: Document | Iterable[Document]) -> Report:
        """Adds or refreshes documents that are already text; `metadata["source"]` identifies each."""
        return self._store().add_documents(documents, self.views())

    def delete(self, sources: str | Iterable[str]) -> Report:
        """Removes documents by source, as citations name it; the source of a file removes all that came from it."""
        return self._store().delete(sources, self.views())

    def as_tool(self, args_schema: type[BaseModel] | None = None, **options: Any) -> BaseTool:
        """The pipeline as a tool of LangChain's agents, with one argument: `question`.

        Args:
            args_schema: other arguments.
            **options: langchain-core's: `name` and `description`, by which a model chooses it, and `arg_types`.
        """
        if args_schema is None and not options.get("arg_types"):
            from rag.tool import tool_of

            return tool_of(self, options.get("name"), options.get("description"))
        return super().as_tool(args_schema, **options)

    def as_retriever(self) -> BaseRetriever:
        """A retriever of LangChain: the passages as every step before the generator leaves them, best first."""
        from rag.tool import Passages

        return Passages(pipeline=type(self)(without_generators(self.steps), store=self.store, limits=self.limits))

    @contextmanager
    def _pinned(self) -> Iterator[Allowance | None]:
        """One state of the index, and one allowance, for the whole turn."""
        allowance = Allowance(self.limits, self.costs) if self.limits is not None else None
        before = pinned.set(allowance)
        try:
            with self.store.reading() if self.store is not None and self.store.exists() else nullcontext():
                yield allowance
        finally:
            pinned.reset(before)

    def _pieces(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta]:
        with self._pinned() as allowance:
            begun, kept = self._kept(turn)
            if kept is not None:
                yield Delta(kept.text)
                yield Delta(answer=kept)
                return
            for piece in self.steps.run(begun, config):
                yield self._finished(turn, piece, allowance) if isinstance(piece, Turn) else piece

    async def _apieces(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta]:
        with self._pinned() as allowance:
            begun, kept = await run_in_executor(config, self._kept, turn)
            if kept is not None:
                yield Delta(kept.text)
                yield Delta(answer=kept)
                return
            async for piece in self.steps.arun(begun, config):
                if isinstance(piece, Turn):
                    yield await run_in_executor(config, self._finished, turn, piece, allowance)
                else:
                    yield piece

    @cached_property
    def _settings(self) -> str:
        """What answers depend on beside the question."""
        from rag import __version__

        said = json.dumps(self.configuration.node.plain(), sort_keys=True) if self.configuration is not None else ""
        return f"{__version__}\n{self.steps!r}\n{said}"

    def _kept(self, turn: Turn) -> tuple[Turn, Answer | None]:
        """The turn with a span of the cache, if there is one, and the answer if it was given before."""
        if self.cache is None or self.store is None or not self.store.exists():
            return turn, None
        started = perf_counter()
        with self.store.reading() as snapshot:
            found = self.cache.find(turn, self._settings, snapshot)
        detail = {"hit": True, "question": found.question, "similarity": round(found.likeness, 4)} if found else {}
        span = Span("cache", (perf_counter() - started) * 1e3, detail=detail or {"hit": False})
        turn = turn.with_(trace=(span,))
        return turn, turn.with_(answer=found.answer, route=found.answer.route).finish() if found else None

    def _finished(self, asked: Turn, turn: Turn, allowance: Allowance | None) -> Delta:
        """The answer of a turn, kept where answers are; its trace says which limits were not kept."""
        if allowance is not None and (over := allowance.exceeded()):
            turn = turn.with_(trace=(*turn.trace, Span("limits", 0.0, detail={"over": over})))
        answer = turn.finish()
        if self.cache is not None and self.store is not None and self.store.exists():
            with self.store.reading() as snapshot:
                self.cache.keep(asked, self._settings, answer, snapshot)
        return Delta(answer=answer)

    def stream(  # type: ignore[override]  # pieces of an answer are not answers
        self, input: Question, config: RunnableConfig | None = None, **options: Any
    ) -> Iterator[Delta]:
        """The answer's text as it is written; the last delta carries the whole `answer`.

        Args:
            input: the question.
            config: langchain-core's.
            **options: `history` (earlier messages) and `filter` (metadata the passages must have).
        """
        turn = asked_turn(input, config, options, self.configuration)
        pieces = observe("Pipeline", input, config, lambda inner: self._pieces(turn, inner))
        return in_context(pieces, copy_context())

    def astream(  # type: ignore[override]  # pieces of an answer are not answers
        self, input: Question, config: RunnableConfig | None = None, **options: Any
    ) -> AsyncIterator[Delta]:
        """`stream` without blocking the event loop."""
        turn = asked_turn(input, config, options, self.configuration)
        pieces = aobserve("Pipeline", input, config, lambda inner: self._apieces(turn, inner))
        return in_context_async(pieces, copy_context())

    def invoke(self, input: Question, config: RunnableConfig | None = None, **options: Any) -> Answer:
        """The answer. Options as in `stream`."""
        answer: Answer | None = None
        for delta in self.stream(input, config, **options):  # to its end: callbacks are told of a stream that is left
            answer = delta.answer or answer
        if answer is None:
            raise RuntimeError("the pipeline ended without an answer")
        return answer

    async def ainvoke(self, input: Question, config: RunnableConfig | None = None, **options: Any) -> Answer:
        """`invoke` without blocking the event loop."""
        answer: Answer | None = None
        async for delta in self.astream(input, config, **options):
            answer = delta.answer or answer
        if answer is None:
            raise RuntimeError("the pipeline ended without an answer")
        return answer


def _parts(configuration: Configuration) -> dict[str, Any]:
    """What a configuration has beside its steps and its index."""
    return {"limits": configuration.limits, "cache": configuration.cache}

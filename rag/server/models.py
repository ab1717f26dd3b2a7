"""The configured pipelines, each a model by its name."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel

from rag.component import walk
from rag.errors import IndexMissing, RagError, UsageError, did_you_mean
from rag.pipeline import Pipeline
from rag.server.problems import Refusal
from rag.sql.source import Source

if TYPE_CHECKING:
    from rag.index import Index, View

__all__ = ["Model", "Models"]

logger = logging.getLogger("rag.server")


@dataclass(frozen=True)
class Model:
    """One pipeline under the name that clients ask for."""

    name: str
    pipeline: Pipeline
    created: int = field(default_factory=lambda: int(time.time()))
    """Unix seconds."""

    @property
    def store(self) -> Index:
        """Its index."""
        if self.pipeline.store is None:
            raise UsageError(f"the pipeline {self.name!r} was made without an index")
        return self.pipeline.store

    @cached_property
    def views(self) -> tuple[View, ...]:
        """The search structures that it asks for."""
        return self.pipeline.views()

    @property
    def llm(self) -> BaseChatModel | None:
        """The chat model of the configuration."""
        configuration = self.pipeline.configuration
        return configuration.llm if configuration is not None else None

    @property
    def encoder(self) -> Embeddings:
        """The encoder of the index."""
        return self.store.encoder

    @cached_property
    def waits(self) -> bool:
        """Whether it waits for a server elsewhere. More computing ones at once gain nothing."""
        return any(
            isinstance(part, BaseChatModel) or hasattr(part, "base_url")
            for part in (*_parts(self.pipeline.steps), *_parts(self.encoder))
        )

    @cached_property
    def databases(self) -> frozenset[str]:
        """The databases that it asks, as its citations name them. None of them is connected to."""
        found = set()
        for part in walk(self.pipeline.steps):
            if isinstance(part, Source):
                try:
                    found.add(part.open().name)
                except RagError:  # whoever asks it is told
                    continue
        return frozenset(found)

    def warm(self) -> None:
        """Loads what the first question would wait for. No endpoint is called: that may cost money."""
        if not any(hasattr(part, "base_url") for part in _parts(self.encoder)):
            self.encoder.embed_query("warm")
        if not self.store.exists():
            return
        try:
            self.store.check(self.views)
        except IndexMissing:
            return
        if not self.waits:
            self.pipeline.warm_up()

    def card(self) -> dict[str, Any]:
        """OpenAI's model object."""
        return {"id": self.name, "object": "model", "created": self.created, "owned_by": "composable-rag"}


def _parts(part: Any) -> Iterator[Any]:
    """A component and everything inside it, shared parts too."""
    yield part
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _parts(getattr(part, name))
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _parts(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            yield from _parts(value)


class Models:
    """Models by name, the first the one that is meant where none is named."""

    def __init__(self, models: Iterable[Model]) -> None:
        self._by_name: dict[str, Model] = {}
        for model in models:
            if model.name in self._by_name:
                raise UsageError(f"two configurations are called {model.name!r}: rename one of the files")
            self._by_name[model.name] = model
        if not self._by_name:
            raise UsageError("a server needs at least one configuration: rag serve --config FILE")
        self.failures: dict[str, str] = {}
        """Models that could not be warmed, and why."""
        self._warm = Event()

    def __iter__(self) -> Iterator[Model]:
        return iter(self._by_name.values())

    def get(self, name: str | None) -> Model:
        """The model of that name; the first one where no name is given.

        Raises:
            Refusal: there is none (404).
        """
        if not name:
            return next(iter(self))
        if name not in self._by_name:
            hint = did_you_mean(name, self._by_name)
            said = f"no model is called {name!r}; there are: {', '.join(self._by_name)}. {hint}".rstrip()
            raise Refusal(404, said, param="model", code="model_not_found")
        return self._by_name[name]

    def stores(self) -> list[tuple[Index, tuple[View, ...]]]:
        """Every index once, with all views that its pipelines ask for."""
        found: dict[Path, tuple[Index, dict[str, View]]] = {}
        for model in self:
            _, views = found.setdefault(model.store.folder.absolute(), (model.store, {}))
            views.update((view.name, view) for view in model.views)
        return [(store, tuple(views.values())) for store, views in found.values()]

    def start(self) -> None:
        """Warms every model beside the server."""
        Thread(target=self._warm_all, name="rag-warm", daemon=True).start()

    def _warm_all(self) -> None:
        for model in self:
            try:
                model.warm()
            except Exception as error:  # told by /ready and in the log; the other models can serve
                self.failures[model.name] = type(error).__name__
                logger.error("model %s cannot serve: %s", model.name, error, exc_info=not isinstance(error, RagError))
        self._warm.set()

    @property
    def ready(self) -> bool:
        """Whether every model was warmed."""
        return self._warm.is_set() and not self.failures

    @property
    def warmed(self) -> bool:
        """Whether warming is over."""
        return self._warm.is_set()

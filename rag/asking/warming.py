"""What a pipeline does before its first question, so that this one is as quick as others."""

from __future__ import annotations

import gc
from functools import cache
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from rag.component import walk
from rag.spending.costs import FEWEST

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

__all__ = ["warm"]

_PATIENCE = {"latency_ms": 1e9}


def warm(pipeline: Pipeline) -> None:
    """Loads weights, maps the index and learns what the steps take, with and without the limits.

    Where a chat model takes part nothing is asked, for that may cost money.
    """
    for part in walk(pipeline.steps):
        part.warm_up()
    if not any(isinstance(part, BaseChatModel) for part in walk(pipeline.steps)):
        patient = _patient(pipeline)
        for number in range(FEWEST):
            patient.invoke(f"How is number {number} of them made warm?")
        for number in range(FEWEST if pipeline.limits is not None else 0):
            pipeline.invoke(f"Which of the {number} were warm before?")
    _settled()


def _patient(pipeline: Pipeline) -> Pipeline:
    """The pipeline with all the time there is: what its steps take is not known where they are left out."""
    if pipeline.limits is None or pipeline.limits.latency_ms is None:
        return pipeline
    limits = pipeline.limits.model_copy(update=_PATIENCE)
    patient = type(pipeline)(pipeline.steps, store=pipeline.store, limits=limits)
    patient.costs = pipeline.costs
    return patient


@cache
def _settled() -> None:
    """What was loaded stays: searching it for garbage takes 60 ms. Once in a process, for pipelines come and go."""
    gc.collect()
    gc.freeze()

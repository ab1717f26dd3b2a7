"""A pipeline as a tool of LangChain's agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.runnables import RunnableConfig
from langchain_core.tools import StructuredTool

from rag.schema import Answer  # read at run time, for the tool's schema

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

__all__ = ["tool_of"]

_NAME, _DESCRIPTION = (
    "documents",
    "Answers a question from the indexed documents, with the places that the answer rests on.",
)


def tool_of(pipeline: Pipeline, name: str | None = None, description: str | None = None) -> StructuredTool:
    """A tool whose one argument is the question; what it gives is the `Answer`, whose text a model reads.

    langchain-core's own conversion takes no bare string, which `tool.invoke("...")` gives it.
    """

    def ask(question: str, config: RunnableConfig) -> Answer:
        return pipeline.invoke(question, config)

    async def aask(question: str, config: RunnableConfig) -> Answer:
        return await pipeline.ainvoke(question, config)

    return StructuredTool.from_function(ask, aask, name=name or _NAME, description=description or _DESCRIPTION)
